"""Asking again and again for one file that is there."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.client import Answer, Load, ask_once
from tests.bench.content import form
from tests.bench.servers import Server
from tests.bench.stop import BenchmarkStopped


@dataclass(frozen=True)
class Published:
    """A file at a server, seen to come back as it was sent."""

    server: Server
    path: str
    etag: str


def publish(server: Server, content: bytes, filename: str, media_type: str) -> Published:
    """Upload *content* as nobody, and read it once.

    Raises:
        BenchmarkStopped: other bytes, or no ETag, came back.
    """
    around = form(server.host, "/api/upload", len(content), filename, media_type)
    answer = ask_once(server.address, 201, around.head, content, around.tail)
    path = "/" + json.loads(answer.body)["hash"]
    back = ask_once(server.address, 200, _get(server, path))
    if back.body != content:
        raise BenchmarkStopped(f"{path} came back with other bytes than were sent.")
    return Published(server, path, _etag(back))


def whole_file(published: Published, connections: int) -> Load:
    """GETs that are answered with the bytes."""
    return _asking(published.server, 200, connections, _get(published.server, published.path))


def not_modified(published: Published, connections: int) -> Load:
    """GETs by somebody who has the bytes, answered 304."""
    request = _get(published.server, published.path, f"If-None-Match: {published.etag}\r\n")
    return _asking(published.server, 304, connections, request)


def _asking(server: Server, status: int, connections: int, request: bytes) -> Load:
    def maker(_: int) -> Callable[[], bytes]:
        return lambda: request

    return Load(server.address, status, connections, maker)


def _get(server: Server, path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nAccept: */*\r\n{more}\r\n".encode()


def _etag(answer: Answer) -> str:
    etag = answer.headers.get("etag")
    if etag is None:
        raise BenchmarkStopped("A file came without an ETag, so nothing can be asked conditionally.")
    return etag
