"""Small bodies under heads that are alike are taken without the application reading the head again."""

from __future__ import annotations

import hashlib
import socket
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pastebin.server.alike import small
from tests.server.servers import Answer, Client, Server, served


def put(name: str, body: bytes, how: str = "take", fields: str = "") -> bytes:
    """A PUT, to the byte: whatever its fields are, it is like others with the same."""
    length = f"Content-Length: {len(body)}\r\n"
    return f"PUT /{name} HTTP/1.1\r\nHost: test\r\nX-Alike: {how}\r\n{length}{fields}\r\n".encode() + body


def known(server: Server, how: str = "take", fields: str = "") -> Client:
    """A connection on which such PUTs are taken as alike from now on."""
    client = server.connect()
    for number in range(100):
        client.say(put(f"first-{number}", b"first", how, fields))
        if client.hear().fields["x-way"] == "alike":
            return client
        time.sleep(0.01)  # what is kept is kept once its answer has left
    raise AssertionError("never taken as alike")


def way(client: Client, request: bytes) -> str:
    client.say(request)
    return client.hear().fields["x-way"]


def told(name: str, body: bytes) -> bytes:
    return f"{name} {hashlib.sha256(body).hexdigest()}".encode()


def test_those_that_are_alike_are_answered_like_the_first_but_for_what_is_their_own(server: Server) -> None:
    whole = server.say(put("a.txt", b"first"))
    with known(server) as client:
        client.say(put("b~2.tar.gz", b"x" * 12_000))
        answer = client.hear()

    assert (answer.status, answer.body) == (201, told("b~2.tar.gz", b"x" * 12_000))
    assert list(answer.fields) == list(whole.fields)
    own = {"x-length": "12000", "x-way": "alike", "content-length": str(len(answer.body))}
    assert answer.fields == whole.fields | own | {"date": answer.fields["date"]}
    assert answer.fields["x-constant"] == "100 % (so)s it stays"


def test_one_after_the_other_on_one_connection_and_empty_ones_too(server: Server) -> None:
    with known(server) as client:
        for size in (0, 1, 99, 4096, 0, 10_000):
            client.say(put(f"{size}", b"y" * size))
            answer = client.hear()

            assert (answer.body, answer.fields["x-way"]) == (told(f"{size}", b"y" * size), "alike")


@pytest.mark.parametrize(
    "request_text",
    [
        put("a/b", b"body"),
        put("a%20b", b"body"),
        put("a?b", b"body"),
        put("", b"body"),
        put("x" * 256, b"body"),
        put("a", b"body", fields=f"X-Padding: {'x' * 4096}\r\n"),
        put("a", b"body", fields="Cookie: a=b\r\n"),
        put("a", b"body").replace(b"Host: test", b"host: test"),
        put("a", b"body").replace(b"Host: test", b"Host: other"),
        put("a", b"body").replace(b"Content-Length: 4", b"content-length: 4"),
        put("a", b"body").replace(b"PUT", b"POST"),
        put("a", b"z" * 20_000),
    ],
)
def test_every_other_request_is_read_as_a_whole(server: Server, request_text: bytes) -> None:
    with known(server) as client:
        assert way(client, request_text) == "whole"


def test_what_comes_in_pieces_or_with_others_is_read_as_a_whole(server: Server) -> None:
    one = put("pieces", b"0123456789")
    with known(server) as client:
        for cut in (10, one.index(b"\r\n\r\n") + 4, len(one) - 1):
            client.say(one[:cut])
            time.sleep(0.05)
            client.say(one[cut:])
            # A server that is slow to look finds all of it together.
            assert client.hear().body == told("pieces", b"0123456789")
        client.say(one + put("second", b"abc"))
        answers = [client.hear(), client.hear()]

        assert [answer.body for answer in answers] == [told("pieces", b"0123456789"), told("second", b"abc")]
        assert way(client, one) == "alike"


def test_a_length_that_is_told_twice_is_refused_as_ever(server: Server) -> None:
    with known(server):
        for twice in ("Content-Length: 4\r\n", "content-length: 5\r\n", "Transfer-Encoding: chunked\r\n"):
            for _ in range(2):
                assert server.say(put("a", b"body", fields=twice)).status == 400


def test_from_another_address_it_is_another_request(server: Server) -> None:
    with known(server, fields="X-Address: 1\r\n"), socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.2", 0))
        elsewhere.connect(("127.0.0.1", server.port))
        elsewhere.sendall(put("a", b"body", fields="X-Address: 1\r\n"))

        assert b"X-Way: whole" in elsewhere.recv(65536)


