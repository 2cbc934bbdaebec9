"""Somebody who speaks hushfile (seed 004) with a running server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.live.client import Answer, Caller

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Begun:
    """An upload that was begun."""

    id: str
    password: str

    def put(self, caller: Caller, part: object, content: Any, headers: dict[str, str] | None = None) -> Answer:
        """Send a chunk, or the metadata."""
        return caller.ask("PUT", f"/api/file/{self.id}/{part}?uploadpassword={self.password}", content, headers)

    def finish(self, caller: Caller, *chunks: int) -> Answer:
        """Finish it, of these chunks."""
        body = json.dumps({"uploadpassword": self.password, "chunks": chunks})
        return caller.ask("POST", f"/api/file/{self.id}/finishupload", body, JSON)

    def get(self, caller: Caller, part: object) -> Answer:
        """Ask for a part, or `info`, `exists`, `metadata`."""
        return caller.get(f"/api/file/{self.id}/{part}")


def begin(caller: Caller, **wanted: object) -> Begun:
    """Begin an upload."""
    answer = caller.ask("POST", "/api/file", json.dumps(wanted), JSON)
    assert answer.status == 200, answer
    return Begun(answer.json["id"], answer.json["uploadpassword"])


def upload(caller: Caller, *chunks: bytes, **wanted: object) -> Begun:
    """Upload a file of these chunks, and finish it."""
    begun = begin(caller, **wanted)
    for number, chunk in enumerate(chunks):
        assert begun.put(caller, number, chunk).status == 200
    assert begun.finish(caller, *range(len(chunks))).status == 200
    return begun
