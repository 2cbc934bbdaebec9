"""Somebody who encrypts and decrypts files in a real browser, and what that browser did meanwhile."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.live.remains import blob_folder, database
from tests.running import Server

CHUNK_BYTES = 128 * 1024
HOST = "paste.example"

# The browser's own words for an answer that is no success; tests of refusals have these on purpose.
_OF_STATUSES = "Failed to load resource"


@dataclass(frozen=True)
class Sent:
    """What the page showed when a file was uploaded."""

    link: str
    password: str

    @property
    def id(self) -> str:
        """The file's UUID."""
        return self.link.partition("#")[0].rpartition("/")[2]

    @property
    def key(self) -> str:
        """Its secret key."""
        return self.link.partition("#")[2]

    @property
    def api(self) -> str:
        """Where the protocol has it."""
        return self.link.partition("#")[0].replace(self.id, f"api/file/{self.id}")


class Desk:
    """A browser of its own with a page, which keeps account of everything that it sent and complained of."""

    def __init__(self, browser: Browser, url: str, *, scripts: bool = True) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(accept_downloads=True, java_script_enabled=scripts)
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - Playwright leaves a mark on it
        self.context.on("console", lambda message: self._note(message.text))
        self.context.on("weberror", lambda error: self._note(str(error.error)))
        self.page: Page = self.context.new_page()

    def _note(self, words: str) -> None:
        if not words.startswith(_OF_STATUSES):
            self.complaints.append(words)

    def asked_for(self, method: str, pattern: str) -> int:
        """How often it asked for a path that matches."""
        return sum(1 for each in self.requests if each.method == method and re.search(pattern, each.url))

    def leaks(self, *secrets: str) -> list[str]:
        """Requests with a fragment or one of these in them, or to another site; and anything that is kept here."""
        told = [f"{each.method} {each.url} {each.post_data_buffer!r}" for each in self.requests]
        kept = self.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")
        elsewhere = [each for each in told if not each.split(" ")[1].startswith((f"{self.url}/", f"blob:{self.url}/"))]
        return [each for each in [*told, kept] if any(secret in each for secret in ("#", *secrets))] + elsewhere

    # ---- sending

    def open_form(self) -> None:
        """The upload page with the switch on."""
        self.page.goto(self.url)
        self.page.get_by_label("Encrypt in this browser").check()

    def start(self, *files: Path, text: str = "", filename: str = "", **rules: str) -> None:
        """Fill in the form, and press its button."""
        self.open_form()
        self.page.set_input_files("#file", list(files))
        for field, words in (("#text", text), ("#filename", filename)):
            if words or self.page.is_visible(field):
                self.page.fill(field, words)
        if rules and not self.page.locator("#expire").is_visible():
            self.page.click("#options summary")
        if "expire" in rules:
            self.page.select_option("#expire", rules["expire"])
        if "limit" in rules:
            self.page.fill("#limit", rules["limit"])
        self.page.click("text=Encrypt and upload")

    def send(self, *files: Path, text: str = "", filename: str = "", **rules: str) -> list[Sent]:
        """Upload, and wait for the links; the newest stand first."""
        self.start(*files, text=text, filename=filename, **rules)
        return self.links()

    def links(self) -> list[Sent]:
        """What stands there when nothing is under way any more."""
        self.page.get_by_role("button", name="Upload more").wait_for(timeout=240_000)
        parcels = self.page.locator(".parcel").all()
        return [
            Sent(
                each.locator("[data-part=link]").input_value(), each.locator("[data-part=deletepassword]").input_value()
            )
            for each in parcels
        ]

    # ---- receiving

    def open(self, link: str) -> None:
        """Go to the page of a file, with a fresh start."""
        self.page.goto("about:blank")
        self.page.goto(link)

    def download(self) -> tuple[str, bytes]:
        """Press the button; the name under which the browser saved it, and what it saved."""
        with self.page.expect_download(timeout=240_000) as started:
            self.page.get_by_role("button", name="Download").click()
        return started.value.suggested_filename, started.value.path().read_bytes()

    def told(self) -> str:
        """The message of the page, as soon as there is one."""
        message = self.page.locator("[data-part=message]")
        message.wait_for(timeout=60_000)
        return message.inner_text()

    def refused(self) -> str:
        """The message to a click on Download that gives nothing."""
        downloads: list[object] = []
        self.page.on("download", lambda each: downloads.append(each))  # noqa: PLW0108 - as above
        self.page.get_by_role("button", name="Download").click()
        self.page.locator("[data-part=message].notice--bad").wait_for(timeout=60_000)
        assert downloads == []
        assert not self.page.locator("[data-part=save]").get_attribute("href")
        return self.told()


def fetch(sent: Sent) -> bytes:
    """The ciphertext, by the protocol: chunks in order."""
    chunks = requests.get(f"{sent.api}/info", timeout=20).json()["chunks"]
    answers: list[requests.Response] = [requests.get(f"{sent.api}/{index}", timeout=60) for index in chunks]
    assert {answer.status_code for answer in answers} == {200}
    return b"".join(answer.content for answer in answers)


def publish(url: str, ciphertext: bytes, metadata: bytes | None = None, step: int = CHUNK_BYTES) -> str:
    """Upload what another program encrypted, by the protocol; the address of its page."""
    begun = requests.post(f"{url}/api/file", json={"deletepassword": "x"}, timeout=20).json()
    parts = {str(number): ciphertext[at : at + step] for number, at in enumerate(range(0, len(ciphertext), step))}
    for part, content in {**parts, **({} if metadata is None else {"metadata": metadata})}.items():
        path = f"{url}/api/file/{begun['id']}/{part}?uploadpassword={begun['uploadpassword']}"
        answer = requests.put(path, content, headers={"Content-Type": "application/octet-stream"}, timeout=60)
        assert answer.status_code == 200, answer.text
    finish = {"uploadpassword": begun["uploadpassword"], "chunks": [int(part) for part in parts]}
    assert requests.post(f"{url}/api/file/{begun['id']}/finishupload", json=finish, timeout=20).status_code == 200
    return f"{url}/{begun['id']}"


def stored_chunk(server: Server, file_id: str, place: int) -> Path:
    """Where the bytes of a chunk lie."""
    with closing(database(server)) as connection:
        query = "SELECT digest FROM chunks WHERE file_id = ? AND place = ?"
        digest = str(connection.execute(query, (file_id, place)).fetchone()[0])
    return blob_folder(server) / digest[:2] / digest


def tamper(server: Server, statement: str, *values: object) -> None:
    """Change the server's database behind its back."""
    with closing(sqlite3.connect(server.instance / "pastebin.sqlite", timeout=30)) as connection:
        assert connection.execute(statement, values).rowcount > 0
        connection.commit()


def everything_in(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below, and its bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()
