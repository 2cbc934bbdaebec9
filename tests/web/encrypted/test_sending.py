"""What is encrypted in the browser arrives whole at whoever has its link, and nobody else has anything of it."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Route

from tests.live.remains import complaints
from tests.running import Server
from tests.screens import overflow
from tests.web.encrypted.desk import CHUNK_BYTES, HOST, Desk, everything_in

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.timeout(300)]

THREE_CHUNKS = 3 * CHUNK_BYTES - 1000


def file_of(folder: Path, size: int, name: str = "plan.pdf") -> Path:
    path = folder / name
    path.write_bytes(os.urandom(size))
    return path


def in_other_words(secret: str) -> list[bytes]:
    """A text as it may lie somewhere: in two encodings of letters, in hexadecimal digits and in base64."""
    plain = secret.encode()
    return [plain, plain.lower(), secret.encode("utf-16-le"), plain.hex().encode(), base64.b64encode(plain)[:-4]]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 216, THREE_CHUNKS])
def test_a_file_comes_out_of_its_link_as_it_went_in(desk: Desk, other: Desk, tmp_path: Path, size: int) -> None:
    path = file_of(tmp_path, size)
    (sent,) = desk.send(path)
    other.open(sent.link)

    name, content = other.download()

    assert name == "plan.pdf"
    assert content == path.read_bytes()
    assert other.page.inner_text("h1") == "plan.pdf"
    assert other.told() == "Decrypted, and whole: not a byte of it was changed."


def test_key_name_and_content_of_a_file_reach_neither_the_server_nor_any_other_request(
    desk: Desk, other: Desk, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "the secret name of it.txt"
    path.write_text("\n".join(f"line {number} of what nobody may read" for number in range(10_000)))
    (sent,) = desk.send(path)
    other.open(sent.link)
    other.download()

    secrets = (sent.key, sent.key.removeprefix("AGE-SECRET-KEY-1"), "the secret name", "of what nobody may read")
    assert desk.leaks(sent.key, "secret name", "nobody") == other.leaks(sent.key, "secret name", "nobody") == []
    assert desk.asked_for("PUT", "/api/file/") >= 4
    assert other.asked_for("GET", "/api/file/") >= 4
    for place, content in [*everything_in(server.instance), (server.log, server.log.read_bytes())]:
        assert [secret for secret in secrets for words in in_other_words(secret) if words in content] == [], place
    assert complaints(server) == []


def test_a_text_is_encrypted_as_a_file(desk: Desk, other: Desk) -> None:
    (sent,) = desk.send(text="only for you\n", filename="letter.md")
    other.open(sent.link)

    assert other.download() == ("letter.md", b"only for you\n")


def test_a_text_without_a_name_has_the_usual_one(desk: Desk, other: Desk) -> None:
    (sent,) = desk.send(text="only for you")
    other.open(sent.link)

    assert other.download()[0] == "paste.txt"


def test_several_files_have_a_link_and_a_password_each(desk: Desk, other: Desk, tmp_path: Path) -> None:
    paths = [file_of(tmp_path, size, f"{size}.bin") for size in (10, 0, THREE_CHUNKS)]
    sent = desk.send(*paths)

    for path, each in zip(paths, sent, strict=True):
        other.open(each.link)
        assert other.download() == (path.name, path.read_bytes())
    assert (
        len({each.key for each in sent})
        == len({each.password for each in sent})
        == len({each.id for each in sent})
        == 3
    )
    assert desk.page.inner_text("#sending-title") == "3 files encrypted and uploaded"


def test_the_form_is_there_again_afterwards_and_so_are_the_links(desk: Desk) -> None:
    (first,) = desk.send(text="one")
    desk.page.click("text=Upload more")
    desk.page.get_by_label("Encrypt in this browser").check()
    desk.page.fill("#text", "two")
    desk.page.click("text=Encrypt and upload")

    assert desk.links()[1] == first
    assert len(desk.links()) == 2


def test_who_uploads_more_goes_on_encrypting(desk: Desk) -> None:
    desk.send(text="one", expire="1h")
    desk.page.click("text=Upload more")
    desk.page.fill("#text", "two, as secret as the first")
    desk.page.locator("#upload button[type=submit]").click()

    assert len(desk.links()) == 2
    assert desk.leaks("two, as secret") == []


def test_expiry_and_downloads_are_what_was_chosen(desk: Desk) -> None:
    (sent,) = desk.send(text="x", expire="1h", limit="3")

    told = requests.get(f"{sent.api}/info", timeout=20).json()
    assert told["limit"] == 3
    assert abs(told["expire"] - time.time() - 3600) < 60
    assert desk.page.locator(".parcel .badge").all_inner_texts() == ["encrypted", "3 downloads"]


def test_a_file_is_kept_as_long_as_can_be_where_nothing_is_chosen(desk: Desk) -> None:
    (sent,) = desk.send(text="x")

    told = requests.get(f"{sent.api}/info", timeout=20).json()
    assert told["limit"] is None
    assert abs(told["expire"] - time.time() - 720 * 3600) < 60


def test_the_switch_takes_away_what_it_makes_pointless_and_what_is_too_long(desk: Desk) -> None:
    desk.page.goto(desk.url)
    desk.page.click("#options summary")
    before = desk.page.inner_text("#upload")
    desk.page.get_by_label("Encrypt in this browser").check()

    assert not desk.page.get_by_label("Who may read it").is_visible()
    offered = desk.page.eval_on_selector_all(
        "#expire option", "all => all.filter(each => !each.disabled).map(each => each.text)"
    )
    assert offered == ["30 days, the longest", "10 minutes", "1 hour", "1 day", "1 week"]

    desk.page.get_by_label("Encrypt in this browser").uncheck()
    assert desk.page.inner_text("#upload") == before


def test_without_the_switch_a_file_is_sent_as_it_is(desk: Desk) -> None:
    desk.page.goto(desk.url)
    desk.page.fill("#text", "for everyone")
    desk.page.click("#upload button[type=submit]")
    desk.page.get_by_role("button", name="Upload more").wait_for()

    assert "/view/" in desk.page.get_by_label("Link", exact=True).input_value()
    assert desk.asked_for("POST", "/api/file") == 0


def test_without_scripts_there_is_no_switch(make_desk) -> None:
    page = make_desk(scripts=False).page
    page.goto(make_desk().url)

    assert page.get_by_text("Encrypt in this browser").count() == 0
    assert page.get_by_label("Who may read it").is_visible()


def test_an_empty_form_is_not_sent(desk: Desk) -> None:
    desk.start()

    assert desk.page.locator("#file:focus").count() == 1
    assert desk.asked_for("POST", "") == 0


def test_delete_passwords_are_random_and_long_enough(desk: Desk) -> None:
    (sent,) = desk.send(text="x")

    assert len(base64.urlsafe_b64decode(sent.password)) == 24


def test_a_link_is_copied_where_a_browser_has_no_clipboard_for_pages(make_desk, server: Server) -> None:
    """On plain http under a name: there it has no `crypto.subtle` either."""
    url = server.url.replace("127.0.0.1", HOST)
    desk = make_desk(url)
    (sent,) = desk.send(text="over plain http")
    assert desk.page.evaluate("[isSecureContext, 'subtle' in crypto, 'clipboard' in navigator]") == [
        False,
        False,
        False,
    ]
    desk.page.get_by_role("button", name="Copy the link").click()
    desk.page.get_by_role("button", name="Copied").wait_for()
    desk.page.click("text=Upload more")
    desk.page.focus("#text")
    desk.page.keyboard.press("Control+V")

    assert desk.page.input_value("#text") == sent.link


def test_plain_http_works_and_says_what_it_is_not_worth(make_desk, server: Server, tmp_path: Path) -> None:
    url = server.url.replace("127.0.0.1", HOST)
    desk, other = make_desk(url), make_desk(url)
    path = file_of(tmp_path, THREE_CHUNKS)
    desk.open_form()
    assert "This page came over plain http." in desk.page.inner_text("#upload")
    (sent,) = desk.send(path)
    other.open(sent.link)

    assert "This page came over plain http." in other.page.inner_text("main")
    assert other.download()[1] == path.read_bytes()
    assert desk.leaks(sent.key) == other.leaks(sent.key) == []


def test_on_a_safe_way_there_is_no_such_notice(desk: Desk) -> None:
    (sent,) = desk.send(text="x")
    assert "plain http" not in desk.page.inner_text("main")
    desk.open(sent.link)

    assert "plain http" not in desk.page.inner_text("main")


# ---- what goes wrong on the way


def test_a_chunk_that_does_not_get_through_is_sent_again(desk: Desk, other: Desk, tmp_path: Path) -> None:
    path = file_of(tmp_path, THREE_CHUNKS)
    failures = iter([True, True])
    desk.page.route("**/api/file/*/1?*", lambda route: route.abort() if next(failures, False) else route.continue_())
    (sent,) = desk.send(path)
    other.open(sent.link)

    assert other.download()[1] == path.read_bytes()
    assert desk.asked_for("PUT", r"/1\?") == 3
    assert desk.asked_for("PUT", r"/0\?") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_patience_is_asked_again_and_not_before(desk: Desk, status: int) -> None:
    asked: list[float] = []

    def answer(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            route.fulfill(status=status, headers={"Retry-After": "2"}, json={"status": "Too often."})
        else:
            route.continue_()

    desk.page.route("**/api/file/*/0?*", answer)
    desk.send(text="x")

    assert len(asked) == 2
    assert asked[1] - asked[0] >= 2


def test_where_it_takes_too_long_somebody_is_asked_and_it_goes_on_from_there(
    desk: Desk, other: Desk, tmp_path: Path
) -> None:
    path = file_of(tmp_path, THREE_CHUNKS)
    far_off = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"status": "Too often: wait an hour."}}
    desk.page.route("**/api/file/*/1?*", lambda route: route.fulfill(**far_off))
    desk.start(path)
    again = desk.page.get_by_role("button", name="Try again")
    again.wait_for()
    assert "Too often: wait an hour." in desk.page.inner_text("[data-part=problem]")
    assert desk.page.evaluate("document.activeElement.textContent") == "Try again"
    desk.page.unroute_all()
    again.click()
    (sent,) = desk.links()
    other.open(sent.link)

    assert other.download()[1] == path.read_bytes()
    assert [desk.asked_for("PUT", rf"/{index}\?") for index in range(3)] == [1, 2, 1]


def test_an_upload_whose_end_was_done_but_not_told_is_no_failure(desk: Desk, other: Desk) -> None:
    answers: list[int] = []

    def lose_the_first(route: Route) -> None:
        if answers:
            route.continue_()
        else:
            answers.append(route.fetch().status)
            route.abort()

    desk.page.route("**/finishupload", lose_the_first)
    (sent,) = desk.send(text="all here")
    other.open(sent.link)

    assert answers == [200]
    assert desk.asked_for("POST", "/finishupload") == 2
    assert other.download()[1] == b"all here"


def test_a_cancelled_upload_leaves_nothing(desk: Desk, server: Server, tmp_path: Path) -> None:
    desk.page.route("**/api/file/*/2?*", lambda route: None)
    with desk.page.expect_response("**/api/file/*/1?*") as answered:
        desk.start(file_of(tmp_path, THREE_CHUNKS))
    begun = answered.value.url.split("/")[-2]
    assert requests.get(f"{server.url}/api/file/{begun}/info", timeout=20).json()["finished"] is False
    desk.page.get_by_role("button", name="Cancel").click()
    desk.page.get_by_text("Cancelled. Nothing of it is on the server.").wait_for()

    assert requests.get(f"{server.url}/api/file/{begun}/info", timeout=20).status_code == 404
    assert desk.page.inner_text("#sending-title") == "Not uploaded"
    assert desk.page.locator("[data-part=result]").is_hidden()


def test_a_cancelled_upload_ends_where_the_server_does_not_even_answer(desk: Desk) -> None:
    desk.page.route("**/api/file/*/0?*", lambda route: None)
    desk.page.route("**/api/file/*?deletepassword=*", lambda route: None)
    with desk.page.expect_request("**/api/file/*/0?*"):
        desk.start(text="x")
    desk.page.get_by_role("button", name="Cancel").click()

    desk.page.get_by_text("The server could not be told, and deletes what was sent within a day.").wait_for()
    desk.page.get_by_role("button", name="Upload more").wait_for()


@pytest.mark.parametrize("status", [400, 403, 413, 507])
def test_a_refusal_is_told_at_once_and_what_was_sent_is_deleted(desk: Desk, server: Server, status: int) -> None:
    said = {"status": status, "json": {"fileid": None, "status": "There is no room left."}}
    desk.page.route("**/api/file/*/0?*", lambda route: route.fulfill(**said))
    desk.start(text="x")
    desk.page.locator("[data-part=problem]:not([hidden])").wait_for()

    assert "There is no room left." in desk.page.inner_text("[data-part=problem]")
    assert desk.asked_for("PUT", r"/0\?") == 1
    desk.page.get_by_role("button", name="Upload more").wait_for()
    assert desk.asked_for("DELETE", "") == 1


def test_after_one_file_that_failed_the_others_are_sent(desk: Desk, tmp_path: Path) -> None:
    begun: list[Route] = []

    def refuse_the_first(route: Route) -> None:
        begun.append(route)
        if len(begun) == 1:
            route.fulfill(status=403, json={"status": "No."})
        else:
            route.continue_()

    desk.page.route("**/api/file", refuse_the_first)
    sent = desk.send(file_of(tmp_path, 1, "a"), file_of(tmp_path, 1, "b"))

    assert [bool(each.link) for each in sent] == [False, True]
    assert desk.page.inner_text("#sending-title") == "1 of 2 files encrypted and uploaded"


def test_a_file_that_is_too_large_is_refused_before_anything_is_sent(make_server, browser, tmp_path: Path) -> None:
    url = make_server(MAX_FILE_SIZE="1MiB").url
    desk = Desk(browser, url)
    desk.start(file_of(tmp_path, 1024 * 1024))

    desk.page.get_by_text("It is too large: encrypted it has 1 MiB, and this server takes 1 MiB.").wait_for()
    assert desk.asked_for("PUT", "") == desk.asked_for("POST", "") == 0
    desk.context.close()


def test_where_no_encrypted_files_are_taken_there_is_no_switch(make_server, browser) -> None:
    server = make_server()
    assert server.command("switch", "FILE_CREATE", "on").returncode == 0
    desk = Desk(browser, server.url)
    desk.page.goto(desk.url)

    assert "Encrypt in this browser" not in desk.page.content()
    desk.context.close()


# ---- looks


def test_neither_page_is_wider_than_a_small_phone(desk: Desk, tmp_path: Path) -> None:
    desk.page.set_viewport_size({"width": 320, "height": 640})
    desk.open_form()
    assert overflow(desk.page) <= 0
    (sent,) = desk.send(file_of(tmp_path, 10, "a-name-without-any-place-to-break-" * 5 + ".bin"))
    assert overflow(desk.page) <= 0
    desk.open(sent.link)
    desk.page.get_by_role("button", name="Download").wait_for()
    for closed in desk.page.locator("summary").all():
        closed.click()

    assert overflow(desk.page) <= 0


def test_every_link_and_password_has_a_label_and_a_button(desk: Desk) -> None:
    (sent,) = desk.send(text="x")

    assert desk.page.get_by_label("Link", exact=True).input_value() == sent.link
    assert desk.page.get_by_label("Password for deleting", exact=True).input_value() == sent.password
    assert desk.page.get_by_role("button", name="Copy the link").is_visible()
    assert desk.page.get_by_role("button", name="Copy the password").is_visible()


def test_the_whole_way_is_gone_by_keyboard(desk: Desk, other: Desk) -> None:
    desk.page.goto(desk.url)
    desk.page.focus("#text")
    desk.page.keyboard.type("typed")
    for key in ("Tab", "Tab", "Tab", "Tab", "Space", "Tab"):
        desk.page.keyboard.press(key)
    desk.page.keyboard.press("Enter")
    (sent,) = desk.links()
    assert desk.page.evaluate("document.activeElement.id") == "sending-title"
    other.open(sent.link)
    other.page.get_by_role("button", name="Download").focus()
    with other.page.expect_download() as started:
        other.page.keyboard.press("Enter")

    assert started.value.path().read_bytes() == b"typed"
