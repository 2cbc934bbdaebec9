"""The page of an encrypted file: what it opens, shows, refuses and deletes."""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from PIL import Image
from playwright.sync_api import Route

from tests.programs import needs_program
from tests.running import Server
from tests.web.encrypted.cutting import cutting
from tests.web.encrypted.desk import CHUNK_BYTES, Desk, Sent, tamper

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.timeout(300)]

THREE_CHUNKS = 3 * CHUNK_BYTES - 1000
SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg' onload='document.title=\"pwned\"'><script>alert(1)</script></svg>"


@pytest.fixture
def send(desk: Desk, tmp_path: Path) -> Callable[..., Sent]:
    """Encrypt and upload something."""

    def send_file(content: bytes = b"hello", name: str = "hello.txt", **rules: str) -> Sent:
        (tmp_path / name).write_bytes(content)
        return desk.send(tmp_path / name, **rules)[0]

    return send_file


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, form)
    return out.getvalue()


# ---- before anything is downloaded


def test_name_size_expiry_and_downloads_are_shown_before_anything_is_downloaded(send, other: Desk) -> None:
    sent = send(bytes(5000), "plan.pdf", expire="1d", limit="2")
    other.open(sent.link)
    other.page.get_by_role("button", name="Download").wait_for()

    assert other.page.inner_text("h1") == "plan.pdf"
    facts = other.page.inner_text("dl")
    assert "4.9 KiB" in facts
    assert "2 downloads left" in facts
    assert re.search(r"Expires\s+\d+ \w+ \d{4}, \d\d:\d\d UTC", facts)
    assert other.asked_for("GET", r"/api/file/[^/]+/\d") == 0
    assert other.page.get_by_role("button", name="Show").is_hidden()


def test_neither_the_title_nor_the_history_has_the_name(send, other: Desk) -> None:
    other.open(send(name="plan.pdf").link)
    other.page.get_by_role("button", name="Download").wait_for()

    assert other.page.title() == "Encrypted file · pastebin"


def test_each_download_of_a_limited_file_counts_and_after_the_last_there_is_none(send, other: Desk) -> None:
    sent = send(os.urandom(THREE_CHUNKS), limit="1")
    other.open(sent.link)
    other.download()
    assert other.page.get_by_role("link", name="Save").is_visible()

    assert requests.get(f"{sent.api}/info", timeout=20).status_code == 404
    other.page.reload()
    assert other.page.get_by_role("heading", name="Nothing here").is_visible()


