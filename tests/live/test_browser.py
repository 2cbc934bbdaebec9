"""Nothing that was uploaded runs in a real browser, from any address, page or listing, nor on somebody else's site."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, Request

from tests.live.client import Caller
from tests.live.remains import complaints
from tests.live.scripts import SCRIPTS, STYLESHEET, xml_with
from tests.running import Server
from tests.screens import chromium, log_in

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.timeout(300)]


class Watch:
    """Sees whether anything ran, in any page of a browser's context."""

    def __init__(self, context: BrowserContext) -> None:
        self.seen: list[str] = []
        context.on("request", self._note_request)
        context.on("dialog", self._note_dialog)

    def _note_request(self, request: Request) -> None:
        if "/pwned" in request.url:
            self.seen.append(f"{request.url} from {request.frame.url if request.frame else 'a worker'}")

    def _note_dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(accept_downloads=True)
    yield made
    made.close()


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    return Watch(context)


@pytest.fixture(scope="module")
def uploaded(shared: Server) -> list[dict[str, Any]]:
    """All the scripts, public and private, as their owner sent them."""
    with Caller(shared, shared.make_key()) as owner:
        stylesheet = owner.upload(STYLESHEET.encode(), "sheet.xsl")
        by_type = xml_with(f"/{stylesheet['hash']}.xsl")
        everything = {**SCRIPTS, "transformed.xml": by_type, "transformed.xhtml": by_type}
        sent = [owner.upload(content, name) for name, content in everything.items()]
        return sent + [owner.upload(content, name, private="1") for name, content in everything.items()]


def addresses(about: dict[str, Any]) -> list[str]:
    """Addresses of a file in every kind of dress: as it is, and with extensions that browsers run."""
    if about["isPrivate"]:
        key = "?key=" + about["url"].partition("?key=")[2]
        return [f"/{about['uuid']}{dress}{key}" for dress in ("", ".html", ".svg", "/x.xml")]
    by_hash = ("", "/", ".html", ".svg", ".xhtml", ".xml", ".js", ".pdf", "/x.html", "/x.svg", "/x.mht", "/x.shtml")
    return [f"/{about['hash']}{dress}" for dress in by_hash] + [
        f"/{about['uuid']}{dress}" for dress in ("", ".html", ".svg", "/x.xhtml")
    ]


def visit(page: Page, url: str) -> None:
    """Go there; what the browser downloads instead of showing is no failure."""
    try:
        page.goto(url, wait_until="load", timeout=20_000)
    except Error as fault:
        if not any(word in str(fault) for word in ("Download is starting", "ERR_ABORTED")):
            raise


def test_the_watch_sees_what_does_run(context: BrowserContext, watch: Watch, tmp_path: Path) -> None:
    """The control: the same files on a server that sends them as what they say they are."""
    for name in ("page.html", "picture.svg", "document.xhtml"):
        (tmp_path / name).write_bytes(SCRIPTS[name])
    with site(tmp_path) as url:
        for name in ("page.html", "picture.svg", "document.xhtml"):
            watch.seen.clear()
            page = context.new_page()
            visit(page, f"{url}/{name}")
            page.wait_for_timeout(300)

            assert any("/pwned" in each for each in watch.seen), name
            page.close()


@pytest.mark.parametrize("number", range(2 * (len(SCRIPTS) + 2)))
def test_nothing_runs_from_any_address(
    shared: Server, context: BrowserContext, watch: Watch, uploaded: list[dict[str, Any]], number: int
) -> None:
    page = context.new_page()
    for address in addresses(uploaded[number]):
        visit(page, shared.url + address)
        assert page.title() != "pwned", address
    page.wait_for_timeout(100)

    assert watch.seen == []
    visit(page, f"{shared.url}/")
    assert page.evaluate("localStorage.length") == 0


def test_nothing_runs_on_pages_about_files(
    shared: Server, context: BrowserContext, watch: Watch, uploaded: list[dict[str, Any]]
) -> None:
    page = context.new_page()
    log_in(page, shared.url)
    for about in uploaded:
        for address in (f"/view/{about['hash']}", f"/view/{about['uuid']}", f"/files/{about['uuid']}",
                        about["deletion_url"].removeprefix(shared.url)):  # fmt: skip
            answer = page.goto(shared.url + address, wait_until="load")
            assert answer
            assert answer.status == 200, address
            assert page.title() != "pwned", address
    for address in ("/files", "/files?page=2", "/account", "/keys", "/api"):
        page.goto(shared.url + address, wait_until="load")
    page.wait_for_timeout(300)

    assert watch.seen == []
    assert page.evaluate("localStorage.length") == 0
    assert complaints(shared) == []


EMBEDDED = (
    "<iframe src='{0}'></iframe><object data='{0}'></object><embed src='{0}'><img src='{0}'><video src='{0}'></video>"
    "<script src='{0}'></script><script type=module src='{0}'></script><link rel=stylesheet href='{0}'>"
)


def test_nothing_runs_where_another_site_embeds_it(
    shared: Server, context: BrowserContext, watch: Watch, uploaded: list[dict[str, Any]], tmp_path: Path
) -> None:
    for number, about in enumerate(uploaded):
        body = "".join(EMBEDDED.format(shared.url + link) for link in addresses(about)[::3])
        (tmp_path / f"{number}.html").write_text(f"<!doctype html><title>elsewhere</title>{body}")
    page = context.new_page()
    with site(tmp_path) as url:
        for number in range(len(uploaded)):
            visit(page, f"{url}/{number}.html")
            assert page.title() == "elsewhere"
        page.wait_for_timeout(300)

    assert watch.seen == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A plain site of files, which says nothing."""

    def guess_type(self, path: object) -> str:
        """What the extension says."""
        kinds = {".html": "text/html", ".svg": "image/svg+xml", ".xhtml": "application/xhtml+xml"}
        return kinds[Path(str(path)).suffix]

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Another site: a folder, served plainly; its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
