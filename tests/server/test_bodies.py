"""What an application reads from `wsgi.input`, and what becomes of what it does not read."""

import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from tests.server.servers import Client, Server, served

NOISE = os.urandom(3_000_000)


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def put_in_chunks(client: Client, path: str, body: bytes) -> None:
    client.say(f"PUT {path} HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + body)


def seen(body: bytes) -> bytes:
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()


@pytest.mark.parametrize("size", [0, 1, 2048, 16_384, 65_537, 3_000_000])
def test_a_body_arrives_as_it_was_sent(server: Server, size: int) -> None:
    assert server.ask("/digest", "PUT", body=NOISE[:size]).body == seen(NOISE[:size])


@pytest.mark.parametrize("piece", ["", "/1000", "/65536", "/10000000"])
def test_read_gives_as_much_as_was_asked_for(server: Server, piece: str) -> None:
    assert server.ask("/read" + piece, "PUT", body=NOISE[:200_000]).body == NOISE[:200_000]


def test_lines_are_read_one_by_one(server: Server) -> None:
    text = ["one\n", "\n", "x" * 20_000 + "\n", "last"]

    assert json.loads(server.ask("/lines", "PUT", body="".join(text).encode()).body) == text


def test_what_remains_is_known_but_for_chunks(server: Server) -> None:
    assert server.ask("/remaining", "PUT", body=b"12345").body == b"5 0"
    with server.connect() as client:
        put_in_chunks(client, "/remaining", chunked(b"12345", 2))
        assert client.hear().body == b"None 0"


@pytest.mark.parametrize("size", [1, 7, 1000, 65_536, 3_000_000])
def test_a_chunked_body_arrives_as_it_was_sent(server: Server, size: int) -> None:
    body = NOISE[: size * 500]
    with server.connect() as client:
        put_in_chunks(client, "/digest", chunked(body, size))
        assert client.hear().body == seen(body)

        assert client.ask("/hello").status == 200


@pytest.mark.parametrize(
    "broken", [b"xyz\r\n", b"-5\r\nhello\r\n", b"5\r\nhelloXX0\r\n\r\n", b"\r\n\r\n", b"0x5\r\nhello\r\n"]
)
def test_a_malformed_chunk_is_answered_400(server: Server, broken: bytes) -> None:
    with server.connect() as client:
        put_in_chunks(client, "/digest", b"3\r\nabc\r\n" + broken)
        answer = client.hear()

        assert answer.status == 400
        assert answer.body == b"The body is not valid chunked transfer coding.\n"
        assert client.is_closed_within(3)


@pytest.mark.parametrize("head", ["Content-Length: 1000\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n5\r\nab"])
def test_a_body_cut_in_the_middle_is_answered_400(server: Server, head: str) -> None:
    with server.connect() as client:
        client.say(f"PUT /digest HTTP/1.1\r\nHost: test\r\n{head}".encode())
        client.socket.shutdown(1)
        answer = client.hear()

    assert answer.status == 400
    assert b"cut short" in answer.body


def test_a_connection_lost_in_the_middle_of_a_body_harms_nobody(server: Server) -> None:
    for _ in range(20):
        with server.connect() as client:
            client.say(b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\nabc")

    assert server.ask("/hello").status == 200
    assert b"Traceback" not in server.log.read_bytes()


def test_a_small_body_nobody_read_does_not_end_the_connection(server: Server) -> None:
    with server.connect() as client:
        assert client.ask("/hello", "PUT", body=NOISE[:50_000]).status == 200
        assert client.ask("/path/next").body == b"/path/next"


def test_a_large_body_nobody_reads_does_not_keep_the_answer_from_the_client(server: Server) -> None:
    with server.connect() as client:
        client.say(b"PUT /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: 50000000\r\n\r\n")
        for _ in range(5):
            client.say(NOISE[:1_000_000])
            time.sleep(0.02)
        answer = client.hear()

    assert (answer.status, answer.body, answer.fields["connection"]) == (413, b"too large", "close")


def test_an_answer_may_begin_before_the_body_was_read(server: Server) -> None:
    assert server.ask("/echo", "PUT", body=NOISE[:300_000]).body == NOISE[:300_000]


def test_a_large_upload_takes_no_memory(tmp_path: Path) -> None:
    piece = bytes(1_000_000)
    with served(tmp_path) as server, server.connect() as client:
        client.ask("/digest", "PUT", body=piece)
        before = server.memory_kib()
        client.say(b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 200000000\r\n\r\n")
        for _ in range(200):
            client.say(piece)

        assert client.hear().body.startswith(b"200000000 ")
        assert server.memory_kib() - before < 4096


# ---- Expect: 100-continue

EXPECT = b"PUT %s HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"


def test_continue_is_said_before_the_body_is_read(server: Server) -> None:
    with server.connect() as client:
        client.say(EXPECT % b"/digest")
        assert client.hear().status == 100
        client.say(b"12345")

        assert client.hear().body == seen(b"12345")
        assert client.ask("/hello").status == 200


def test_a_refusal_is_said_instead_of_continue(server: Server) -> None:
    with server.connect() as client:
        client.say(EXPECT % b"/refuse")
        answer = client.hear()

        assert (answer.status, answer.fields["connection"]) == (413, "close")
        assert client.is_closed_within(1)


def test_who_sends_without_waiting_is_not_told_to_continue(server: Server) -> None:
    with server.connect() as client:
        client.say(EXPECT % b"/digest" + b"12345")

        assert client.hear().status == 200


def test_continue_is_said_for_chunks_too(server: Server) -> None:
    with server.connect() as client:
        client.say((EXPECT % b"/digest").replace(b"Content-Length: 5", b"Transfer-Encoding: chunked"))
        assert client.hear().status == 100
        client.say(chunked(b"12345", 2))

        assert client.hear().body == seen(b"12345")


def test_http_1_0_knows_no_continue(server: Server) -> None:
    with server.connect() as client:
        client.say((EXPECT % b"/digest").replace(b"HTTP/1.1", b"HTTP/1.0"))
        time.sleep(0.1)
        client.say(b"12345")

        assert client.hear().body == seen(b"12345")