def test_an_attempt_that_broke_off_says_that_it_spent_the_download(send, other: Desk) -> None:
    sent = send(os.urandom(THREE_CHUNKS), limit="1")

    lost: list[int] = []

    def lose_the_answer(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    other.page.route("**/api/file/*/1", lose_the_answer)
    other.open(sent.link)

    assert "This file may be downloaded once, and an attempt that breaks off counts as one." in other.refused()
    assert lost == [200]


# ---- keys


def test_without_a_key_in_the_address_it_is_asked_for(send, other: Desk) -> None:
    sent = send()
    other.open(sent.link.partition("#")[0])
    other.page.get_by_label("Key or passphrase").fill(f" {sent.key} ")
    other.page.keyboard.press("Enter")

    assert other.download() == ("hello.txt", b"hello")
    assert sent.key not in other.page.url


def test_a_wrong_key_opens_nothing_and_the_right_one_then_does(send, other: Desk) -> None:
    one, another = send(b"one", "one.txt"), send(b"another", "another.txt")
    other.open(f"{one.link.partition('#')[0]}#{another.key}")
    assert "This key does not open this file" in other.told()
    assert other.page.get_by_role("button", name="Download").is_hidden()

    other.page.evaluate("key => { location.hash = key }", one.key)
    assert other.download() == ("one.txt", b"one")


def with_a_wrong_letter(key: str) -> str:
    return key[:-2] + ("P" if key[-2] == "Q" else "Q") + key[-1:]


@pytest.mark.parametrize("change", [lambda key: key[:-1], lambda key: key[:40], with_a_wrong_letter])
def test_a_key_that_is_cut_off_or_mistyped_is_told_from_a_wrong_one(send, other: Desk, change) -> None:
    sent = send()
    other.open(sent.link.replace(sent.key, change(sent.key)))

    assert "This key is not whole." in other.told()
    assert other.page.get_by_label("Key or passphrase").is_visible()


def test_another_key_in_the_address_starts_anew(send, other: Desk) -> None:
    sent = send()
    other.open(sent.link)
    other.download()

    other.page.evaluate("location.hash = 'no key'")
    assert "This does not open the file: the passphrase is mistyped" in other.told()
    assert other.page.inner_text("h1") == "Encrypted file"
    assert other.page.get_by_role("link", name="Save").is_hidden()
    assert other.page.locator("[data-part=save]").get_attribute("href") is None


def test_who_skips_to_the_content_keeps_the_key_and_a_download_that_is_under_way(send, other: Desk) -> None:
    content = os.urandom(THREE_CHUNKS)
    held: list[Route] = []
    other.page.route("**/api/file/*/2", lambda route: held.append(route))  # noqa: PLW0108 - Playwright leaves a mark on it
    sent = send(content, limit="1")
    other.open(sent.link)
    with other.page.expect_request("**/api/file/*/2"):
        other.page.get_by_role("button", name="Download").click()
    other.page.locator(".skip-link").focus()
    other.page.keyboard.press("Enter")
    assert other.page.evaluate("document.activeElement.id") == "main"
    assert other.page.url == sent.link
    with other.page.expect_download() as started:
        held[0].continue_()

    assert started.value.path().read_bytes() == content


def test_a_file_that_is_gone_meanwhile_is_told(send, other: Desk) -> None:
    sent = send()
    other.open(sent.link)
    other.page.get_by_role("button", name="Download").wait_for()
    requests.delete(f"{sent.api}?deletepassword={sent.password}", timeout=20)

    assert "There is no such file any more" in other.refused()
    assert other.page.get_by_role("button", name="Download").is_hidden()


# ---- on the way


def test_a_chunk_that_cannot_be_had_is_fetched_again(send, other: Desk) -> None:
    content = os.urandom(THREE_CHUNKS)
    failures = iter([True, True])
    other.page.route("**/api/file/*/1", lambda route: route.abort() if next(failures, False) else route.continue_())
    other.open(send(content).link)

    assert other.download()[1] == content
    assert [other.asked_for("GET", f"/{index}$") for index in range(3)] == [1, 3, 1]


def test_what_breaks_off_within_a_chunk_goes_on_where_it_was(send, make_desk, server: Server) -> None:
    content = os.urandom(THREE_CHUNKS)
    sent = send(content)
    with cutting(server) as cut:
        other = make_desk(cut.url)
        cut.paths += [f"/api/file/{sent.id}/{index}" for index in (0, 1, 1, 2)]
        other.open(sent.link.replace(server.url, cut.url))

        assert other.download()[1] == content
        assert cut.paths == []
        assert [other.asked_for("GET", f"/{index}$") for index in range(3)] == [2, 3, 2]


def test_a_cancelled_download_gives_nothing_and_can_be_begun_again(send, other: Desk) -> None:
    content = os.urandom(THREE_CHUNKS)
    other.page.route("**/api/file/*/2", lambda route: None)
    other.open(send(content).link)
    other.page.get_by_role("button", name="Download").click()
    other.page.get_by_role("button", name="Cancel").click()
    assert other.told() == "Cancelled. Nothing of it was saved."

    other.page.unroute_all()
    assert other.download()[1] == content


@pytest.mark.parametrize("part", ["info", "metadata"])
def test_a_page_that_cannot_even_open_the_file_says_so_and_asks_when_to_go_on(send, other: Desk, part: str) -> None:
    far_off = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"status": "Too often."}}
    other.page.route(f"**/api/file/*/{part}", lambda route: route.fulfill(**far_off))
    other.open(send().link)
    again = other.page.get_by_role("button", name="Try again")
    again.wait_for()
    assert other.page.inner_text("[data-part=state]") == "The server cannot do it just now: Too often."
    assert other.page.get_by_role("button", name="Cancel").is_hidden()
    other.page.unroute_all()
    again.click()

    assert other.download() == ("hello.txt", b"hello")


def test_where_it_takes_too_long_somebody_is_asked_and_it_goes_on_from_there(send, other: Desk) -> None:
    content = os.urandom(THREE_CHUNKS)
    far_off = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"status": "Too often."}}
    other.page.route("**/api/file/*/1", lambda route: route.fulfill(**far_off))
    other.open(send(content).link)
    other.page.get_by_role("button", name="Download").click()
    other.page.get_by_role("button", name="Try again").wait_for()
    other.page.unroute_all()
    with other.page.expect_download() as started:
        other.page.get_by_role("button", name="Try again").click()

    assert started.value.path().read_bytes() == content
    assert [other.asked_for("GET", f"/{index}$") for index in range(3)] == [1, 2, 1]


def test_a_file_that_cannot_be_looked_at_now_can_be_when_one_asks_again(send, other: Desk) -> None:
    far_off = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"status": "Too often."}}
    other.page.route("**/info", lambda route: route.fulfill(**far_off))
    other.open(send().link)
    other.page.get_by_role("button", name="Try again").wait_for()
    assert "Too often." in other.page.inner_text("[data-part=state]")
    other.page.unroute_all()
    other.page.get_by_role("button", name="Try again").click()

    assert other.download() == ("hello.txt", b"hello")


# ---- preview


def test_a_text_is_shown_as_text_and_not_before_one_asks(send, other: Desk) -> None:
    other.open(send(b"<b>bold</b> & \xc3\xa4\n", "page.html").link)
    show = other.page.get_by_role("button", name="Show")
    show.wait_for()
    assert other.asked_for("GET", r"/api/file/[^/]+/0") == 0
    show.click()

    assert other.page.locator("[data-part=preview] pre").text_content() == "<b>bold</b> & ä\n"


