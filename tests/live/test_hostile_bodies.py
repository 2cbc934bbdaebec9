"""Bodies that lie, break off or never end: a clear 4xx, nothing kept, flat memory, no 5xx."""

from collections.abc import Iterator

import pytest

from tests.live.client import BOUNDARY, FORM_TYPE, Caller, form, say, statuses
from tests.live.remains import Kept, complaints, is_unchanged, kept, memory_bytes
from tests.running import Server

MIB = 1 << 20
HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n"
FORM = b"POST /api/upload HTTP/1.1\r\n" + HEAD + b"Content-Type: " + FORM_TYPE.encode() + b"\r\n"
RAW = b"POST /api/upload HTTP/1.1\r\n" + HEAD + b"Content-Type: application/octet-stream\r\n"
PUT = b"PUT /name.txt HTTP/1.1\r\n" + HEAD
PAGE = FORM.replace(b"/api/upload", b"/upload")
URLENCODED = b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

BODY = form([("file", b"cut.bin", b"x" * 100_000)], {"expire": "1h"})
TWO = form([("file", b"one.bin", b"x" * 50_000), ("file", b"two.bin", b"y" * 50_000)])
LAST_LINE = f"--{BOUNDARY}--\r\n".encode()


def length(size: int | str) -> bytes:
    return f"Content-Length: {size}\r\n\r\n".encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def declared(head: bytes, body: bytes) -> bytes:
    """A body of exactly the length it says."""
    return head + length(len(body)) + body


# What is sent, after which the client hangs up.
CUT: dict[str, bytes] = {
    "raw-cut": RAW + length(100_000) + b"x" * 50_000,
    "raw-without-a-byte": RAW + length(100_000),
    "put-cut": PUT + length(100_000) + b"x" * 99_999,
    "form-cut-in-content": FORM + length(len(BODY)) + BODY[:60_000],
    "form-cut-in-part-header": FORM + length(len(BODY)) + BODY[:30],
    "form-cut-between-files": FORM + length(len(TWO)) + TWO[:50_300],
    "form-cut-in-last-line": FORM + length(len(BODY)) + BODY[:-5],
    "page-cut": PAGE + length(len(BODY)) + BODY[:60_000],
    "text-cut": URLENCODED + length(1000) + b"text=abc",
    "chunk-cut": PUT + CHUNKED + chunk(b"x" * 5000) + b"1000\r\nxxx",
    "chunk-size-cut": PUT + CHUNKED + chunk(b"x" * 5000) + b"10",
    "chunk-of-an-absurd-size": PUT + CHUNKED + b"f" * 40 + b"\r\nabc\r\n0\r\n\r\n",
    "chunks-without-end": PUT + CHUNKED + chunk(b"x" * 5000),
    "chunks-without-a-chunk": PUT + CHUNKED,
    "chunked-form-cut": FORM + CHUNKED + chunk(BODY[:60_000]),
    "head-cut": PUT + b"Content-Le",
}

