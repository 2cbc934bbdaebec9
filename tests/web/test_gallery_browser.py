"""The gallery in a real browser: thumbnails come when they are near, and nothing moves when they do.

With JavaScript, of which the pages have none: browsers fetch everything at once where it is switched off.
"""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Iterator
from typing import Literal

import pytest
import requests
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, Route

from tests import pictures
from tests.running import Server
from tests.screens import overflow
from tests.web.test_browser import PASSWORD, register

pytestmark = [pytest.mark.browser, pytest.mark.external]

NUMBERS = itertools.count()
WATCH = """
window.complaints = []; window.shifts = []
document.addEventListener("securitypolicyviolation", event => complaints.push(event.violatedDirective))
new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
    .observe({type: "layout-shift", buffered: true})
"""
PLACES = """elements => elements.map(each => {
    const box = each.getBoundingClientRect(); return [box.x, box.y + scrollY, box.width, box.height] })"""
DRAWN = "images => images.filter(image => image.complete && image.naturalWidth == 512).length"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all of these tests: each has an account of its own."""
    started = Server(tmp_path_factory.mktemp("gallery") / "served", RATE_LIMITS="off")
    yield started.start()
    started.stop()


class Shelf:
    """The files of somebody who is logged in in a browser."""

    def __init__(self, url: str, name: str, page: Page) -> None:
        self._url, self._page = url, page
        register(page, url, name)
        answer = requests.post(f"{url}/api/login", json={"username": name, "password": PASSWORD}, timeout=20)
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def add(self, content: bytes, name: str, **rules: str) -> None:
        """Upload a file."""
        answer = requests.post(
            f"{self._url}/api/upload", files={"file": (name, content)}, data=rules, headers=self._headers, timeout=20
        )
        assert answer.status_code == 201, answer.text

    def open(self, until: Literal["networkidle", "domcontentloaded"] = "networkidle") -> None:
        """Look at the gallery."""
        self._page.goto(f"{self._url}/files?view=grid", wait_until=until)

    def wait_for(self, count: int) -> None:
        """Wait until so many thumbnails are drawn."""
        until = time.monotonic() + 30
        while (drawn := self._page.eval_on_selector_all(".card img", DRAWN)) != count:
            assert time.monotonic() < until, f"{drawn} of {count} thumbnails"
            self._page.wait_for_timeout(20)


@pytest.fixture
def shelf(server: Server, page: Page, request: pytest.FixtureRequest) -> Shelf:
    return Shelf(server.url, f"ann{next(NUMBERS)}", page)


def difference_of(one: bytes, other: bytes) -> float:
    """How much two screenshots differ, in the mean of all pixels: 0 to 255. Where they stand says a little of it."""
    images = [Image.open(io.BytesIO(screenshot)).convert("L") for screenshot in (one, other)]
    return ImageStat.Stat(ImageChops.difference(*images)).mean[0]


def test_the_thumbnails_of_all_ones_own_images_load(shelf: Shelf, page: Page) -> None:
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    photograph = pictures.photograph()
    for rules in ({}, {"private": "owner"}, {"private": "1"}, {"limit": "1"}):
        shelf.add(photograph, "photo.jpg", **rules)
    shelf.add(pictures.icon(), "icon.png")
    shelf.add(b"hello", "hello.txt")
    shelf.open()

    shelf.wait_for(5)

    assert page.eval_on_selector_all(".card img", "images => images.length") == 5
    assert console == page.evaluate("complaints") == []


def test_no_thumbnail_is_fetched_before_it_is_near(shelf: Shelf, page: Page) -> None:
    for number in range(50):
        shelf.add(pictures.photograph(number, 160, 120), f"{number}.jpg")
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if request.url.endswith("/thumb") else None)
    page.set_viewport_size({"width": 320, "height": 640})
    shelf.open()
    at_first = len(fetched)
    for image in page.locator(".card img").all():
        image.scroll_into_view_if_needed()

    shelf.wait_for(50)
    assert 4 <= at_first < 25
    assert len(fetched) == len(set(fetched)) == 50


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_moves_when_thumbnails_come_or_cannot(shelf: Shelf, page: Page, width: int) -> None:
    for number in range(8):
        shelf.add(pictures.photograph(number, 100 + 300 * (number % 2), 200), f"{number}.jpg")
    shelf.add(pictures.damaged(), "damaged.jpg")
    shelf.add(b"hello", "hello.txt")
    held: list[Route] = []
    page.route("**/thumb", lambda route: held.append(route))  # noqa: PLW0108 - Playwright leaves a mark on it
    page.set_viewport_size({"width": width, "height": 800})
    shelf.open("domcontentloaded")
    while len(held) < 9:
        page.wait_for_timeout(20)
    before = page.eval_on_selector_all("main *", PLACES)

    for route in held:
        route.continue_()
    shelf.wait_for(8)

    assert page.eval_on_selector_all("main *", PLACES) == before
    assert page.evaluate("shifts") == []
    assert page.evaluate("complaints") == []


def test_cards_are_squares_of_one_size_whatever_is_on_them(shelf: Shelf, page: Page) -> None:
    shelf.add(pictures.photograph(0, 300, 40), "wide.jpg")
    shelf.add(pictures.damaged(), "damaged.jpg")
    shelf.add(b"hello", "hello.txt")
    shelf.add(b"hello", "hello." + "x" * 16)
    shelf.open()

    sizes = page.eval_on_selector_all(".card__face", f"faces => ({PLACES})(faces).map(place => place.slice(2))")

    assert len(sizes) == 4
    assert {round(length, 1) for size in sizes for length in size} == {round(sizes[0][0], 1)}


def test_a_damaged_image_looks_like_any_file_of_its_type(shelf: Shelf, page: Page) -> None:
    shelf.add(b"hello", "text.jpg")
    shelf.add(pictures.damaged(), "damaged.jpg")
    shelf.open()

    damaged, tile = (page.locator(f".card >> nth={number} >> .card__face").screenshot() for number in (0, 1))

    assert page.get_by_role("img", name="Thumbnail of damaged.jpg").count() == 1
    assert difference_of(damaged, tile) < 2


@pytest.mark.parametrize("name", ["a" * 200 + ".jpg", "word " * 40 + ".jpg", "صورة" * 20 + ".jpg", "🎉" * 40 + ".jpg"])
def test_no_name_makes_the_page_wider_than_a_small_phone(shelf: Shelf, page: Page, name: str) -> None:
    shelf.add(pictures.photograph(), name, private="1", limit="3", expire="7d")
    shelf.add(b"x", "x." + "x" * 16)
    page.set_viewport_size({"width": 320, "height": 640})
    shelf.open()

    columns = page.eval_on_selector_all(
        ".card", "cards => new Set(cards.map(card => card.getBoundingClientRect().x)).size"
    )

    assert overflow(page) <= 0
    assert columns == 2


def test_all_of_a_card_is_reached_by_keyboard_and_is_large_enough_to_hit(shelf: Shelf, page: Page) -> None:
    shelf.add(pictures.photograph(), "photo.jpg")
    shelf.open()
    page.get_by_role("link", name="Grid").focus()
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.matches(':focus-visible') && document.activeElement.tagName")
        )
        box = page.locator(":focus").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24

    assert reached == ["INPUT", "A", "BUTTON", "BUTTON", "A"]


def test_files_are_ticked_and_opened_by_their_pictures(shelf: Shelf, page: Page) -> None:
    shelf.add(pictures.photograph(), "photo.jpg")
    shelf.open()
    page.get_by_label("Choose photo.jpg").check()
    page.click("text=Delete …")
    page.click("text=Keep it")
    assert page.url.endswith("/files?view=grid")

    box = page.locator(".card img").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/view/*")
