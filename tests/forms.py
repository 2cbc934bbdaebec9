"""Forms and uploads as clients send them: part by part, in the order that the test says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

BOUNDARY = "a-boundary-of-the-tests"

Part = bytes


def field(name: str, text: str) -> Part:
    """A plain field of a multipart form."""
    return _part(f'name="{name}"', b"", text.encode())


def file(content: bytes, filename: str = "hello.txt", name: str = "file") -> Part:
    """A file of a multipart form."""
    header = f'name="{name}"; filename="{filename}"'
    return _part(header, b"Content-Type: application/octet-stream\r\n", content)


def body(*parts: Part) -> bytes:
    """The whole multipart body."""
    return b"".join(parts) + b"--%s--\r\n" % BOUNDARY.encode()


def multipart(*parts: Part) -> dict[str, Any]:
    """What the test client needs to send a form of these parts."""
    return {"data": body(*parts), "content_type": content_type()}


def content_type() -> str:
    """Of every form here."""
    return f"multipart/form-data; boundary={BOUNDARY}"


def upload(
    client: FlaskClient,
    content: bytes = b"hello\n",
    filename: str = "hello.txt",
    /,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> dict[str, Any]:
    """Upload a file by `POST /api/upload`; the answer's JSON."""
    parts = [field(name, text) for name, text in fields.items()]
    answer = client.post("/api/upload", headers=headers, **multipart(*parts, file(content, filename)))
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def path_of(url: str) -> str:
    """What of a link the test client wants: path and query."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _part(disposition: str, headers: bytes, content: bytes) -> Part:
    begin = b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (BOUNDARY.encode(), disposition.encode())
    return begin + headers + b"\r\n" + content + b"\r\n"
