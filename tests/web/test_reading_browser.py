"""A file's page in a real browser, read and changed: with JavaScript, and without where it should work without."""

from __future__ import annotations

import io
import itertools
import re
import wave
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from tests import pictures
from tests.running import Server
from tests.screens import overflow
from tests.web.test_browser import PASSWORD, register

pytestmark = [pytest.mark.browser, pytest.mark.external]

NUMBERS = itertools.count()
TEXT = b"".join(b"line %d\n" % number for number in range(1, 301))
MARKS = "a\u202eb\u200bc\x85d\x1be\x7ff\ufeffg<&>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all of these tests: each has files of its own."""
    started = Server(tmp_path_factory.mktemp("reading") / "served", RATE_LIMITS="off", WORKERS=1)
    yield started.start()
    started.stop()


def is_complaint(message: ConsoleMessage) -> bool:
    """Chromium also writes down what was refused, which a page may well expect."""
    return message.type == "error" and "the server responded with a status of 400" not in message.text


@pytest.fixture
def make_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a window; at the end no page in it may have complained of anything."""
    complaints: list[str] = []
    contexts = []

    def make(*, scripts: bool = True) -> Page:
        context = browser.new_context(java_script_enabled=scripts, permissions=["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(make_page: Callable[..., Page]) -> Page:
    return make_page()


def upload(server: Server, content: bytes, name: str, **fields: str) -> str:
    """The address of the page of a new file."""
    files = {"file": (name, io.BytesIO(content))}
    answer = requests.post(f"{server.url}/api/upload", files=files, data=fields, timeout=20)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return f"{server.url}/view/{told['uuid']}" + (f"?{told['url'].partition('?')[2]}" if "?" in told["url"] else "")


def chosen(page: Page) -> list[str]:
    """The numbers of the lines that are marked."""
    return page.locator(".is-chosen > a").all_inner_texts()


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


# ---- texts


def test_lines_are_chosen_by_clicks_and_a_range_with_shift(server: Server, page: Page) -> None:
    page.goto(upload(server, TEXT, "a.txt"))

    page.click("#L12 > a")
    page.click("#L10 > a", modifiers=["Shift"])

    assert chosen(page) == ["10", "11", "12"]
    assert page.url.endswith("#L10-L12")
    page.get_by_role("button", name="Copy lines 10 to 12").click()
    expect(page.locator("#said")).to_have_text("Lines 10 to 12 copied")
    assert clipboard(page) == "line 10\nline 11\nline 12"


def test_a_link_to_a_range_marks_it_in_view_and_so_does_the_next(server: Server, page: Page) -> None:
    address = upload(server, TEXT, "a.txt")

    page.goto(f"{address}#L200-L203")

    expect(page.locator("#L203")).to_have_class("is-chosen")
    expect(page.locator("#L200")).to_be_in_viewport()
    assert chosen(page) == ["200", "201", "202", "203"]
    page.goto(f"{address}#L20")
    expect(page.locator(".is-chosen")).to_have_count(1)
    expect(page.locator("#L20")).to_be_in_viewport()


def test_lines_are_chosen_by_the_keyboard(server: Server, page: Page) -> None:
    page.goto(f"{upload(server, TEXT, 'a.txt')}#L5")
    expect(page.locator(".is-chosen")).to_have_count(1)

    page.locator("#L5 > a").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")

    assert chosen(page) == ["6", "7", "8"]
    page.keyboard.press("Escape")
    assert chosen(page) == []
    assert "#" not in page.url
    assert page.locator(".lines a[tabindex='0']").all_inner_texts() == ["8"]


def test_all_of_a_text_is_copied_with_its_marked_characters(server: Server, page: Page) -> None:
    page.goto(upload(server, "a\u202eb\n\tc\n".encode(), "a.txt"))

    page.get_by_role("button", name="Copy the text").click()

    expect(page.locator("#said")).to_have_text("Text copied")
    assert clipboard(page) == "a\u202eb\n\tc"


def test_wrapping_is_turned_off_and_stays_so(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    address = upload(server, b"word " * 500 + b"\nshort\n", "a.txt")
    page.goto(address)
    wrapped = page.locator("#L1").bounding_box()

    page.get_by_role("button", name="Wrap lines").click()

    unwrapped = page.locator("#L1").bounding_box()
    assert wrapped
    assert unwrapped
    assert wrapped["height"] > 10 * unwrapped["height"]
    assert overflow(page) <= 0
    page.goto(address)
    expect(page.get_by_role("button", name="Wrap lines")).to_have_attribute("aria-pressed", "false")


def test_a_line_far_beyond_the_beginning_of_a_large_text_is_led_to(server: Server, page: Page) -> None:
    middle = b"".join(b"%07d %s\n" % (number, b"a rather long line " * 8) for number in range(60_000))
    address = upload(server, f"{MARKS}\n".encode() + middle + MARKS.encode(), "a.log")

    page.goto(f"{address}#L60002")

    page.locator("#L60002.is-chosen").wait_for(state="attached", timeout=90_000)
    expect(page.locator("#L60002")).to_be_in_viewport()
    expect(page.locator("[data-part=count]")).to_have_text("60,002 lines", timeout=30_000)
    expect(page.locator("[data-part=rest]")).to_be_hidden()
    assert (page.locator("#L50000").text_content() or "").startswith("500000049998 a rather")
    # What the server wrote and what the module wrote of the same characters.
    first, last = (re.sub('<a.*?</a>|"', "", page.locator(line).inner_html()) for line in ("#L1", "#L60002"))
    assert first == last


def test_all_of_a_large_text_is_shown_by_a_button_or_else_said_why_not(server: Server, page: Page) -> None:
    page.goto(upload(server, b"line\n" * 21_000, "a.log"))
    assert page.locator(".lines [id]").count() == 20_000

    page.get_by_role("button", name="Show all of it here").click()

    expect(page.locator("[data-part=count]")).to_have_text("21,000 lines")
    assert page.locator(".lines [id]").count() == 21_000
    assert page.locator("#L21000").text_content() == "21000line\n"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_language_is_chosen(server: Server, make_page: Callable[..., Page], scripts: bool) -> None:
    page = make_page(scripts=scripts)
    page.goto(upload(server, b"select = 1\n", "a.txt", private="1"))

    button = page.get_by_role("button", name="Show in this language")
    if scripts:
        expect(button).to_be_hidden()  # the page has its module
    page.select_option("#language", "py")
    if not scripts:
        button.click()

    expect(page.locator("[data-part=facts]")).to_contain_text("Python")
    assert re.search(r"\.py\?key=", page.url)


def test_who_chooses_a_language_before_the_page_is_ready_keeps_the_button(server: Server, page: Page) -> None:
    held: list[Route] = []
    page.route("**/language*.js*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants one of Python's
    page.goto(upload(server, b"select = 1\n", "a.txt"), wait_until="commit")
    page.select_option("#language", "py")
    with page.expect_response("**/language*.js*"):
        while not held:
            page.wait_for_timeout(20)
        held[0].continue_()
    page.wait_for_timeout(300)  # the module does its work

    page.get_by_role("button", name="Show in this language").click()

    expect(page.locator("[data-part=facts]")).to_contain_text("Python")


@pytest.mark.parametrize("scripts", [True, False])
def test_markdown_is_rendered_and_its_source_is_behind_a_link(
    server: Server, make_page: Callable[..., Page], scripts: bool
) -> None:
    page = make_page(scripts=scripts)
    address = upload(server, b"# Hello\n\nthere\n", "a.md")
    page.goto(address)
    expect(page.locator("article")).to_be_visible()
    expect(page.locator(".lines")).to_be_hidden()

    page.get_by_role("link", name="Source").click()

    expect(page.locator(".lines")).to_be_visible()
    expect(page.locator("article")).to_be_hidden()
    expect(page.get_by_role("link", name="Source")).to_have_attribute("aria-current", "page")
    assert page.url.endswith("?as=source")
    page.goto("about:blank")
    page.goto(f"{address}#L3")
    expect(page.locator("#L3")).to_be_visible()


# ---- images, sound


def test_an_image_is_zoomed_by_buttons_keys_and_clicks(server: Server, page: Page) -> None:
    page.goto(upload(server, pictures.photograph(1, 3000, 2000), "a.jpg"))
    image = page.locator("[data-part=image] img")
    expect(page.locator("dd[data-part=dimensions]")).to_have_text("3000 × 2000 pixels")

    page.get_by_role("button", name="Actual size").click()

    assert image.evaluate("image => image.getBoundingClientRect().width") == 3000
    expect(page.locator("output")).to_have_text("100 %")
    assert overflow(page) <= 0
    page.locator("[data-part=image]").focus()
    page.keyboard.press("-")
    expect(page.locator("output")).to_have_text("80 %")
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Fit")).to_have_attribute("aria-pressed", "true")
    image.click()
    expect(page.locator("output")).to_have_text("100 %")


def test_a_damaged_image_is_said_to_be_one(server: Server, make_page: Callable[..., Page]) -> None:
    page = make_page()
    page.goto(upload(server, b"\x89PNG\r\n\x1a\n" + bytes(100), "a.png"))

    expect(page.get_by_text("This image cannot be shown")).to_be_visible()


def test_other_sizes_are_tried_out_and_what_is_wrong_is_said(server: Server, page: Page) -> None:
    page.goto(upload(server, pictures.photograph(2), "a.jpg", private="1"))
    page.click("#transform summary")
    page.fill("#scalex", "64")
    page.select_option("#format", "webp")

    page.get_by_role("button", name="Make it").click()

    expect(page.locator("[data-part=made-facts]")).to_contain_text("64 × 48 pixels")
    expect(page.locator("[data-part=made-facts]")).to_contain_text("image/webp")
    link = page.locator("#made-link").inner_text()
    assert requests.get(link, timeout=20).headers["Content-Type"] == "image/webp"


@pytest.mark.parametrize("scripts", [True, False])
def test_a_size_that_cannot_be_is_refused_in_words(
    server: Server, make_page: Callable[..., Page], scripts: bool
) -> None:
    page = make_page(scripts=scripts)
    page.goto(upload(server, pictures.photograph(2), "a.jpg"))
    page.click("#transform summary")
    page.fill("#cropx", "400")

    page.get_by_role("button", name="Make it").click()

    expect(page.get_by_text("this crop leaves nothing of it")).to_be_visible()


def test_sound_is_sought_in(server: Server, page: Page) -> None:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(44_100)
        out.writeframes(bytes(2 * 44_100 * 60))
    ranges: list[str] = []
    page.on("request", lambda request: ranges.append(request.headers.get("range", "")))
    page.goto(upload(server, sound.getvalue(), "a.wav"))

    sought = page.locator("audio").evaluate(
        "audio => new Promise(done => { audio.onseeked = () => done(audio.currentTime); audio.currentTime = 50 })"
    )

    assert sought == 50
    assert any(each.startswith("bytes=") for each in ranges)
    expect(page.locator("[data-part=unplayable]")).to_be_hidden()


# ---- its owner


@pytest.mark.parametrize("scripts", [True, False])
def test_its_owner_changes_a_file_and_deletes_it_on_its_page(
    server: Server, make_page: Callable[..., Page], scripts: bool
) -> None:
    page = make_page(scripts=scripts)
    name = f"ann{next(NUMBERS)}"
    register(page, server.url, name)
    told = requests.post(f"{server.url}/api/login", json={"username": name, "password": PASSWORD}, timeout=20).json()
    address = upload(server, b"x = 1\n", "a.txt", key=told["token"])
    page.goto(address)

    page.click("#change summary")
    page.fill("#extension", "!")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#extension-error")).to_contain_text("An extension has")
    page.fill("#extension", "py")
    page.fill("#name", "My script")
    page.select_option("#expire", "1d")
    page.select_option("#private", "1")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("My script")
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "key=" in page.url
    assert "key=" in page.locator("#link-page").inner_text()
    assert requests.get(address, timeout=20).status_code == 404
    page.click("#delete summary")
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deleted")
    assert requests.get(f"{address}?{page.url.partition('?')[2]}", timeout=20).status_code == 404
