"""Whatever is sent, the answer is a clear one, and nothing of the request comes back in it."""

import time
from contextlib import suppress

import pytest

from tests.server.servers import Server

HEAD = b"GET /hello HTTP/1.1\r\nHost: test\r\n"
PUT = b"PUT /digest HTTP/1.1\r\nHost: test\r\n"

MALFORMED = {
    "no-http": (b"hidden\r\n\r\n", 400),
    "no-version": (b"GET /hidden\r\n\r\n", 400),
    "old-version": (b"GET /hidden HTTP/0.9\r\n\r\n", 400),
    "new-version": (b"GET /hidden HTTP/2.0\r\n\r\n", 400),
    "method": (b"g@t /hidden HTTP/1.1\r\n\r\n", 400),
    "bare-lf": (b"GET /hidden HTTP/1.1\nHost: test\n\n", 400),
    "control-character": (HEAD + b"X: hidden\x00\r\n\r\n", 400),
    "no-colon": (HEAD + b"hidden\r\n\r\n", 400),
    "space-before-colon": (HEAD + b"hidden : x\r\n\r\n", 400),
    "folded": (HEAD + b"X: hidden\r\n hidden\r\n\r\n", 400),
    "two-hosts": (HEAD + b"Host: hidden\r\n\r\n", 400),
    "tls": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hidden", 400),
    "empty-lines": (b"\r\n\r\n", 400),
    "long-line": (b"GET /" + b"h" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
    "endless-line": (b"GET /" + b"h" * 9000, 414),
    "long-field": (HEAD + b"X: " + b"h" * 9000 + b"\r\n\r\n", 431),
    "many-fields": (HEAD + b"X: h\r\n" * 101 + b"\r\n", 431),
    "expectation": (HEAD + b"Expect: hidden\r\n\r\n", 417),
    "length-letters": (PUT + b"Content-Length: hidden\r\n\r\n", 400),
    "length-negative": (PUT + b"Content-Length: -5\r\n\r\n", 400),
    "length-plus": (PUT + b"Content-Length: +5\r\n\r\n12345", 400),
    "length-list": (PUT + b"Content-Length: 5, 5\r\n\r\n12345", 400),
    "length-unicode": (PUT + b"Content-Length: \xb2\r\n\r\n12", 400),
    "length-thousands-of-digits": (PUT + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
    "length-twice": (PUT + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\n12345", 400),
    "length-and-chunks": (PUT + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks-twice": (PUT + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks-not-last": (PUT + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
    "chunks-in-1.0": (PUT.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "coding-unknown": (PUT + b"Transfer-Encoding: hidden\r\n\r\n", 501),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_refused_in_plain_words(server: Server, name: str) -> None:
    text, status = MALFORMED[name]
    with server.connect() as client:
        client.say(text)
        answer = client.hear()

        assert answer.status == status
        assert answer.fields["connection"] == "close"
        assert answer.fields["content-type"] == "text/plain; charset=utf-8"
        assert b"hidden" not in answer.body
        assert client.is_closed_within(3)


def test_a_hundred_thousand_fields_are_refused_at_once(server: Server) -> None:
    before = server.memory_kib()
    started = time.monotonic()
    with server.connect() as client:
        with suppress(OSError):  # the server may be done with us before we are
            client.say(HEAD + b"".join(b"X-%06d: value\r\n" % number for number in range(100_000)) + b"\r\n")
        answer = client.hear()

    assert answer.status == 431
    assert time.monotonic() - started < 3
    assert server.memory_kib() - before < 2048


def test_nothing_of_what_was_malformed_is_logged(server: Server) -> None:
    server.say(b"GET /hidden HTTP/1.1\r\nBad hidden: x\r\n\r\n")

    assert b"hidden" not in server.log.read_bytes()


@pytest.mark.parametrize("text", [b"", b"\r\n", b"GET /hello HTTP/1.1\r\nHost"])
def test_a_client_that_leaves_before_its_request_is_whole_harms_nobody(server: Server, text: bytes) -> None:
    for _ in range(50):
        with server.connect() as client:
            client.say(text)

    assert server.ask("/hello").status == 200