# What is sent whole, and is wrong.
WRONG: dict[str, bytes] = {
    "length-too-short-for-a-form": FORM + length(60_000) + BODY,
    "length-zero-for-a-form": FORM + length(0) + BODY,
    "length-negative": PUT + length(-1) + b"abc",
    "length-no-number": PUT + length("many") + b"abc",
    "length-hexadecimal": PUT + length("0x3") + b"abc",
    "length-with-plus": PUT + length("+3") + b"abc",
    "length-with-underscore": PUT + length("1_0") + b"abcdefghij",
    "length-empty": PUT + length("") + b"abc",
    "length-fraction": PUT + length("3.0") + b"abc",
    "length-list": PUT + length("3, 3") + b"abc",
    "length-huge": PUT + length("9" * 30) + b"abc",
    "length-over-every-bound": RAW + length(1 << 50) + b"abc",
    "length-twice": PUT + b"Content-Length: 3\r\n" + length(4) + b"abcd",
    "length-and-chunks": PUT + b"Content-Length: 3\r\n" + CHUNKED + chunk(b"abc") + b"0\r\n\r\n",
    "chunks-and-length": PUT + b"Transfer-Encoding: chunked\r\n" + length(3) + chunk(b"abc") + b"0\r\n\r\n",
    "chunked-twice": PUT + b"Transfer-Encoding: chunked\r\n" + CHUNKED + chunk(b"abc") + b"0\r\n\r\n",
    "chunk-size-negative": PUT + CHUNKED + b"-5\r\nabcde\r\n0\r\n\r\n",
    "chunk-size-no-number": PUT + CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n",
    "chunk-size-endless": PUT + CHUNKED + b"0" * 100_000,
    "chunk-longer-than-said": PUT + CHUNKED + b"2\r\nabcdef\r\n0\r\n\r\n",
    "chunk-extension-endless": PUT + CHUNKED + b"3;" + b"x" * 200_000,
    "form-without-boundary": declared(FORM.replace(FORM_TYPE.encode(), b"multipart/form-data"), BODY),
    "form-with-another-boundary": declared(FORM.replace(BOUNDARY.encode(), b"other"), BODY),
    "form-without-last-line": declared(FORM, BODY[: -len(LAST_LINE)]),
    "form-without-anything": declared(FORM, LAST_LINE),
    "form-empty": FORM + length(0),
    "form-of-garbage": declared(FORM, bytes(range(256)) * 400),
    "form-of-a-hundred-thousand-parts": declared(FORM, form([("file", b"a", b"x")] * 100_000)),
    "form-of-a-hundred-thousand-fields": declared(FORM, form([("other", b"", b"")] * 100_000)),
    "form-of-more-files-than-taken": declared(FORM, form([("file", b"a", b"x")] * 101)),
    "form-with-an-endless-part-header": declared(FORM, BODY[:60] + b"a" * 100_000 + BODY[60:]),
    "form-with-an-endless-field": declared(FORM, form([], {"name": "x" * 300_000})),
    "form-with-wrong-fields": declared(FORM, form([("file", b"a", b"x")], {"limit": "-1"})),
    "form-with-a-wrong-expiry": declared(FORM, form([("file", b"a", b"x")], {"expire": "9" * 5000})),
    "form-with-a-wrong-key": declared(FORM, form([("file", b"a", b"x")], {"key": "pb_wrong"})),
    "form-with-a-late-wrong-key": declared(FORM, BODY[: -len(LAST_LINE)] + form([], {"key": "pb_wrong"})),
    "text-of-a-hundred-thousand-fields": declared(URLENCODED, b"a=b&" * 100_000),
    "text-with-an-endless-name": declared(URLENCODED, b"a" * 300_000),
    "text-of-broken-escapes": declared(URLENCODED, b"%zz%=%%%&%" * 100),
    "json-for-a-form": declared(URLENCODED.replace(b"x-www-form-urlencoded", b"json"), b'{"text": "abc"}'),
    "a-hundred-thousand-headers": PUT + b"X-A: b\r\n" * 100_000 + length(3) + b"abc",
    "an-endless-header": PUT + b"X-A: " + b"b" * 1_000_000 + b"\r\n" + length(3) + b"abc",
    "nul-in-a-header": PUT + b"X-A: a\0b\r\n" + length(3) + b"abc",
    "header-without-name": PUT + b": b\r\n" + length(3) + b"abc",
    "folded-header": PUT + b"X-A: b\r\n c\r\n" + length(3) + b"abc",
    "two-hosts": PUT + b"Host: evil.example\r\n" + length(3) + b"abc",
    "other-host": PUT.replace(b"127.0.0.1", b"evil.example") + length(3) + b"abc",
    "no-host": PUT.replace(b"Host: 127.0.0.1\r\n", b"") + length(3) + b"abc",
}


@pytest.fixture(scope="module")
def warm(shared: Server) -> Iterator[int]:
    """The memory of the workers once they have refused a little of everything."""
    for name in ("raw-cut", "form-cut-in-content", "chunk-cut"):
        for _ in range(4):
            say(shared, CUT[name], hang_up=True)
    with Caller(shared) as caller:
        for _ in range(10):
            caller.upload(b"x" * 100_000)
    return memory_bytes(shared)


@pytest.mark.parametrize("name", CUT)
def test_of_a_body_that_breaks_off_nothing_is_kept(shared: Server, warm: int, name: str) -> None:
    before = kept(shared)
    heard = say(shared, CUT[name], hang_up=True)

    assert all(400 <= status < 500 for status in statuses(heard)), heard[:300]
    assert_untouched(shared, before, warm)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_and_nothing_of_it_kept(shared: Server, warm: int, name: str) -> None:
    before = kept(shared)
    heard = say(shared, WRONG[name])

    assert statuses(heard), "no answer at all"
    assert all(400 <= status < 500 for status in statuses(heard)), heard[:300]
    assert_untouched(shared, before, warm)


def assert_untouched(server: Server, before: Kept, warm: int) -> None:
    assert is_unchanged(server, before), (before, kept(server))
    assert memory_bytes(server) - warm < 16 * MIB
    assert complaints(server) == []


def test_bytes_after_the_declared_length_are_no_part_of_the_file(shared: Server, nobody: Caller) -> None:
    heard = say(shared, PUT.replace(b"Connection: close\r\n", b"") + length(3) + b"abcdef\r\n\r\n")

    assert statuses(heard) == [201, 400]
    address = heard.split(b"\r\n\r\n")[1].split(b"\n")[0].rpartition(b"/")[2].decode()
    assert nobody.get(f"/{address}").body == b"abc"
