"""Every way in which a file can be sent: what it is called, and how it is done."""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from tests.live.client import FORM_TYPE, Answer, Caller, form


def api_form(caller: Caller, content: bytes) -> Answer:
    return caller.ask("POST", "/api/upload", form([("file", b"a.txt", content)]), {"Content-Type": FORM_TYPE})


def api_raw(caller: Caller, content: bytes) -> Answer:
    return caller.ask("POST", "/api/upload?filename=a.txt", content, {"Content-Type": "text/plain"})


def page(caller: Caller, content: bytes) -> Answer:
    return caller.ask("POST", "/upload", form([("file", b"a.txt", content)]), {"Content-Type": FORM_TYPE})


def page_as_root(caller: Caller, content: bytes) -> Answer:
    return caller.ask("POST", "/", form([("img", b"a.txt", content)]), {"Content-Type": FORM_TYPE})


def lines(caller: Caller, content: bytes) -> Answer:
    return caller.ask("POST", "/?api=1", form([("file", b"a.txt", content)]), {"Content-Type": FORM_TYPE})


def pasted_text(caller: Caller, content: bytes) -> Answer:
    body = urlencode({"text": content.decode("latin-1")})
    return caller.ask("POST", "/", body, {"Content-Type": "application/x-www-form-urlencoded"})


def put(caller: Caller, content: bytes) -> Answer:
    return caller.ask("PUT", "/a.txt", content)


def put_in_chunks(caller: Caller, content: bytes) -> Answer:
    return caller.ask("PUT", "/", _pieces(content))


def form_in_chunks(caller: Caller, content: bytes) -> Answer:
    return caller.ask("POST", "/api/upload", _pieces(form([("file", b"a", content)])), {"Content-Type": FORM_TYPE})


WAYS_IN: list[Callable[[Caller, bytes], Answer]] = [
    api_form, api_raw, page, page_as_root, lines, pasted_text, put, put_in_chunks, form_in_chunks,
]  # fmt: skip


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + 60_000] for start in range(0, len(content), 60_000))
