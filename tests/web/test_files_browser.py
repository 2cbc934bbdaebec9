"""The list of one's own files in a real browser: searched while one types, chosen from, deleted from, renamed in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from tests.running import Server
from tests.screens import overflow
from tests.web.test_browser import PASSWORD, register

pytestmark = [pytest.mark.browser, pytest.mark.external]

NUMBERS = itertools.count()
WATCH = """
window.complaints = []
document.addEventListener("securitypolicyviolation", event => complaints.push(event.violatedDirective))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all of these tests: each has an account of its own."""
    started = Server(tmp_path_factory.mktemp("files") / "served", RATE_LIMITS="off", USER_QUOTA="1MiB")
    yield started.start()
    started.stop()


class Shelf:
    """The files of somebody who is logged in in a browser."""

    def __init__(self, url: str, page: Page) -> None:
        self.page = page
        self.path = f"{url}/files"
        self._url = url
        name = f"ann{next(NUMBERS)}"
        register(page, url, name)
        answer = requests.post(f"{url}/api/login", json={"username": name, "password": PASSWORD}, timeout=20)
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def add(self, *names: str, content: bytes = b"hello", **rules: str) -> None:
        """Upload files, all at once."""
        files = [("file", (name, content + name.encode())) for name in names]
        answer = requests.post(f"{self._url}/api/upload", files=files, data=rules, headers=self._headers, timeout=20)
        assert answer.status_code == 201, answer.text

    def names(self) -> list[str]:
        """As the API knows them, newest first."""
        answer = requests.get(f"{self._url}/api/users/me/files", headers=self._headers, timeout=20)
        return [file["name"] or file["filename"] for file in answer.json()["items"]]

    def open(self, query: str = "") -> None:
        """Look at the list."""
        self.page.goto(self.path + query)
        self.page.locator(".is-scripted").wait_for(state="attached")

    def expect(self, *names: str) -> None:
        """These are shown, in this order."""
        expect(self.page.locator("#files bdi")).to_have_text(list(names))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    yield page
    assert page.evaluate("complaints") == []
    context.close()


@pytest.fixture
def shelf(server: Server, page: Page) -> Shelf:
    return Shelf(server.url, page)


def said(page: Page, words: str) -> None:
    """Screen readers are told."""
    expect(page.locator("#said")).to_have_text(words)


# ---- search, order, pages


def test_what_is_typed_is_searched_for_and_one_can_go_on_typing(shelf: Shelf, page: Page) -> None:
    shelf.add("apple.txt", "apricot.txt", "banana.txt")
    shelf.open()
    page.locator("#q").press_sequentially("ap")
    shelf.expect("apricot.txt", "apple.txt")
    said(page, "2 files")

    page.keyboard.type("r")
    shelf.expect("apricot.txt")
    expect(page.locator("#q")).to_be_focused()
    expect(page).to_have_url(f"{shelf.path}?q=apr")

    page.reload()
    shelf.expect("apricot.txt")


def test_of_several_searches_the_last_one_wins_however_late_the_others_come(shelf: Shelf, page: Page) -> None:
    shelf.add("apple.txt", "banana.txt")
    shelf.open()
    held: list[Route] = []
    page.route("**/files?q=apple", lambda route: held.append(route))  # noqa: PLW0108 - Playwright leaves a mark on it
    page.fill("#q", "apple")
    expect(page.locator("#files[aria-busy=true]")).to_be_visible()
    page.fill("#q", "banana")
    shelf.expect("banana.txt")

    for route in held:
        route.continue_()
    page.wait_for_timeout(300)

    assert len(held) == 1
    shelf.expect("banana.txt")
    expect(page).to_have_url(f"{shelf.path}?q=banana")


def test_nothing_found_says_so_and_leads_back(shelf: Shelf, page: Page) -> None:
    shelf.add("apple.txt")
    shelf.open()
    page.fill("#q", "zzz")
    expect(page.get_by_role("heading", name="Nothing fits this search.")).to_be_visible()
    said(page, "0 files")

    page.click("text=Show all files")
    shelf.expect("apple.txt")
    expect(page.locator("#q")).to_have_value("")


def test_columns_and_types_order_and_filter_without_leaving_and_the_way_back_works(shelf: Shelf, page: Page) -> None:
    shelf.add("b.txt", "a.txt", "c.png")
    shelf.open()
    page.get_by_role("link", name="Name", exact=True).click()
    shelf.expect("a.txt", "b.txt", "c.png")
    expect(page.get_by_role("link", name="Name", exact=True)).to_be_focused()
    expect(page.locator("#sort")).to_have_value("name")
    page.keyboard.press("Enter")
    shelf.expect("c.png", "b.txt", "a.txt")

    page.select_option("#type", "text")
    shelf.expect("b.txt", "a.txt")
    page.go_back()
    shelf.expect("a.txt", "b.txt", "c.png")
    expect(page.locator("#sort")).to_have_value("name")


def test_a_server_that_cannot_be_reached_is_said_and_tried_again(shelf: Shelf, page: Page) -> None:
    shelf.add("apple.txt", "banana.txt")
    shelf.open()
    page.route("**/files?*", lambda route: route.abort())
    page.fill("#q", "apple")
    expect(page.locator("#files .notice")).to_contain_text("The server cannot be reached.")
    shelf.expect("banana.txt", "apple.txt")

    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    shelf.expect("apple.txt")


def test_a_search_after_the_session_ended_leads_to_the_login(shelf: Shelf, page: Page) -> None:
    shelf.add("apple.txt")
    shelf.open()
    page.context.clear_cookies()
    page.fill("#q", "apple")

    expect(page).to_have_url(re.compile(r"/login\?next=/files"))


# ---- choose and delete


def test_a_range_is_chosen_with_shift_and_all_of_a_page_by_one_box_or_ctrl_a(shelf: Shelf, page: Page) -> None:
    shelf.add("5.txt", "4.txt", "3.txt", "2.txt", "1.txt")
    shelf.open()
    boxes, bar = page.locator("input[name=ids]"), page.locator("#files-delete p")
    expect(bar).to_be_hidden()
    boxes.nth(3).click()
    boxes.nth(1).click(modifiers=["Shift"])
    expect(bar).to_have_text("3 files selected, 30 bytes")
    said(page, "3 files selected, 30 bytes")
    assert [box.is_checked() for box in boxes.all()] == [False, True, True, True, False]
    assert page.evaluate("document.querySelector('[data-part=all]').indeterminate")

    page.get_by_label("Select all on this page").check()
    expect(bar).to_have_text("5 files selected, 50 bytes")
    page.get_by_role("button", name="Select none").click()
    expect(bar).to_be_hidden()
    boxes.first.focus()
    page.keyboard.press("Control+a")
    expect(bar).to_have_text("5 files selected, 50 bytes")


def test_files_of_several_pages_are_chosen_and_deleted_at_once(shelf: Shelf, page: Page) -> None:
    shelf.add(*(f"{number:02}.txt" for number in range(60)), content=b"x" * 10_000)
    shelf.add("kept.txt")
    shelf.open("?q=.txt&sort=name")
    expect(page.locator("#files-storage")).to_contain_text("586.3 KiB of 1 MiB used")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_label("Choose kept.txt")).to_be_visible()
    page.get_by_label("Select all on this page").check()
    page.get_by_label("Choose kept.txt").uncheck()
    expect(page.locator("#files-delete p")).to_contain_text("60 files selected")

    page.get_by_role("button", name="Delete …").click()
    expect(page.locator("#files-delete p")).to_contain_text("Delete 60 files? Their links stop working at once")
    expect(page.get_by_role("button", name="Keep them")).to_be_focused()
    page.get_by_role("button", name="Delete 60 files").click()

    expect(page.locator("#files .notice")).to_have_text("60 files deleted.")
    shelf.expect("kept.txt")
    said(page, "60 files deleted.")
    expect(page.locator("#files")).to_be_focused()
    expect(page.locator("#files-storage")).to_contain_text("13 bytes of 1 MiB used")
    assert shelf.names() == ["kept.txt"]


def test_escape_keeps_what_was_to_be_deleted(shelf: Shelf, page: Page) -> None:
    shelf.add("a.txt")
    shelf.open()
    page.get_by_label("Choose a.txt").check()
    page.get_by_role("button", name="Delete …").click()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Delete …")).to_be_focused()
    expect(page.locator("#files-delete p")).to_contain_text("1 file selected")
    assert shelf.names() == ["a.txt"]


def test_what_is_chosen_while_others_are_deleted_stays_and_is_not_counted(shelf: Shelf, page: Page) -> None:
    shelf.add("a.txt", "b.txt", "c.txt")
    shelf.open()
    held: list[Route] = []
    page.route("**/files/delete*", lambda route: held.append(route))  # noqa: PLW0108 - playwright hangs something on it
    page.get_by_label("Choose a.txt").check()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete 1 file").click()
    expect(page.locator("#files-delete")).to_contain_text("Deleting")

    page.get_by_label("Choose b.txt").check()
    page.get_by_label("Choose b.txt").press("Enter")
    expect(page.locator("#files-delete button:visible")).to_have_count(0)
    held[0].continue_()

    expect(page.locator("#files .notice")).to_have_text("1 file deleted.")
    expect(page.locator("#files-delete")).to_contain_text("1 file selected")
    shelf.expect("c.txt", "b.txt")


def test_ticks_are_not_put_back_onto_other_files(shelf: Shelf, page: Page) -> None:
    shelf.add("a.txt", "b.txt")
    shelf.open()
    page.get_by_label("Choose b.txt").check()
    page.goto(shelf.path.replace("/files", "/limits"))
    shelf.add("c.txt")
    page.go_back()

    shelf.expect("c.txt", "b.txt", "a.txt")
    page.locator(".is-scripted").wait_for(state="attached")
    expect(page.locator("input[name=ids]:checked")).to_have_count(0)


def test_where_a_deletion_is_refused_the_files_stay_chosen(shelf: Shelf, page: Page) -> None:
    shelf.add("a.txt", "b.txt")
    shelf.open()
    page.get_by_label("Choose a.txt").check()
    page.context.clear_cookies()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete 1 file").click()

    expect(page.locator("#files .notice")).to_contain_text("You are logged out.")
    expect(page.get_by_label("Choose a.txt")).to_be_checked()
    assert shelf.names() == ["b.txt", "a.txt"]


def test_with_the_last_file_the_search_goes_too(shelf: Shelf, page: Page) -> None:
    shelf.add("a.txt")
    shelf.open()
    page.get_by_label("Choose a.txt").check()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete 1 file").click()

    expect(page.get_by_role("heading", name="There is nothing here yet.")).to_be_visible()
    expect(page.locator("#files-search")).to_be_hidden()
    expect(page.locator("#files-delete")).to_be_hidden()


# ---- names and links


@pytest.mark.parametrize("view", ["", "?view=grid"])
def test_a_file_is_renamed_where_it_stands(shelf: Shelf, page: Page, view: str) -> None:
    shelf.add("notes.txt", "other.txt")
    shelf.open(view)
    page.get_by_role("button", name="Rename notes.txt: its file name").click()
    page.keyboard.type("todo")  # in place of what stands before the extension
    page.keyboard.press("Enter")

    shelf.expect("other.txt", "todo.txt")
    expect(page.get_by_role("button", name="Rename todo.txt: its file name")).to_be_focused()
    said(page, "Renamed to todo.txt")
    assert shelf.names() == ["other.txt", "todo.txt"]


def test_f2_renames_and_escape_leaves_the_name_as_it_is(shelf: Shelf, page: Page) -> None:
    shelf.add("notes.txt")
    shelf.open()
    page.get_by_label("Choose notes.txt").focus()
    page.keyboard.press("F2")
    page.keyboard.type("nothing")
    page.keyboard.press("Escape")

    shelf.expect("notes.txt")
    expect(page.get_by_role("button", name="Rename notes.txt: its file name")).to_be_focused()
    assert shelf.names() == ["notes.txt"]


def test_a_name_that_is_refused_says_why_and_can_be_put_right(shelf: Shelf, page: Page) -> None:
    shelf.add("notes.txt")
    shelf.open()
    page.get_by_role("button", name="Rename notes.txt: its file name").click()
    field = page.get_by_label("New name of notes.txt")
    field.fill("...")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Nothing of this file name can be used.")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("Nothing of this file name can be used.")

    field.fill("<b>right.txt")
    page.keyboard.press("Enter")
    shelf.expect("<b>right.txt")
    assert shelf.names() == ["<b>right.txt"]


def test_a_link_is_copied_with_its_key(shelf: Shelf, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shelf.add("secret.txt", private="1")
    shelf.open()
    page.get_by_role("button", name="Copy the link of secret.txt").click()
    said(page, "Copied")

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_role("link", name="secret.txt", exact=True).get_attribute("href")
    assert "?key=" in copied


# ---- everywhere


def test_all_of_it_fits_a_small_phone(shelf: Shelf, page: Page) -> None:
    shelf.add("word " * 40 + ".txt", "w" * 200 + ".tar.gz", "🎉" * 40 + ".jpg", private="1", limit="3", expire="7d")
    page.set_viewport_size({"width": 320, "height": 640})
    for view in ("", "?view=grid"):
        shelf.open(view)
        page.get_by_label("Select all on this page").check()
        page.get_by_role("button", name="Delete …").click()
        page.locator("[data-do=rename]").first.click()

        assert overflow(page) <= 0
        for control in page.locator("#files button:visible, #files-delete button:visible").all():
            box = control.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24


def test_without_javascript_lists_are_searched_ordered_and_deleted_from(shelf: Shelf, browser: Browser) -> None:
    shelf.add("a.txt", "b.txt", "c.png")
    context = browser.new_context(java_script_enabled=False, storage_state=shelf.page.context.storage_state())
    page = context.new_page()
    page.goto(shelf.path)
    page.fill("#q", "txt")
    page.select_option("#sort", "name")
    page.click("text=Show")
    expect(page.locator("tbody bdi")).to_have_text(["a.txt", "b.txt"])
    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.locator("tbody bdi")).to_have_text(["b.txt", "a.txt"])
    expect(page.locator(".needs-script:visible")).to_have_count(0)

    page.get_by_label("Choose a.txt").check()
    page.click("text=Delete the ticked files")
    page.click("text=Delete it")

    expect(page.get_by_role("heading", name="Deleted")).to_be_visible()
    assert shelf.names() == ["c.png", "b.txt"]
    context.close()