def test_what_is_shown_can_be_hidden_and_is_not_fetched_again(send, other: Desk) -> None:
    other.open(send(b"plain", "notes.txt").link)
    other.page.get_by_role("button", name="Show").click()
    other.page.get_by_role("button", name="Hide").click()
    other.page.locator("[data-part=preview]").wait_for(state="hidden")
    other.page.get_by_role("button", name="Show").click()

    assert other.page.locator("[data-part=preview] pre").text_content() == "plain"
    assert other.asked_for("GET", r"/api/file/[^/]+/0") == 1


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_an_image_is_shown_by_its_bytes_whatever_its_name(send, other: Desk, form: str) -> None:
    other.open(send(picture(form), "notes.txt").link)
    other.page.get_by_role("button", name="Show").click()
    image = other.page.locator("[data-part=preview] img")
    image.wait_for()

    assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }") == 40
    assert (image.get_attribute("src") or "").startswith("blob:")


@pytest.mark.parametrize("name", ["picture.svg", "picture.png", "page.html"])
def test_nothing_in_a_file_runs(send, other: Desk, name: str) -> None:
    dialogs: list[str] = []
    other.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    other.open(send(SCRIPT, name).link)
    other.page.get_by_role("button", name="Show").click()
    other.page.locator("[data-part=preview] pre").wait_for()

    assert other.page.locator("[data-part=preview] pre").text_content() == SCRIPT.decode()
    saved = other.page.locator("[data-part=save]").get_attribute("href")
    assert other.page.evaluate("link => link", saved).startswith("blob:")
    other.page.wait_for_timeout(200)
    assert dialogs == []
    assert other.page.title() == "Encrypted file · pastebin"


def test_a_page_in_a_file_is_downloaded_and_not_opened_where_its_blob_is_gone_to(send, other: Desk) -> None:
    """A blob: URL is of this site: of a type that browsers show, it would be a page of it."""
    other.open(send(b"<script>opener.document.title = 'pwned'</script>", "page.html").link)
    other.download()
    address = other.page.locator("[data-part=save]").get_attribute("href")
    with other.page.expect_download() as started:
        other.page.evaluate("address => { location.href = address }", address)

    assert started.value.path().read_bytes().startswith(b"<script>")
    assert other.page.title() == "Encrypted file · pastebin"


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"\xff\xfe\x00binary", b"a" * (1024 * 1024 + 1)]
)
def test_what_cannot_be_shown_says_so(send, other: Desk, content: bytes) -> None:
    other.open(send(content, "x.png").link)
    other.page.get_by_role("button", name="Show").click()

    other.page.get_by_text(re.compile("This image is damaged|There is no preview")).wait_for()
    assert other.page.locator("[data-part=preview] pre").count() == 0


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("exe.\u202egnp.txt", "exe._gnp.txt"),
        ("a\u061cb.txt", "a_b.txt"),
        ("..hidden", "hidden"),
        ("a" * 250 + ".tar", "a" * 196 + ".tar"),
    ],
)
def test_a_hostile_name_is_tidied_before_it_is_shown_and_saved(send, other: Desk, name: str, saved: str) -> None:
    other.open(send(b"x", name[:200] + name[-4:] if len(name) > 250 else name).link)

    assert other.download()[0] == saved
    assert other.page.inner_text("h1") == saved


# ---- deletion


def test_the_delete_password_deletes_and_another_does_not(send, other: Desk) -> None:
    sent = send()
    other.open(sent.link)
    other.page.click("summary >> text=Delete this file")
    other.page.get_by_label("Password for deleting").fill("another")
    other.page.click("text=Delete it for everyone")
    other.page.get_by_text("That is not the password for deleting this file.").wait_for()
    assert requests.get(f"{sent.api}/exists", timeout=20).status_code == 200

    other.page.get_by_label("Password for deleting").fill(sent.password)
    other.page.keyboard.press("Enter")
    assert other.told() == "Deleted. Its link leads nowhere from now on."
    assert requests.get(f"{sent.api}/exists", timeout=20).status_code == 404
    assert other.page.get_by_role("button", name="Download").is_hidden()


# ---- without scripts


@pytest.mark.parametrize(("size", "places"), [(9, (1, 0)), (THREE_CHUNKS, (1, 0)), (THREE_CHUNKS, (2, 5))])
def test_without_scripts_the_page_says_how_curl_and_age_do_it_and_they_do(
    send, make_desk: Callable[..., Desk], server: Server, tmp_path: Path, size: int, places: tuple[int, int]
) -> None:
    needs_program("age")
    content = os.urandom(size)
    sent = send(content)
    tamper(server, "UPDATE chunks SET place = place * ? + ? WHERE file_id = ? AND place >= 0", *places, sent.id)
    page = make_desk(scripts=False).page
    page.goto(sent.link)
    assert "This page needs JavaScript" in page.inner_text("noscript")
    assert page.get_by_role("button", name="Download").is_hidden()
    page.click("text=With the programs curl and age")
    (tmp_path / "key.txt").write_text(sent.key + "\n")
    commands = page.inner_text("details pre")
    done = subprocess.run(["bash", "-ec", commands], cwd=tmp_path, capture_output=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert b'"filename":"hello.txt"' in done.stdout
    assert (tmp_path / "FILE").read_bytes() == content
