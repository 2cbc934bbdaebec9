"""Names from hell, by every way a name comes in: kept harmless or refused clearly, never a 5xx or a forged header."""

import unicodedata
from collections.abc import Callable
from contextlib import closing
from urllib.parse import quote_from_bytes

import pytest

from tests.live.client import FORM_TYPE, Answer, Caller, form, say, statuses
from tests.live.names import BYTES
from tests.live.remains import complaints, database, memory_bytes, spools
from tests.running import Server

CONTENT = b"harmless bytes"
MIB = 1 << 20
BIDIRECTIONAL_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def as_part(caller: Caller, name: bytes) -> Answer:
    return caller.ask("POST", "/api/upload", form([("file", name, CONTENT)]), {"Content-Type": FORM_TYPE})


def as_escaped_part(caller: Caller, name: bytes) -> Answer:
    """As browsers escape it in a form (WHATWG: quotes and line ends, nothing else)."""
    escaped = name.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    return as_part(caller, escaped)


def as_path(caller: Caller, name: bytes) -> Answer:
    return caller.ask("PUT", f"/{quote_from_bytes(name)}", CONTENT)


def as_query(caller: Caller, name: bytes) -> Answer:
    return caller.ask("POST", f"/api/upload?filename={quote_from_bytes(name)}", CONTENT)


def as_disposition(caller: Caller, name: bytes) -> Answer:
    quoted = name.replace(b"\\", b"\\\\").replace(b'"', b'\\"').translate(None, b"\r\n\0")
    disposition = b'attachment; filename="%s"' % quoted
    return caller.ask("POST", "/api/upload", CONTENT, {"Content-Disposition": disposition.decode("latin-1")})


def as_extended_disposition(caller: Caller, name: bytes) -> Answer:
    disposition = f"attachment; filename*=UTF-8''{quote_from_bytes(name, safe='')}"
    return caller.ask("POST", "/api/upload", CONTENT, {"Content-Disposition": disposition})


def as_field(caller: Caller, name: bytes) -> Answer:
    fields = {"filename": name.decode("utf-8", "replace")}
    return caller.ask("POST", "/api/upload", form([("file", b"a.txt", CONTENT)], fields), {"Content-Type": FORM_TYPE})


def as_display_name(caller: Caller, name: bytes) -> Answer:
    fields = {"name": name.decode("utf-8", "replace")}
    return caller.ask("POST", "/api/upload", form([("file", b"a.txt", CONTENT)], fields), {"Content-Type": FORM_TYPE})


def as_lines(caller: Caller, name: bytes) -> Answer:
    return caller.ask("POST", "/?api=1", form([("file", name, CONTENT)]), {"Content-Type": FORM_TYPE})


def as_page(caller: Caller, name: bytes) -> Answer:
    return caller.ask("POST", "/upload", form([("file", name, CONTENT)]), {"Content-Type": FORM_TYPE})


WAYS = [
    as_part, as_escaped_part, as_path, as_query, as_disposition, as_extended_disposition, as_field, as_display_name,
    as_lines, as_page,
]  # fmt: skip


@pytest.fixture(scope="module")
def warm(shared: Server) -> int:
    """The memory of the workers once they have seen every kind of request."""
    with Caller(shared) as caller:
        for _ in range(20):
            for way in WAYS:
                way(caller, b"warm.txt")
    return memory_bytes(shared)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_name_is_kept_harmless_or_refused_clearly(
    shared: Server, nobody: Caller, warm: int, way: Callable[[Caller, bytes], Answer]
) -> None:
    for kind, name in BYTES.items():
        answer = way(nobody, name)

        assert answer.status in (200, 201, 303, 400, 405, 414, 431), (kind, answer)
        assert answer.header("X-Injected") is None, kind
        if answer.status == 201 and way is not as_path:
            check_served(nobody, kind, answer)
        if answer.status in (414, 431):
            nobody.close()  # the server does so, too
    assert complaints(shared) == []
    assert memory_bytes(shared) - warm < 16 * MIB
    assert spools(shared) == 0


def check_served(caller: Caller, kind: str, uploaded: Answer) -> None:
    """The file can be had by every link in the answer, under a name of one line."""
    about = uploaded.json
    assert is_sound(about["filename"]), kind
    base = about["urls"]["base"].rstrip("/")
    for link in (about["urls"]["full"], f"{base}/{about['uuid']}"):
        answer = caller.get(link.removeprefix(base))
        assert answer.status == 200, (kind, link)
        # A name that ends its line, sent as it is, makes the rest of its own part's header content.
        assert answer.body.endswith(CONTENT), (kind, link)
        disposition = answer.header("Content-Disposition") or ""
        assert disposition.isascii(), kind
        assert disposition.isprintable(), kind


@pytest.mark.parametrize("kind", BYTES)
def test_a_name_in_an_address_is_served_under_or_refused(shared: Server, nobody: Caller, kind: str) -> None:
    about = nobody.upload(CONTENT)
    name = quote_from_bytes(BYTES[kind], safe="")
    for path in (f"/{about['hash']}/{name}", f"/{about['uuid']}/{name}", f"/{about['hash']}.{name}", f"/{name}",
                 f"/view/{name}", f"/{about['hash']}?key={name}", f"/delete/{about['uuid']}/{name}"):  # fmt: skip
        answer = nobody.get(path)

        assert answer.status in (200, 308, 400, 404, 414), (path[:100], answer)
        assert answer.header("X-Injected") is None
        if answer.status == 414:
            nobody.close()
        elif answer.status == 200 and path.startswith(f"/{about['hash']}"):
            assert answer.body == CONTENT


@pytest.mark.parametrize("kind", BYTES)
def test_a_name_as_it_is_in_a_request_line_is_refused_or_served(shared: Server, kind: str) -> None:
    heard = say(shared, b"GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % BYTES[kind], hang_up=True)

    assert statuses(heard)
    assert all(200 <= status < 500 for status in statuses(heard)), heard[:300]
    assert b"\nX-Injected" not in heard


def test_nothing_of_all_this_is_a_failure_or_out_of_bounds(shared: Server) -> None:
    assert complaints(shared) == []
    with closing(database(shared)) as connection:
        names = [row[0] for row in connection.execute("SELECT filename FROM files")]
    assert [name for name in names if not is_sound(name)] == []


def is_sound(name: str) -> bool:
    """One path component of at most 255 bytes, without anything that ends a line or turns its reading order.

    What joins emoji and shapes letters (zero width joiners) is a part of writing, and stays.
    """
    kinds = {unicodedata.category(character) for character in name}
    turning = {unicodedata.bidirectional(character) for character in name} & BIDIRECTIONAL_CONTROLS
    is_one_component = name not in ("", ".", "..") and not set(name) & set("/\\")
    return is_one_component and not kinds & {"Cc", "Cs", "Zl", "Zp"} and not turning and len(name.encode()) <= 255
