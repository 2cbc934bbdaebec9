"""Photographs of every page, wide and narrow, light and dark: `python -m tests.screens FOLDER [NAME…]`.

For whoever works on how pages look. Says which pages are wider than the
window. Chromium's address is taken from CHROMIUM, else /usr/bin/chromium.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests import pictures
from tests.running import Server

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WIDTHS = {"wide": 1280, "narrow": 320}
SCHEMES = ("light", "dark")

_PASSWORD = "correct horse battery"
_LONG_NAME = "a name that goes on and on " * 8 + "without_any_place_to_break_" * 6 + ".txt"
_HOSTILE_NAME = "<script>alert(1)</script>\u202egnp.txt"
_REFUSED = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"status": "Too often: try again in an hour."}}
_WRONG_KEY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
_SHELF = (
    ("holiday.jpg", pictures.photograph(1), ""), ("tower.jpg", pictures.photograph(2, 300, 1600), "?private=owner"),
    ("panorama " * 12 + ".jpg", pictures.photograph(3, 2400, 300), "?private=1&limit=3&expire=7d"),
    ("logo.png", pictures.icon(), ""), ("damaged.jpg", pictures.damaged(), ""),
    ("🎉🏖️👩‍👩‍👧‍👦.jpg", pictures.photograph(4), "?limit=1"), ("صورة من العطلة.jpg", pictures.photograph(5), ""),
    ("backup.tar.gz", b"\x1f\x8b\x08" + b"\0" * 5000, "?private=owner"), ("song.mp3", b"ID3\x04" + b"\0" * 900_000, ""),
    ("film.mp4", b"\0\0\0\x20ftypisom" + b"\0" * 4_000_000, ""), ("data.bin", bytes(range(256)) * 9, ""),
)  # fmt: skip


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Debian's own browser, without a sandbox: tests may run as root."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, url: str, name: str = "ann", password: str = _PASSWORD) -> None:
    """Through the form, as a person does."""
    page.goto(f"{url}/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button")


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


class _Scene:
    """A server with people and files on it, and the pages there are to see."""

    def __init__(self, server: Server, browser: Browser) -> None:
        self._url = server.url
        self._server = server
        self._page = browser.new_page(java_script_enabled=False)
        self._scripted = browser.new_page()
        self._shown = self._page
        self._fill()

    def pages(self) -> dict[str, Callable[[], object]]:
        """How to get to each page."""
        mine, theirs = self._logged_in, self._logged_out
        return {
            "upload-nobody": lambda: theirs("/"),
            "login": lambda: theirs("/login"),
            "login-wrong": self._wrong_login,
            "register": lambda: theirs("/register"),
            "register-refused": self._refused_registration,
            "forgot": lambda: theirs("/forgot"),
            "forgot-asked": self._asked_for_reset,
            "reset": lambda: theirs(self._link("reset")),
            "verify": lambda: theirs(self._link("verify")),
            "dead-link": lambda: theirs("/reset/dead"),
            "delete": lambda: theirs(self._deletion),
            "error-404": lambda: theirs("/0123456789abcdef"),
            "upload": lambda: mine("/"),
            "files": lambda: mine("/files"),
            "files-grid": self._gallery,
            "manage": lambda: mine(self._managed),
            "account": lambda: mine("/account"),
            "keys": lambda: mine("/keys"),
            "keys-made": self._made_key,
            "api": lambda: mine("/api"),
            "files-search": lambda: mine("/files?q=nothing"),
            "files-grid-search": lambda: mine("/files?q=nothing&view=grid"),
            "files-delete": self._deletion_of_several,
            "close-account": lambda: mine("/account/delete"),
            "admin": lambda: self._as_staff("/admin"),
            "admin-users": lambda: self._as_staff("/admin/users"),
            "admin-user": lambda: self._as_staff("/admin/users/2"),
            "admin-files": lambda: self._as_staff("/admin/files"),
            "admin-file": lambda: self._as_staff(f"/admin{self._managed}"),
            "admin-takedowns": self._takedown,
            "admin-audit": lambda: self._as_staff("/admin/audit"),
            "encrypting": lambda: self._encrypting(_HOSTILE_NAME),
            "encrypting-progress": lambda: self._under_way(lambda route: None),
            "encrypting-stuck": lambda: self._under_way(lambda route: route.fulfill(**_REFUSED)),
            "encrypting-links": self._links,
            "encrypted": lambda: self._encrypted("Download"),
            "encrypted-limited": lambda: self._encrypted("Download", limit="2"),
            "encrypted-progress": lambda: self._encrypted("Download", click=True, held=True),
            "encrypted-saved": lambda: self._encrypted("Download", click=True),
            "encrypted-shown": lambda: self._encrypted("Show", click=True),
            "encrypted-locked": lambda: self._encrypted("Open", key=""),
            "encrypted-wrong-key": lambda: self._encrypted("Open", key=_WRONG_KEY),
            "encrypted-without-scripts": self._encrypted_without_scripts,
        }

    def take(self, folder: Path, names: list[str]) -> None:
        """Photograph the pages of these names; all, where none is named."""
        for name, go in self.pages().items():
            if names and name not in names:
                continue
            self._shown = self._page
            go()
            page = self._shown
            for width, pixels in WIDTHS.items():
                page.set_viewport_size({"width": pixels, "height": 800})
                for scheme in SCHEMES:
                    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of SCHEMES
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                if (beyond := overflow(page)) > 0:
                    print(f"{name} is {beyond} px too wide at {pixels} px")

    def _fill(self) -> None:
        self._key = self._server.make_key("ann", "--name", "laptop")
        self._server.command(
            "user", "add", "eve", "--email", "eve@example.org", "--password-stdin", stdin=f"{_PASSWORD}\n"
        )
        self._server.command("key", "add", "ann", "--name", _HOSTILE_NAME * 4, "--expire", "7d")
        uploads: tuple[tuple[str, str], ...] = (
            ("notes.md", ""), (_HOSTILE_NAME, "?expire=2h"), (_LONG_NAME, "?private=1"), ("main.py", "?private=owner"),
            ("photo.jpg", "?limit=5"),
        )  # fmt: skip
        for name, query in uploads:
            answer = self._upload(name, name.encode() * 100, query)
            if name == _LONG_NAME:
                self._managed = answer.json()["manage"].removeprefix("http://localhost")
        self._deletion = answer.headers["X-Delete-URL"].removeprefix("http://localhost")

    def _upload(self, name: str, content: bytes, query: str) -> requests.Response:
        answer = requests.post(
            f"{self._url}/api/upload{query}", headers={"Authorization": f"Bearer {self._key}"},
            files={"file": (name, content)}, timeout=20,
        )  # fmt: skip
        assert answer.ok, answer.text
        return answer

    def _gallery(self) -> None:
        for name, content, query in _SHELF:
            self._upload(name, content, query)
        self._logged_in("/files?view=grid")
        self._page.check("li:nth-child(3) input")
        self._page.focus("li:nth-child(4) input")
        self._page.keyboard.press("Tab")
        self._page.wait_for_load_state("networkidle")

    def _logged_in(self, path: str) -> None:
        if not self._page.context.cookies():
            log_in(self._page, self._url)
        self._page.goto(self._url + path)

    def _logged_out(self, path: str) -> None:
        self._page.context.clear_cookies()
        self._page.goto(self._url + path)

    def _wrong_login(self) -> None:
        self._page.context.clear_cookies()
        log_in(self._page, self._url, password="wrong")

    def _refused_registration(self) -> None:
        self._logged_out("/register")
        self._page.fill("#username", "-!-")
        self._page.fill("#password", "long enough")
        self._page.fill("#password_again", "long enough")
        self._page.click("main button")

    def _deletion_of_several(self) -> None:
        self._logged_in("/files")
        for box in self._page.locator("input[name=ids]").all():
            box.check()
        self._page.click("text=Delete the ticked files")

    def _as_staff(self, path: str) -> None:
        self._server.command("user", "change", "ann", "--staff")
        self._logged_in(path)

    def _takedown(self) -> None:
        self._as_staff("/admin/takedowns?digest=" + "0123456789abcdef" * 4)
        self._page.fill("#reason", "The photographer asked for it, and was right.")
        self._page.click("main button")

    def _asked_for_reset(self) -> None:
        self._logged_out("/forgot")
        self._page.fill("#account", "eve")
        self._page.click("main button")

    def _link(self, kind: str) -> str:
        """Of a mail in the log: there is no mail server."""
        if kind == "reset":
            self._asked_for_reset()
        else:
            self._logged_out("/register")
            for field, text in (("username", "m" * 64), ("password", _PASSWORD), ("password_again", _PASSWORD)):
                self._page.fill(f"#{field}", text)
            self._page.fill("#email", f"{'long' * 20}@{'example.' * 8}org")
            self._page.click("main button")
        for _ in range(100):
            if links := re.findall(rf"^http://localhost(/{kind}/\S+)$", self._server.log.read_text(), re.M):
                return str(links[-1])
            time.sleep(0.1)
        raise AssertionError("no mail in the log")

    def _encrypting(self, filename: str, **rules: str) -> None:
        """The upload form with its switch on, filled in."""
        self._shown = self._scripted
        self._shown.unroute_all()
        self._shown.goto(self._url)
        self._shown.get_by_label("Encrypt in this browser").check()
        self._shown.fill("#text", "For your eyes only.\n" * 9)
        self._shown.fill("#filename", filename)
        self._shown.fill("#limit", rules.get("limit", ""))

    def _under_way(self, answer: Callable[[Route], None]) -> None:
        self._encrypting(_LONG_NAME)
        self._shown.set_input_files(
            "#file",
            [{"name": name, "mimeType": "", "buffer": bytes(5_000_000)} for name in ("holidays.zip", "plan.pdf")],
        )
        self._shown.route("**/api/file/*/0?*", answer)
        self._shown.click("text=Encrypt and upload")
        self._shown.wait_for_timeout(1500)

    def _links(self, filename: str = _LONG_NAME, **rules: str) -> str:
        """Somebody uploads; the first link."""
        self._encrypting(filename, **rules)
        self._shown.click("text=Encrypt and upload")
        self._shown.get_by_role("button", name="Upload more").wait_for()
        return self._shown.input_value("[data-part=link]")

    def _encrypted(
        self, button: str, key: str | None = None, *, click: bool = False, held: bool = False, **rules: str
    ) -> str:
        """The page of an encrypted file, as soon as it has this button; what is behind its URL."""
        link = self._links("letter.txt", **rules).removeprefix(self._url)
        address, _, its_key = link.partition("#")
        if held:
            self._shown.route("**/api/file/*/0", lambda route: None)
        self._shown.goto(f"{self._url}{address}#{its_key if key is None else key}")
        self._shown.get_by_role("button", name=button, exact=True).wait_for()
        if click:
            self._shown.get_by_role("button", name=button, exact=True).click()
            self._shown.wait_for_timeout(1000)
        if key:
            self._shown.locator("[data-part=message]").wait_for()
        return link

    def _encrypted_without_scripts(self) -> None:
        path = self._encrypted("Download").partition("#")[0]
        self._shown = self._page
        self._logged_out(path)
        self._page.click("text=Without this page")

    def _made_key(self) -> None:
        self._logged_in("/keys")
        self._page.fill("#name", "backup of the photographs")
        self._page.click("text=Make the key")


def main(folder: Path, names: list[str]) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        server = Server(Path(scratch) / "instance", RATE_LIMITS="off", WORKERS=1, BASE_URL="http://localhost")
        try:
            _Scene(server.start(), browser).take(folder, names)
        finally:
            server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
