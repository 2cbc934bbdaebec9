"""A server with people and files on it, and the browser windows through which they are seen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import requests
from playwright.sync_api import Browser, BrowserContext, Page

from tests.running import Server
from tests.screens.browser import PASSWORD, log_in

LONG_NAME = "a name that goes on and on " * 8 + "without_any_place_to_break_" * 6 + ".txt"
HOSTILE_NAME = "<script>alert(1)</script>\u202egnp.txt"

_FILES: tuple[tuple[str, str], ...] = (
    ("notes.md", ""), (HOSTILE_NAME, "?expire=2h"), (LONG_NAME, "?private=1"), ("main.py", "?private=owner"),
    ("photo.jpg", "?limit=5"),
)  # fmt: skip


class Stage:
    """Ann, who has files and keys, and Eve, who can be written to; made anew for each run.

    `page` is the window for most states, of somebody logged in or not. It runs
    JavaScript or not, as *scripts* says: what works without shall be seen without.
    `scripted` always does, and its visitor is nobody; `bare` never does.
    """

    def __init__(self, server: Server, browser: Browser, ending: ExitStack, *, scripts: bool = True) -> None:
        self.server = server
        self.url = server.url
        self.scripts = scripts
        self.contexts: list[BrowserContext] = []
        self.servers = [server]
        self._ending = ending
        self._is_staff = False
        self.page = self._window(browser, scripts=scripts)
        self.scripted = self._window(browser, scripts=True)
        self.bare = self._window(browser, scripts=False)
        self._fill()

    def upload(self, name: str, content: bytes, query: str = "") -> requests.Response:
        """One more file of Ann's; *query* begins with a question mark, or is empty."""
        answer = requests.post(
            f"{self.url}/api/upload{query}", headers={"Authorization": f"Bearer {self._key}"},
            files={"file": (name, content)}, timeout=20,
        )  # fmt: skip
        assert answer.ok, answer.text
        return answer

    def logged_in(self, path: str) -> Page:
        """Ann opens this path."""
        if not self.page.context.cookies():
            log_in(self.page, self.url)
        self.page.goto(self.url + path)
        return self.page

    def logged_out(self, path: str) -> Page:
        """Somebody who is not logged in opens it."""
        self.page.context.clear_cookies()
        self.page.goto(self.url + path)
        return self.page

    def as_staff(self, path: str) -> Page:
        """Ann opens it, as one of the staff."""
        if not self._is_staff:
            self.server.command("user", "change", "ann", "--staff")
            self._is_staff = True
        return self.logged_in(path)

    def beside(self, **settings: object) -> Server:
        """One more server, with settings of its own."""
        instance = self.server.instance.with_name(f"instance-{len(self.servers)}")
        other = Server(instance, RATE_LIMITS="off", WORKERS=1, **settings)
        self._ending.callback(other.stop)
        self.servers.append(other.start())
        return other

    def _window(self, browser: Browser, *, scripts: bool) -> Page:
        context = browser.new_context(java_script_enabled=scripts)
        context.set_default_timeout(60_000)  # a busy machine is slow, which says nothing about a page
        self.contexts.append(context)
        return context.new_page()

    def _fill(self) -> None:
        self._key = self.server.make_key("ann", "--name", "laptop")
        self.server.command(
            "user", "add", "eve", "--email", "eve@example.org", "--password-stdin", stdin=f"{PASSWORD}\n"
        )
        self.server.command("key", "add", "ann", "--name", HOSTILE_NAME * 4, "--expire", "7d")
        uploads = {name: self.upload(name, name.encode() * 100, query) for name, query in _FILES}
        self.managed = uploads[LONG_NAME].json()["manage"].removeprefix(self.url)
        self.deletion = uploads["photo.jpg"].headers["X-Delete-URL"].removeprefix(self.url)


# How to get there; the window in which it is then to be seen.
State = Callable[[Stage], Page]


def of_ann(path: str) -> State:
    """A page that needs no more than Ann's opening it."""
    return lambda stage: stage.logged_in(path)


def of_nobody(path: str) -> State:
    """A page that needs no more than somebody's opening it."""
    return lambda stage: stage.logged_out(path)


def of_staff(path: str) -> State:
    """A page that needs no more than one of the staff's opening it."""
    return lambda stage: stage.as_staff(path)
