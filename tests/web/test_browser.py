"""The main ways through the pages, in a real browser without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.running import Server
from tests.screens import chromium, log_in, overflow

pytestmark = [pytest.mark.browser, pytest.mark.external]

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--host-resolver-rules=MAP paste.example 127.0.0.1") as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def register(page: Page, url: str, name: str = "ann") -> None:
    page.goto(f"{url}/register")
    page.fill("#username", name)
    page.fill("#password", PASSWORD)
    page.fill("#password_again", PASSWORD)
    page.click("text=Make the account")
    page.get_by_text("Your account is made").wait_for()


def test_from_an_account_to_an_upload_and_its_end(server: Server, page: Page, tmp_path: Path) -> None:
    register(page, server.url)
    file = tmp_path / "a <b> & 'c'.txt"
    file.write_text("hello")
    page.set_input_files("#file", file)
    page.select_option("#expire", "1h")
    page.select_option("#private", "1")
    page.click("#upload [type=submit]")
    assert "/view/" in page.url
    assert "key=" in page.url

    page.goto(f"{server.url}/files")
    assert page.inner_text("tbody bdi") == file.name
    page.click("text=Manage")
    page.click("text=Delete this file")
    assert page.inner_text("h1") == file.name
    page.click("text=Delete it")

    assert page.inner_text("h1") == "Deleted"
    page.click("main >> text=My files")
    assert "There is nothing here yet." in page.inner_text("main")


def test_log_out_and_in_again_to_where_one_wanted_to_go(server: Server, page: Page) -> None:
    register(page, server.url)
    page.click("text=Log out")
    page.goto(f"{server.url}/keys")
    assert "/login?next=" in page.url
    page.fill("#username", "ann")
    page.fill("#password", PASSWORD)
    page.click("main button")

    assert page.url == f"{server.url}/keys"


def test_a_key_made_on_the_page_works_until_it_is_invalidated_there(server: Server, page: Page) -> None:
    register(page, server.url)
    page.goto(f"{server.url}/keys")
    page.fill("#name", "laptop")
    page.click("text=Make the key")
    headers = {"Authorization": f"Bearer {page.inner_text('#secret')}"}
    assert requests.put(f"{server.url}/x.txt", b"x", headers=headers, timeout=20).status_code == 201

    page.click("tbody summary >> text=Invalidate")
    page.click("tbody button")
    assert page.url == f"{server.url}/keys"
    assert requests.put(f"{server.url}/x.txt", b"x", headers=headers, timeout=20).status_code == 401


def test_a_password_changed_here_ends_the_session_there(server: Server, page: Page, browser: Browser) -> None:
    register(page, server.url)
    elsewhere = browser.new_context(java_script_enabled=False).new_page()
    log_in(elsewhere, server.url, "ann", PASSWORD)
    page.goto(f"{server.url}/account")
    page.fill("#old_password", PASSWORD)
    page.fill("#new_password", "another good password")
    page.fill("#new_password_again", "another good password")
    page.click("text=Change the password >> nth=-1")
    assert "Your password is changed." in page.inner_text("main")

    elsewhere.goto(f"{server.url}/files")
    assert "/login" in elsewhere.url
    elsewhere.context.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "paste.example"])
def test_a_deletion_link_deletes_by_its_button(make_server: Callable[..., Server], browser: Browser, host: str) -> None:
    """On plain http under a name of its own a browser sends no Sec-Fetch-Site, and what Origin it sends depends on the
    page's referrer policy."""
    server = make_server(TRUSTED_HOSTS="paste.example")
    link = requests.put(f"{server.url}/x.txt", b"x", timeout=20).headers["X-Delete-URL"]
    page = browser.new_page(java_script_enabled=False)
    page.goto(link.replace("127.0.0.1", host))
    page.click("text=Delete this file >> nth=-1")

    assert page.inner_text("h1") == "Deleted"


def test_no_page_is_wider_than_a_small_phone_or_breaks_its_own_policy(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    register(page, server.url, "a" * 64)
    for path in (
        "/",
        "/files",
        "/keys",
        "/account",
        "/api",
        "/nothing-here",
        "/login",
        "/register",
        "/forgot",
        "/reset/x",
    ):
        page.goto(server.url + path)
        assert overflow(page) <= 0, path
    assert not [complaint for complaint in complaints if "Content Security Policy" in complaint]
