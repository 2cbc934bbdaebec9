"""Small WSGI applications that show what the server does; nothing of the pastebin is in them."""

import contextvars
import gc
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import greenlet

Environ = dict[str, Any]
Start = Callable[..., Any]

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE")
PIECE = b"0123456789abcdef" * 4096


def app(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Each function below, under its own name."""
    view = VIEWS.get(environ["PATH_INFO"].strip("/").split("/")[0])
    if view is None:
        return answer(start_response, b"no such page", "404 Not Found")
    return view(environ, start_response)


def answer(start_response: Start, text: bytes, status: str = "200 OK") -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


def hello(environ: Environ, start_response: Start) -> Iterable[bytes]:
    return answer(start_response, b"hello\n")


def path(environ: Environ, start_response: Start) -> Iterable[bytes]:
    return answer(start_response, environ["PATH_INFO"].encode("latin-1"))


def digest(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The body's length and SHA-256, read with readinto."""
    body, seen, size = environ["wsgi.input"], hashlib.sha256(), 0
    memory = memoryview(bytearray(256 * 1024))
    while got := body.readinto(memory):
        seen.update(memory[:got])
        size += got
    return answer(start_response, f"{size} {seen.hexdigest()}".encode())


def read(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The body itself, read in pieces of the size that the path names, or whole."""
    size = int(environ["PATH_INFO"].removeprefix("/read").strip("/") or -1)
    body = environ["wsgi.input"]
    pieces = list(iter(lambda: body.read(size), b"")) if size > 0 else [body.read()]
    if size > 0 and any(len(piece) != size for piece in pieces[:-1]):
        return answer(start_response, b"a short piece before the end", "500 Internal Server Error")
    return answer(start_response, b"".join(pieces))


def lines(environ: Environ, start_response: Start) -> Iterable[bytes]:
    return answer(start_response, json.dumps([line.decode() for line in environ["wsgi.input"]]).encode())


def remaining(environ: Environ, start_response: Start) -> Iterable[bytes]:
    body = environ["wsgi.input"]
    before = body.remaining
    body.read()
    return answer(start_response, f"{before} {body.remaining}".encode())


def kind(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What an application sees that goes by `http_status` alone."""
    try:
        environ["wsgi.input"].read()
    except OSError as error:
        return answer(start_response, f"seen: {error}".encode(), f"{error.http_status:d} Told")
    return answer(start_response, b"whole")


def swallow(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Like a framework: whatever goes wrong is a 500."""
    try:
        environ["wsgi.input"].read()
    except OSError:
        return answer(start_response, b"Internal Server Error", "500 Internal Server Error")
    return answer(start_response, b"whole")


def refuse(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Refused without a look at the body."""
    return answer(start_response, b"too large", "413 Content Too Large")


def file(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The file that FILE names, by sendfile."""
    name = os.environ["FILE"]
    start_response("200 OK", [("Content-Length", str(os.path.getsize(name)))])
    return environ["wsgi.file_wrapper"](Path(name).open("rb"))


def tail(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The last 100,000 bytes but ten of that file."""
    opened = Path(os.environ["FILE"]).open("rb")  # noqa: SIM115 - the server closes it
    opened.seek(-100_010, os.SEEK_END)
    start_response("206 Partial Content", [("Content-Length", "100000")])
    return environ["wsgi.file_wrapper"](opened)


def stream(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """As many pieces as the path says, without a length."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (PIECE for _ in range(int(environ["PATH_INFO"].rpartition("/")[2])))


def labour(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """As many pieces as the path says, each small, and ten milliseconds' work."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return map(work, range(int(environ["PATH_INFO"].rpartition("/")[2])))


def work(_number: int) -> bytes:
    until = time.monotonic() + 0.01
    while time.monotonic() < until:
        pass
    return b"done\n"


def echo(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Answers while it reads."""
    start_response("200 OK", [("Content-Length", environ["CONTENT_LENGTH"])])
    return iter(lambda: environ["wsgi.input"].read(1000), b"")


def nothing(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("204 No Content", [])
    return []


def sleep(environ: Environ, start_response: Start) -> Iterable[bytes]:
    time.sleep(float(environ["PATH_INFO"].rpartition("/")[2]))
    return answer(start_response, b"slept")


def fail(environ: Environ, start_response: Start) -> Iterable[bytes]:
    raise ValueError("a fault of the application's")


def fail_late(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "100")])

    def pieces():
        yield b"half"
        raise ValueError("a fault of the application's")

    return pieces()


def promise(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Sends less than it says."""
    start_response("200 OK", [("Content-Length", "100")])
    return [b"half"]


def context(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What stands in a context variable before this request writes to it."""
    before = VARIABLE.get(None)
    VARIABLE.set("seen")
    environ["wsgi.input"].read()
    return answer(start_response, f"{before} {VARIABLE.get(None)}".encode())


def facts(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What the process holds now."""
    gc.collect()
    alive = sum(isinstance(each, greenlet.greenlet) and not each.dead for each in gc.get_objects())
    held = {
        "pid": os.getpid(),
        "threads": threading.active_count(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "greenlets": alive,
    }
    return answer(start_response, json.dumps(held).encode())


def secret(environ: Environ, start_response: Start) -> Iterable[bytes]:
    environ["pastebin.route"] = "/secret/<token>"
    return answer(start_response, b"")


VIEWS = {
    view.__name__.replace("_", "-"): view
    for view in (
        hello,
        path,
        digest,
        read,
        lines,
        remaining,
        kind,
        swallow,
        refuse,
        file,
        tail,
        stream,
        labour,
        echo,
        nothing,
        sleep,
        fail,
        fail_late,
        promise,
        context,
        facts,
        secret,
    )
}
