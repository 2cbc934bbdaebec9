"""How these tests talk to a running server: somebody with a kept connection, and forms byte for byte."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.running import Server

BOUNDARY = "----ordinary-boundary-7fa3"
FORM_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Answer:
    """What came back, every header in its order."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Caller:
    """Somebody with one connection, which is kept; nobody, or whoever *key* speaks for."""

    def __init__(self, server: Server, key: str | None = None, timeout: float = 60) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
        self._always = {"Authorization": f"Bearer {key}"} if key else {}

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request and its whole answer."""
        self._connection.request(method, path, body, {**self._always, **(headers or {})})
        response = self._connection.getresponse()
        return Answer(response.status, tuple(response.getheaders()), response.read())

    def get(self, path: str, **headers: str) -> Answer:
        """GET; header names with underscores for dashes."""
        return self.ask("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def upload(self, content: bytes, filename: str = "file.bin", **fields: str) -> dict[str, Any]:
        """Upload one file with `POST /api/upload`; what the server says of it."""
        answer = self.try_upload(content, filename, **fields)
        assert answer.status == 201, answer
        return dict(answer.json)

    def try_upload(self, content: bytes, filename: str = "file.bin", **fields: str) -> Answer:
        """Upload one file with `POST /api/upload`, whatever comes of it."""
        body = form([("file", filename.encode(), content)], fields)
        return self.ask("POST", "/api/upload", body, {"Content-Type": FORM_TYPE})


def form(files: Sequence[tuple[str, bytes, bytes]], fields: Mapping[str, str] | None = None) -> bytes:
    """A multipart form: files as (field, file name as it goes over the wire, content)."""
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (BOUNDARY.encode(), name.encode(), text.encode())
        for name, text in (fields or {}).items()
    ]
    parts += [
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n%s\r\n" % (BOUNDARY.encode(), field.encode(), name, content)
        for field, name, content in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def delete_token(uploaded: Mapping[str, Any]) -> str:
    """The token in an upload's `deletion_url`."""
    return str(uploaded["deletion_url"]).rpartition("/")[2]


def say(server: Server, text: bytes, *, hang_up: bool = False, timeout: float = 20) -> bytes:
    """Everything that the server answers to exactly these bytes, until it closes.

    Args:
        hang_up: send no more after them, as a client whose connection breaks; else keep the sending side open.
    """
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as wire:
        try:
            wire.sendall(text)
            if hang_up:
                wire.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has answered and does not want the rest
        return _until_closed(wire)


def _until_closed(wire: socket.socket) -> bytes:
    heard = []
    while True:
        try:
            block = wire.recv(65536)
        except ConnectionResetError:
            break
        if not block:
            break
        heard.append(block)
    return b"".join(heard)


def statuses(heard: bytes) -> list[int]:
    """The status of each answer in what was heard, interim ones left out."""
    found = [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", heard)]
    return [status for status in found if status >= 200]
