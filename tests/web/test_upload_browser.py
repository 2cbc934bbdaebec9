"""The upload page in a real browser: what is chosen, dropped or pasted arrives, and its links lead to it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect

from tests import pictures
from tests.running import Server
from tests.screens import log_in, overflow

pytestmark = [pytest.mark.browser, pytest.mark.external]

PASSWORD = "correct horse battery"
SMALL = 200_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all tests here; nobody may send as much as an account."""
    folder = tmp_path_factory.mktemp("upload") / "served"
    started = Server(folder, RATE_LIMITS="off", WORKERS=1, ANONYMOUS_MAX_FILE_SIZE=SMALL)
    yield started.start()
    started.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, server: Server) -> Iterator[Page]:
    """The upload page; at the end nothing may have complained, and no other site may have been asked."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda each: each.url.startswith((server.url, "blob:")) or complaints.append(each.url))
    page.goto(server.url)
    expect(page.get_by_text("or drop them anywhere")).to_be_visible()
    yield page
    assert [each for each in complaints if not each.startswith("Failed to load resource")] == []


def named(name: str, content: bytes = b"content", kind: str = "") -> Any:
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, *files: Any) -> None:
    page.set_input_files("#file", list(files))


def chosen(page: Page) -> list[str]:
    return page.locator(".chosen__name").all_inner_texts()


def send(page: Page) -> None:
    page.locator("#upload [type=submit]").click()


def arrived(page: Page) -> list[Locator]:
    """The parcels, once nothing is on its way any more."""
    page.get_by_role("button", name="Upload more").wait_for()
    return page.locator(".parcel").all()


def link(parcel: Locator) -> str:
    return parcel.locator("[data-part=link]").input_value()


def links(parcel: Locator) -> dict[str, str]:
    """The further links, by their labels."""
    rows = parcel.locator(".more__row").all()
    return {each.locator("label").text_content() or "": each.locator("input").input_value() for each in rows}


def handed_over(page: Page, kind: str, target: str, files: list[tuple[str, str, str]], text: str = "") -> None:
    """Drop or paste, as a browser does."""
    page.locator(target).evaluate(
        """(target, [kind, files, text]) => {
            const data = new DataTransfer();
            for (const [name, type, content] of files) data.items.add(new File([content], name, { type }));
            if (text) data.setData("text/plain", text);
            const how = { bubbles: true, cancelable: true };
            if (kind === "paste") target.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: data }));
            else target.dispatchEvent(new DragEvent(kind, { ...how, dataTransfer: data }));
        }""",
        [kind, files, text],
    )


# ---- what is chosen


def test_files_that_are_chosen_again_are_added_and_each_can_be_taken_out(page: Page) -> None:
    choose(page, named("one.txt"), named("two.txt", b"x" * 3000))
    choose(page, named("three.txt"))
    assert chosen(page) == ["one.txt", "two.txt", "three.txt"]
    assert page.locator(".chosen__size").all_inner_texts()[1] == "2.9 KiB"

    page.get_by_role("button", name="Remove one.txt").click()
    assert chosen(page) == ["two.txt", "three.txt"]
    assert page.evaluate("document.activeElement.textContent") == "Remove two.txt"


def test_what_is_dropped_anywhere_on_the_page_is_added(page: Page) -> None:
    handed_over(page, "dragenter", "footer", [("dropped.txt", "text/plain", "x")])
    expect(page.get_by_text("Drop to add to the list")).to_be_visible()
    handed_over(page, "drop", "footer", [("dropped.txt", "text/plain", "x"), ("other.txt", "text/plain", "y")])

    expect(page.get_by_text("Drop to add to the list")).to_be_hidden()
    expect(page.locator(".chosen__name")).to_have_text(["dropped.txt", "other.txt"])


def test_a_pasted_picture_is_named_after_the_moment_and_pasted_files_keep_their_names(page: Page) -> None:
    handed_over(page, "paste", "body", [("image.png", "image/png", "x")])
    handed_over(page, "paste", "#text", [("plan.pdf", "application/pdf", "x")])

    picture, plan = chosen(page)
    assert re.fullmatch(r"screenshot \d{4}-\d\d-\d\d \d\d\.\d\d\.png", picture)
    assert plan == "plan.pdf"


def test_a_text_pasted_outside_of_fields_goes_into_the_text_and_one_for_a_field_is_left_to_it(page: Page) -> None:
    handed_over(page, "paste", "body", [], "first line")
    handed_over(page, "paste", "body", [], "second line")
    handed_over(page, "paste", "#filename", [], "not ours")

    assert page.input_value("#text") == "first line\nsecond line"
    assert page.evaluate("document.activeElement.id") == "text"


def test_a_file_that_is_too_large_is_told_at_once_and_the_others_are_sent(page: Page) -> None:
    choose(page, named("large.bin", bytes(SMALL + 1)), named("small.txt"))
    expect(page.get_by_text("too large, at most 195.3 KiB are taken here")).to_be_visible()
    send(page)

    small, large = arrived(page)
    assert page.inner_text("#sending-title") == "1 of 2 files uploaded"
    assert small.get_by_role("heading").inner_text() == "small.txt"
    assert "It has 195.3 KiB; without an account up to 195.3 KiB are taken. Log in to send up to" in large.inner_text()
    page.get_by_role("button", name="Upload more").click()
    assert chosen(page) == ["large.bin"]


def test_a_form_with_nothing_in_it_says_what_to_do(page: Page) -> None:
    send(page)

    expect(page.get_by_role("alert").filter(has_text="There is nothing to upload yet")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "file"


# ---- links


def test_the_links_of_a_public_image_lead_to_it(page: Page, server: Server) -> None:
    content = pictures.icon()
    choose(page, named("a [b] 'c'.png", content, "image/png"))
    send(page)
    (parcel,) = arrived(page)
    more = links(parcel)

    assert page.inner_text("#sending-title") == "Uploaded"
    assert "a [b] &#39;c&#39;.png" in requests.get(link(parcel), timeout=20).text
    assert requests.get(more["Direct link"], timeout=20).content == content
    assert more["Markdown"] == rf"![a \[b\] 'c'.png]({more['Direct link']})"
    assert more["curl"] == f"""curl -o 'a [b] '"'"'c'"'"'.png' {more["Direct link"]}"""
    assert requests.get(more["Deletion link"], timeout=20).status_code == 200
    assert parcel.locator("[data-part=more]").get_attribute("open") is not None


def test_the_link_of_a_private_file_has_its_key_and_that_of_a_limited_one_spends_nothing(page: Page) -> None:
    page.click("#options summary")
    page.select_option("#private", "1")
    page.fill("#limit", "1")
    page.fill("#text", "for some")
    send(page)
    (parcel,) = arrived(page)

    assert parcel.locator(".badge").all_inner_texts() == ["private", "1 download"]
    assert "?key=" in link(parcel)
    assert requests.get(link(parcel), timeout=20).status_code == 200
    assert requests.get(link(parcel).partition("?")[0], timeout=20).status_code == 404
    assert requests.get(links(parcel)["Direct link"], timeout=20).content == b"for some"
    assert requests.get(links(parcel)["Direct link"], timeout=20).status_code == 404


def test_what_somebody_uploads_for_themselves_is_theirs_and_no_link_opens_it_for_others(
    page: Page, server: Server
) -> None:
    server.command("user", "add", "ann", "--password-stdin", stdin=f"{PASSWORD}\n")
    log_in(page, server.url, "ann", PASSWORD)
    page.goto(server.url)
    page.click("#options summary")
    page.select_option("#private", "owner")
    page.fill("#text", "mine")
    send(page)
    (parcel,) = arrived(page)

    assert "Only you can open it" in parcel.inner_text()
    assert requests.get(link(parcel), timeout=20).status_code == 404
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open it in a new tab").click()
    assert "mine" in opened.value.inner_text("main")


def test_all_links_are_copied_at_once(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, named("one.txt", b"1"), named("two.txt", b"2"))
    page.get_by_role("button", name="Add a text").click()
    page.fill("#text", "three")
    send(page)
    parcels = arrived(page)
    page.get_by_role("button", name="Copy all links").click()
    page.get_by_role("button", name="Copied").wait_for()

    assert page.inner_text("#sending-title") == "3 files uploaded"
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == [link(each) for each in parcels]


@pytest.mark.parametrize("is_encrypted", [False, True])
def test_the_qr_code_is_the_link_and_drawn_without_telling_anybody(page: Page, is_encrypted: bool) -> None:
    page.set_checked("#encrypt", is_encrypted)
    page.fill("#text", "far away")
    send(page)
    (parcel,) = arrived(page)
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    parcel.get_by_role("button", name="QR code").click()
    drawn = parcel.get_by_role("img", name="QR code of the link")
    drawn.wait_for()

    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(drawn.screenshot())))
    assert code.text == link(parcel)
    assert all(each.endswith(("/qr.js", "/lean-qr-2.7.4.js")) for each in asked)


def test_deleting_asks_once_in_its_place_and_the_links_are_dead(page: Page) -> None:
    page.fill("#text", "not for long")
    send(page)
    (parcel,) = arrived(page)
    address = link(parcel)
    parcel.get_by_role("button", name="Delete", exact=True).click()
    assert page.evaluate("document.activeElement.textContent") == "Keep it"
    page.keyboard.press("Escape")
    assert requests.get(address, timeout=20).status_code == 200

    parcel.get_by_role("button", name="Delete", exact=True).click()
    parcel.get_by_role("button", name="Delete it", exact=True).click()
    expect(parcel.get_by_text("Deleted. If somebody uploaded the same content too")).to_be_visible()
    assert page.inner_text("#sending-title") == "Deleted"
    assert requests.get(address, timeout=20).status_code == 404


# ---- on the way


def test_of_many_files_one_is_refused_with_the_servers_own_words_and_can_be_tried_again(page: Page) -> None:
    refusals = iter([{"status": 507, "json": {"message": "The disk is full: come back later."}}])

    def answer(route: Route) -> None:
        refusal = next(refusals, None) if b"two.txt" in (route.request.post_data_buffer or b"") else None
        route.fulfill(**refusal) if refusal else route.continue_()  # type: ignore[arg-type]

    page.route("**/api/upload", answer)
    choose(page, *[named(f"{name}.txt", name.encode()) for name in ("one", "two", "three", "four")])
    send(page)
    parcels = arrived(page)

    assert page.inner_text("#sending-title") == "3 of 4 files uploaded"
    assert [bool(link(each)) for each in parcels] == [True, False, True, True]
    assert "The disk is full: come back later." in parcels[1].inner_text()
    parcels[1].get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="4 files uploaded", exact=True)).to_be_visible()
    assert requests.get(links(parcels[1])["Direct link"], timeout=20).content == b"two"


def test_no_more_than_two_are_sent_at_a_time_and_what_waits_can_be_cancelled(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/upload", lambda route: held.append(route))  # noqa: PLW0108 - Playwright leaves a mark on it
    choose(page, *[named(f"{number}.txt", bytes([number])) for number in range(3)])
    with page.expect_request("**/api/upload"):
        send(page)
    last = page.locator(".parcel").nth(2)
    expect(last.get_by_text("waiting for its turn")).to_be_visible()
    last.get_by_role("button", name="Cancel").click()
    expect(last.get_by_text("Cancelled before anything was sent.")).to_be_visible()
    page.locator(".parcel").first.get_by_role("button", name="Cancel").click()
    expect(page.locator(".parcel").first.get_by_text("Cancelled.")).to_be_visible()
    assert len(held) == 2
    held[1].continue_()

    arrived(page)
    assert page.inner_text("#sending-title") == "1 of 3 files uploaded"
    page.get_by_role("button", name="Upload more").click()
    assert chosen(page) == ["0.txt", "2.txt"]


def test_after_the_server_was_away_it_goes_on_by_itself(page: Page) -> None:
    failures = iter([True, True])
    page.route("**/api/upload", lambda route: route.abort() if next(failures, False) else route.continue_())
    page.fill("#text", "at last")
    send(page)
    expect(page.get_by_text("The server cannot be reached. Trying again.")).to_be_visible()

    (parcel,) = arrived(page)
    assert requests.get(links(parcel)["Direct link"], timeout=20).content == b"at last"


def test_where_what_sends_cannot_be_loaded_the_form_stays_as_it_was_and_can_be_sent_later(page: Page) -> None:
    page.route("**/sendings.js", lambda route: route.fulfill(status=503))
    page.fill("#text", "later")
    send(page)
    expect(page.get_by_text("This page could not load all of itself")).to_be_visible()
    assert page.input_value("#text") == "later"

    page.unroute("**/sendings.js")
    send(page)
    (parcel,) = arrived(page)
    assert requests.get(links(parcel)["Direct link"], timeout=20).content == b"later"


def test_what_is_dropped_while_others_are_on_their_way_is_sent_beside_them_and_nothing_twice(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/upload", lambda route: held.append(route))  # noqa: PLW0108 - Playwright leaves a mark on it
    choose(page, named("first.txt", b"first"))
    with page.expect_request("**/api/upload"):
        send(page)
    handed_over(page, "drop", "footer", [("second.txt", "text/plain", "second")])
    expect(page.locator(".chosen__name")).to_have_text(["second.txt"])
    with page.expect_request("**/api/upload"):
        send(page)
    for route in held:
        route.continue_()

    parcels = arrived(page)
    assert [each.get_by_role("heading").inner_text() for each in parcels] == ["second.txt", "first.txt"]
    assert len(held) == 2
    assert chosen(page) == []


def test_where_the_server_asks_for_too_much_patience_somebody_is_asked(page: Page) -> None:
    busy = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"message": "Too often: wait an hour."}}
    page.route("**/api/upload", lambda route: route.fulfill(**busy))  # type: ignore[arg-type]
    page.fill("#text", "x")
    send(page)
    page.get_by_text("Too often: wait an hour.").wait_for()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()

    (parcel,) = arrived(page)
    assert link(parcel)


def test_a_file_that_is_gone_since_it_was_chosen_is_no_network_failure(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "gone.txt"
    path.write_text("x")
    page.set_input_files("#file", path)
    path.unlink()
    send(page)

    (parcel,) = arrived(page)
    assert "The file cannot be read any more" in parcel.inner_text()


def test_a_link_that_is_shown_nowhere_else_is_not_left_behind_without_a_question(page: Page) -> None:
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.fill("#text", "x")
    send(page)
    arrived(page)
    page.reload()
    assert questions == []

    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('no'); }; }")
    page.fill("#text", "y")
    send(page)
    arrived(page)
    page.reload()
    assert questions == ["beforeunload"]


# ---- finding it again


def test_what_nobody_in_particular_uploaded_is_found_shared_and_deleted_again_in_this_browser(
    page: Page, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, *[named(f"{number}.txt", b"found again %d" % number) for number in range(6)])
    send(page)
    addresses = {link(each).rpartition("/")[2]: link(each) for each in arrived(page)}
    expect(page.locator("#recent")).to_be_hidden()
    page.reload()
    rows = page.locator(".recent__file")
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="Show all 6").click()
    expect(rows).to_have_count(6)

    address = rows.nth(1).get_by_role("link").get_attribute("href") or ""
    rows.nth(1).get_by_role("button", name="Copy link of").click()
    rows.nth(1).get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert address in addresses.values()
    rows.nth(1).get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it", exact=True).click()
    expect(rows).to_have_count(5)
    assert requests.get(address, timeout=20).status_code == 404

    page.get_by_role("button", name="Forget this list").click()
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator("#recent")).to_be_hidden()
    page.reload()
    expect(page.locator("#recent")).to_be_hidden()


def test_encrypted_files_and_what_has_expired_are_in_no_list(page: Page) -> None:
    page.get_by_label("Encrypt in this browser").check()
    page.fill("#text", "x")
    send(page)
    (parcel,) = arrived(page)
    uuid, _, key = link(parcel).rpartition("/")[2].partition("#")
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert not [each for each in (uuid, key) if each in kept]

    page.evaluate(
        """() => {
            const entry = { name: "gone.txt", page: `${location.origin}/view/x`, deletion: "x", when: 1, uuid: "x" };
            const entries = [{ ...entry, expires: 2 }, { ...entry, page: "javascript:x", expires: null }, "nonsense"];
            localStorage.setItem("pastebin.uploads", JSON.stringify(entries));
        }"""
    )
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#recent")).to_be_hidden()


# ---- the text, and the button


def test_chosen_files_put_the_text_away_and_the_button_says_what_it_sends(page: Page) -> None:
    button = page.locator("#upload [type=submit]")
    choose(page, named("one.txt"))
    expect(button).to_have_text("Upload 1 file")
    assert [page.locator(each).is_visible() for each in ("#text", "#language", "#filename")] == [False, False, True]

    choose(page, named("two.txt"))
    expect(button).to_have_text("Upload 2 files")
    assert not page.locator("#filename").is_visible()
    page.get_by_role("button", name="Add a text").click()
    page.keyboard.type("hello")
    expect(button).to_have_text("Upload 2 files and the text")

    page.get_by_role("button", name="Remove one.txt").click()
    page.get_by_role("button", name="Remove two.txt").click()
    expect(button).to_have_text("Upload the text")
    page.focus("#text")
    page.keyboard.press("Control+Enter")
    (parcel,) = arrived(page)
    expect(page.locator("#said")).to_have_text("paste.txt uploaded")
    assert link(parcel)


def test_files_for_which_an_account_has_no_room_are_marked_and_told(page: Page, server: Server) -> None:
    server.command("user", "add", "bob", "--password-stdin", stdin=f"{PASSWORD}\n")
    server.command("user", "change", "bob", "--quota", "1MiB")
    log_in(page, server.url, "bob", PASSWORD)
    page.goto(server.url)
    expect(page.get_by_text("1 MiB of your storage are free.")).to_be_visible()
    choose(page, named("first.bin", bytes(700_000)), named("second.bin", bytes(500_000)))
    expect(page.get_by_text("does not fit, 340.4 KiB of your storage are left for it")).to_be_visible()
    send(page)

    assert [bool(link(each)) for each in arrived(page)] == [True, False]
    expect(page.get_by_text("and does not fit: 340.4 KiB of your storage are left for it.")).to_be_visible()
    assert page.inner_text("#sending-title") == "1 of 2 files uploaded"


# ---- options


def test_options_are_remembered_once_something_was_sent_and_put_back_by_a_button(page: Page) -> None:
    page.click("#options summary")
    page.select_option("#expire", "1h")
    page.reload()
    assert page.input_value("#expire") == ""
    expect(page.locator("#expire")).to_be_hidden()

    page.click("#options summary")
    page.select_option("#expire", "1h")
    page.select_option("#language", "py")
    page.fill("#text", "x = 1")
    send(page)
    (parcel,) = arrived(page)
    assert parcel.get_by_role("heading").inner_text() == "paste.py"
    page.reload()
    expect(page.locator("#options-summary")).to_have_text("As last time: 1 hour, anyone with the link, Python")
    assert [page.input_value("#expire"), page.input_value("#language")] == ["1h", "py"]
    assert page.locator("#expire").is_visible()

    page.get_by_role("button", name="Use the defaults").click()
    expect(page.get_by_role("button", name="Use the defaults")).to_be_hidden()
    assert [page.input_value("#expire"), page.input_value("#language")] == ["", ""]
    page.reload()
    assert page.input_value("#expire") == ""


def test_a_field_that_is_wrong_is_seen_though_its_disclosure_was_closed(page: Page) -> None:
    page.click("#options summary")
    page.fill("#limit", "0")
    page.click("#options summary")
    page.fill("#text", "x")
    send(page)

    expect(page.locator("#limit")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "limit"


def test_a_button_that_is_pressed_right_after_a_limit_was_typed_does_not_move_away(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 1000})
    page.get_by_label("Encrypt in this browser").check()
    page.fill("#text", "Read it often.")
    page.click("#options summary")
    page.locator("#limit").press_sequentially("1000000000")
    send(page)

    assert len(arrived(page)) == 1


def test_where_a_browser_keeps_nothing_it_works_all_the_same(context: BrowserContext, server: Server) -> None:
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    page = context.new_page()
    page.goto(server.url)
    page.fill("#text", "x")
    send(page)

    assert link(arrived(page)[0])


# ---- by keyboard, on a phone, and without scripts


def test_a_text_is_sent_copied_and_deleted_by_keyboard(page: Page) -> None:
    page.focus("#text")
    page.keyboard.type("typed")
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    (parcel,) = arrived(page)
    assert page.evaluate("document.activeElement.id") == "sending-title"
    address = link(parcel)
    parcel.get_by_role("button", name="Delete", exact=True).focus()
    for key in ("Enter", "Shift+Tab", "Enter"):
        page.keyboard.press(key)

    expect(parcel.get_by_text("Deleted.")).to_be_visible()
    assert requests.get(address, timeout=20).status_code == 404


def test_no_state_of_the_page_is_wider_than_a_small_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    choose(page, named("a-name-without-any-place-to-break-" * 5 + ".bin"), named("large" * 30, bytes(SMALL + 1)))
    page.click("#options summary")
    assert overflow(page) <= 0
    send(page)
    parcel, _too_large = arrived(page)
    parcel.get_by_role("button", name="QR code").click()
    parcel.get_by_role("button", name="Delete", exact=True).click()

    assert overflow(page) <= 0


def test_without_scripts_a_text_goes_with_its_language_and_several_files_go_together(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(server.url)
    page.fill("#text", "x = 1")
    page.select_option("#language", "py")
    page.select_option("#expire", "1h")
    send(page)
    assert "paste.py" in page.inner_text("h1")
    assert "Uploaded" in page.inner_text("#receipt-title")

    page.goto(server.url)
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    page.set_input_files("#file", [tmp_path / "one.txt", tmp_path / "two.txt"])
    send(page)
    assert page.locator(".receipt h3").all_inner_texts() == ["one.txt", "two.txt"]
    assert not page.get_by_role("button", name="Copy").count()
    page.context.close()


def test_the_page_with_all_that_it_loads_is_small(page: Page, server: Server) -> None:
    loaded: list[str] = []
    page.on("response", lambda answer: loaded.append(answer.url))
    page.context.clear_cookies()
    page.reload(wait_until="networkidle")
    sizes = [len(gzip.compress(requests.get(each, timeout=20).content)) for each in {*loaded, f"{server.url}/"}]

    assert not [each for each in loaded if "/vendor/" in each or "encrypting" in each or "qr.js" in each]
    assert sum(sizes) <= 60 * 1024
