"""Every curl line of the reference that needs no staff, run as it stands against the real server."""

from __future__ import annotations

import html
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from pastebin.blueprints import examples
from tests import pictures
from tests.programs import needs_program
from tests.running import Server

pytestmark = [pytest.mark.external, pytest.mark.slow, pytest.mark.timeout(300)]

SECTIONS = ("pastebin", "files", "images", "store", "encrypted", "keys", "sessions", "server")
# After these a login, a key or an account is no more.
ENDING = ("DELETE /api/keys", "DELETE /api/users/me", "POST /api/logout")


@dataclass
class Line:
    """A command of the reference."""

    operation: str
    command: str
    good: set[int]


class Person:
    """Somebody new, with a login and a key, for lines that may end them; each line has a file of its own."""

    def __init__(self, server: Server, number: int) -> None:
        self.url, self.name = server.url, f"ann{number}"
        form = {"username": self.name, "password": examples.PASSWORD, "password_again": examples.PASSWORD}
        assert self._post("/register", data=form, allow_redirects=False).status_code == 303
        self.token = self._post("/api/login", json={"username": self.name, "password": examples.PASSWORD}).json()[
            "token"
        ]
        made = self._post("/api/keys", json={}, headers=self._bearer(self.token)).json()
        self.key, self.key_id = made["key"], made["id"]
        self.uploads = 0

    def filled(self, line: Line) -> str:
        """The command with what is this person's own in the places of the examples."""
        self.uploads += 1
        upload = {"file": ("image.png", pictures.icon() + f"{self.name} {self.uploads}".encode())}
        file = self._post("/api/upload", files=upload, headers=self._bearer(self.key)).json()
        encrypted = "/api/file" in line.operation
        hush = self._hush(is_finished=not line.operation.startswith(("PUT", "POST"))) if encrypted else {}
        own = {
            examples.UUID: hush.get("id", file["uuid"]), examples.UPLOAD_PASSWORD: hush.get("uploadpassword", ""),
            examples.HASH: file["hash"], examples.KEY: self.key, "YOUR_TOKEN": self.token,
            "Token: TOKEN": f"Token: {file['deletion_url'].rpartition('/')[2]}", '"ann"': f'"{self.name}"',
            "/api/keys/7": f"/api/keys/{self.key_id}",
        }  # fmt: skip
        command = line.command
        for example, real in own.items():
            command = command.replace(example, real)
        return command

    def _hush(self, *, is_finished: bool) -> dict[str, str]:
        begun = dict(self._post("/api/file", json={"deletepassword": "one of your own"}).json())
        query = {"uploadpassword": begun["uploadpassword"]}
        requests.put(f"{self.url}/api/file/{begun['id']}/0", b"x", params=query, timeout=20)
        if is_finished:
            self._post(f"/api/file/{begun['id']}/finishupload", json={**query, "chunks": [0]})
        return begun

    def _post(self, path: str, **arguments: Any) -> requests.Response:
        return requests.post(self.url + path, timeout=20, **arguments)

    @staticmethod
    def _bearer(credential: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {credential}"}


def lines_of(server: Server) -> Iterator[Line]:
    """Read off the pages, as a person reads them."""
    for name in SECTIONS:
        text = requests.get(f"{server.url}/api/reference/{name}", timeout=20).text
        for part in text.split('<section class="operation"')[1:]:
            title = re.sub(r"<[^>]+>", "", re.findall(r"<h2[^>]*>(.*?)</h2>", part, re.S)[0])
            (command,) = re.findall(r'<code id="curl-[^"]+">(.*?)</code>', part, re.S)
            good = {int(status) for status in re.findall(r'class="status">(\d+)<', part)}
            yield Line(title, html.unescape(command), good)


def test_every_line_is_answered_as_its_operation_says(make_server: Callable[..., Server], tmp_path: Path) -> None:
    needs_program("curl")
    server = make_server(RATE_LIMITS="off")
    (tmp_path / "notes.txt").write_text("notes\n")
    lines = list(lines_of(server))
    assert len(lines) > 40

    wrong, person = {}, Person(server, 0)
    for number, line in enumerate(lines, 1):
        command = person.filled(line).replace("curl ", "curl -sS -w '%{stderr}%{http_code}' ", 1)
        ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, timeout=60, check=False)
        status = ran.stderr.decode()[-3:]
        if not status.isdigit() or int(status) not in line.good:
            wrong[line.operation] = (command, status, ran.stdout[:300])
        if line.operation.startswith(ENDING):
            person = Person(server, number)

    assert wrong == {}
