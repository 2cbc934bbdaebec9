"""Keys and documentation in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PASSWORD
from tests.running import Server
from tests.screens import log_in, overflow

pytestmark = [pytest.mark.browser, pytest.mark.external]

PAGES = ("/api", "/api/reference", "/api/reference/files", "/api/reference/encrypted", "/limits", "/privacy")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("served") / "instance", OPERATOR_EMAIL="op@example.org").start()
    started.command("user", "add", "ann", "--password-stdin", stdin=f"{PASSWORD}\n")
    yield started
    started.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


def test_a_key_is_made_copied_used_and_invalidated(server: Server, page: Page) -> None:
    log_in(page, server.url)
    page.goto(f"{server.url}/keys")
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("button", name="Copy the key").click()
    expect(page.locator("#said")).to_have_text("Key copied")
    key = page.evaluate("navigator.clipboard.readText()")
    assert key == page.inner_text("#secret")

    page.get_by_text("A shell function").first.click()
    assert f"PB_KEY='{key}'" in page.inner_text("#text-shell")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save paste.sh").click()
    assert key in saved.value.path().read_text()
    assert saved.value.suggested_filename == "paste.sh"
    headers = {"Authorization": f"Bearer {key}"}
    assert requests.put(f"{server.url}/x.txt", b"x", headers=headers, timeout=20).status_code == 201

    row = page.get_by_role("row", name="laptop")
    row.locator("summary").press("Enter")
    row.get_by_role("button", name="Invalidate laptop for good").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()
    assert requests.put(f"{server.url}/x.txt", b"x", headers=headers, timeout=20).status_code == 401


@pytest.mark.parametrize("width", [320, 1280])
def test_the_contents_lead_to_what_they_name(server: Server, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(f"{server.url}/api/reference/files")
    if width == 320:
        page.get_by_text("On this page, and other parts").click()
    page.get_by_role("navigation", name="Documentation").get_by_role("link", name="PATCH").click()

    heading = page.locator("#patch-api-users-me-files-file-id")
    expect(heading).to_be_in_viewport()
    assert heading.bounding_box()["y"] < 320  # type: ignore[index]  # it is in the viewport


def test_a_link_to_a_program_opens_what_it_stands_in(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/api#sharex")

    expect(page.get_by_role("link", name="Save sharex.sxcu")).to_be_in_viewport()


def test_nothing_is_wider_than_a_small_phone_or_complains(server: Server, page: Page) -> None:
    complaints: list[str] = []
    outside: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: outside.append(request.url) if server.url not in request.url else None)
    page.set_viewport_size({"width": 320, "height": 640})
    for path in PAGES:
        page.goto(server.url + path)
        for summary in page.locator("main summary").all()[:6]:
            summary.click()
        assert overflow(page) <= 0, path

    assert complaints == outside == []
