"""Somebody who speaks hushfile (seed 004) with an application in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Hush:
    """An upload that was begun."""

    client: FlaskClient
    id: str
    password: str

    def path(self, part: object = "") -> str:
        """An address of this file."""
        return f"/api/file/{self.id}/{part}".rstrip("/")

    def put(self, part: object, content: bytes, password: str | None = None) -> TestResponse:
        """Send a chunk, or the metadata."""
        given = self.password if password is None else password
        headers = {"Content-Type": "application/octet-stream"}
        return self.client.put(f"{self.path(part)}?uploadpassword={given}", data=content, headers=headers)

    def finish(self, *chunks: object, password: str | None = None) -> TestResponse:
        """Finish it, of these chunks."""
        body = {"uploadpassword": self.password if password is None else password, "chunks": list(chunks)}
        return self.client.post(self.path("finishupload"), json=body)

    def get(self, part: object) -> TestResponse:
        """Ask for a part, or `info`, `exists`, `metadata`."""
        return self.client.get(self.path(part))

    def info(self) -> dict[str, Any]:
        """What is known of it."""
        answer = self.get("info")
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def delete(self, password: str | None = None) -> TestResponse:
        """Delete it."""
        return self.client.delete(self.path() + ("" if password is None else f"?deletepassword={password}"))


def begin(client: FlaskClient, **wanted: object) -> Hush:
    """Begin an upload."""
    answer = client.post("/api/file", json=wanted)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.data)
    return Hush(client, told["id"], told["uploadpassword"])


def upload(client: FlaskClient, *chunks: bytes, metadata: bytes | None = None, **wanted: object) -> Hush:
    """Upload a file of these chunks, and finish it."""
    hush = begin(client, **wanted)
    if metadata is not None:
        assert hush.put("metadata", metadata).status_code == 200
    for number, chunk in enumerate(chunks):
        assert hush.put(number, chunk).status_code == 200
    assert hush.finish(*range(len(chunks))).status_code == 200
    return hush
