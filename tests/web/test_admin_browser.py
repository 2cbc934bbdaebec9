"""Staff's pages in a real browser, without JavaScript: what is done there holds for everybody else at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.running import Server
from tests.screens import log_in, overflow

pytestmark = [pytest.mark.browser, pytest.mark.external]

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all of these tests: each has files and accounts of its own."""
    started = Server(tmp_path_factory.mktemp("admin") / "served", RATE_LIMITS="off", WORKERS=1)
    started.command("user", "add", "root", "--staff", "--password-stdin", stdin=f"{PASSWORD}\n")
    yield started.start()
    started.stop()


@pytest.fixture(scope="module")
def staff(browser: Browser, server: Server) -> Iterator[Page]:
    """Logged in once."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    log_in(page, server.url, "root", PASSWORD)
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Somebody else."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def upload(page: Page, url: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    page.goto(url)
    page.set_input_files("#file", path)
    page.click("#upload [type=submit]")


def test_an_account_is_made_and_its_owner_logs_in_and_meets_the_quota(
    server: Server, staff: Page, page: Page, tmp_path: Path
) -> None:
    staff.goto(f"{server.url}/admin")
    staff.click("nav[aria-label=Administration] >> text=Accounts")
    staff.click("text=New account")
    staff.fill("#username", "ann")
    staff.click("text=Make the account")
    link = staff.inner_text("#link")
    page.goto(link)
    page.fill("#new_password", PASSWORD)
    page.fill("#new_password_again", PASSWORD)
    page.click("text=Set the password")
    log_in(page, server.url, "ann", PASSWORD)

    staff.fill("#quota", "1KiB")
    staff.click("text=Save >> nth=0")
    upload(page, server.url, tmp_path / "small.txt", bytes(1000))
    assert "/view/" in page.url
    upload(page, server.url, tmp_path / "large.txt", bytes(25))
    assert "of your 1 KiB are free. Delete something, or ask the operator for more." in page.inner_text("main")
    staff.reload()
    assert "1000 bytes of 1 KiB" in staff.inner_text("main")


def test_a_switch_is_turned_on_and_off_and_the_one_for_everything_is_asked_for_twice(
    server: Server, staff: Page, page: Page
) -> None:
    staff.goto(f"{server.url}/admin")
    staff.click("tr:has-text('FILE_CREATE') button")
    assert requests.put(f"{server.url}/x.txt", b"x", timeout=20).status_code == 503
    staff.click("nav[aria-label=Administration] >> text=Files")
    assert "Uploading is switched off" in staff.inner_text("main")
    staff.click("text=Kill switches")
    staff.click("tr:has-text('FILE_CREATE') button")
    assert requests.put(f"{server.url}/x.txt", b"x", timeout=20).status_code == 201

    staff.click("tr:has-text('GLOBAL') button")
    assert staff.inner_text("h1") == "Switch everything off?"
    page.goto(server.url)
    assert page.inner_text("h1") == "Upload a file, give the link to anyone"
    staff.click("text=Switch everything off >> nth=-1")
    page.goto(server.url)
    assert "switched off" in page.inner_text("main")
    staff.click("tr:has-text('GLOBAL') button")
    assert "All is well." in staff.inner_text("main")


def test_a_file_is_searched_for_and_taken_down(server: Server, staff: Page, page: Page) -> None:
    content = b"what must not be here\n"
    for name in ("to-be-found.txt", "the-same-once-more.txt"):
        requests.put(f"{server.url}/{name}", content, timeout=20)
    staff.goto(f"{server.url}/admin/files")
    staff.fill("#q", "to-be-f")
    staff.keyboard.press("Enter")
    staff.get_by_role("link", name="to-be-found.txt").first.click()
    staff.click("text=Take this content down")
    assert "2 files have these bytes" in staff.inner_text("main")
    staff.click("main >> text=the-same-once-more.txt")
    staff.go_back()
    staff.fill("#reason", "A court said so.")
    staff.click("text=Take it down")

    assert "2 files went with it." in staff.inner_text("main")
    page.goto(f"{server.url}/{hashlib.sha256(content).hexdigest()}")
    assert "A court said so." in page.inner_text("main")


def test_an_encrypted_file_is_found_by_its_link_and_deleted(server: Server, browser: Browser, staff: Page) -> None:
    scripted = browser.new_page()
    scripted.goto(server.url)
    scripted.get_by_label("Encrypt in this browser").check()
    scripted.fill("#text", "For your eyes only.")
    scripted.click("text=Encrypt and upload")
    scripted.get_by_role("button", name="Upload more").wait_for()
    link = scripted.input_value("[data-part=link]")

    staff.goto(f"{server.url}/admin/encrypted")
    staff.fill("#q", link)
    staff.keyboard.press("Enter")
    expect(staff.locator("tbody tr")).to_have_count(1)
    staff.click("tbody a")
    staff.click("text=Delete this file")
    staff.click("text=Delete it")

    assert "no longer here" in staff.inner_text("main")
    scripted.goto(link)
    assert "For your eyes only." not in scripted.inner_text("main")
    assert requests.get(link.partition("#")[0], timeout=20).status_code == 404
    scripted.close()


def test_nothing_is_wider_than_a_small_window(server: Server, staff: Page) -> None:
    staff.set_viewport_size({"width": 320, "height": 800})
    paths = (
        "", "/users", "/users/1", "/users/new", "/files", "/encrypted", "/takedowns", "/health", "/settings", "/audit",
    )  # fmt: skip
    beyond = {}
    for path in paths:
        staff.goto(f"{server.url}/admin{path}")
        beyond[path] = overflow(staff)

    assert beyond == dict.fromkeys(paths, 0)