def test_one_that_the_application_would_not_take_so_is_read_as_a_whole(server: Server) -> None:
    with server.connect() as client:
        ways = []
        for number in range(10):
            client.say(put(f"r{number}", b"body" * number, "refuse"))
            answer = client.hear()
            ways.append(answer.fields["x-way"])

            assert (answer.status, answer.body) == (201, told(f"r{number}", b"body" * number))
            time.sleep(0.02)  # what is offered is kept once its answer has left
    assert ways[-1] != ways[0] == "whole 0"


def test_one_that_fails_is_told_so_and_never_tried_again(server: Server) -> None:
    with server.connect() as client:
        client.say(put("first", b"body", "fail"))
        assert client.hear().status == 201
        time.sleep(0.1)
        client.say(put("second", b"body", "fail"))
        assert client.hear().status == 500
        assert client.is_closed_within(5)

    assert server.ask("/hello").body == b"hello\n"


def test_a_worker_that_ends_says_so(tmp_path: Path) -> None:
    with served(tmp_path, "--max-requests", "8") as server, known(server) as client:
        words = []
        while words[-1:] != ["close"]:
            client.say(put("a", b"body"))
            words.append(client.hear().fields["connection"])
        assert client.is_closed_within(5)
    assert words[:-1] == ["keep-alive"] * len(words[:-1])


def test_one_may_pause(server: Server) -> None:
    with known(server, "pause") as client:
        for number in range(20):
            client.say(put(f"p{number}", b"body", "pause"))
            assert client.hear().body == told(f"p{number}", b"body")


def test_where_the_fields_are_not_in_the_answer_nothing_is_kept(server: Server) -> None:
    with server.connect() as client:
        assert [way(client, put(f"u{number}", b"body", "unknown")) for number in range(3)] == ["whole"] * 3


@pytest.mark.parametrize("fields", ["Expect: 100-continue\r\n", "Connection: close\r\n"])
def test_who_waits_or_closes_is_never_alike(server: Server, fields: str) -> None:
    for number in range(3):
        answers = heard(server, put(f"w{number}", b"body", fields=fields))
        assert answers[-1].fields["x-way"] == "whole"
        assert answers[-1].body == told(f"w{number}", b"body")


def heard(server: Server, request: bytes) -> list[Answer]:
    """The answer to a request, and the word before it where there is one."""
    with server.connect() as client:
        client.say(request)
        answers = [client.hear()]
        while answers[-1].status == 100:
            answers.append(client.hear())
        return answers


TOKEN = st.text("abcXYZ019._~-", min_size=1, max_size=20)
FIELD = st.tuples(TOKEN, st.text("ab 0:%", max_size=10)).filter(lambda field: field[0].lower() != "content-length")


@given(st.lists(FIELD, max_size=4), st.lists(FIELD, max_size=4), TOKEN, st.binary(max_size=300))
def test_what_is_alike_and_what_is_its_own_are_the_whole_request(
    before: list[tuple[str, str]], after: list[tuple[str, str]], name: str, body: bytes
) -> None:
    first, last = (b"".join(f"{key}: {value}\r\n".encode() for key, value in part) for part in (before, after))
    line, length = f"PUT /{name} HTTP/1.1\r\n".encode(), str(len(body)).encode()
    whole = line + first + b"Content-Length: " + length + b"\r\n" + last + b"\r\n" + body
    found, other = small("192.0.2.1", whole), small("192.0.2.2", whole)
    twin = small("192.0.2.1", b"PUT /twin HTTP/1.1\r\n" + first + b"Content-Length: 4\r\n" + last + b"\r\ntwin")

    assert found is not None
    assert (found.name, found.body) == (name, body)
    assert twin == (found.likeness, "twin", b"twin")
    assert other is not None
    assert other.likeness != found.likeness


@given(st.binary(max_size=300) | st.sampled_from([b"0", b"\r\n", b"a\r\n"]), st.integers(0, 40))
@example(b"5\r\nHost: x\r\n\r\n12345", 17)
def test_nothing_else_is_taken_for_one(noise: bytes, cut: int) -> None:
    whole = b"PUT /n HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n12345678"
    mixed = whole[:cut] + noise + whole[cut:]
    found = small("", mixed)

    if found is not None:
        head, _, body = mixed.partition(b"\r\n\r\n")
        first, *fields = head.split(b"\r\n")
        lengths = [field.removeprefix(b"Content-Length: ") for field in fields if field.startswith(b"Content-Length: ")]
        assert first == f"PUT /{found.name} HTTP/1.1".encode()
        assert found.body == body
        assert int(lengths[0]) == len(body)
