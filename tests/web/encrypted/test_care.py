"""Nobody loses by a slip what cannot be had again: a text, a link, the only download."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Dialog, Route

from tests.web.encrypted.desk import CHUNK_BYTES, Desk, Sent, publish
from tests.web.encrypted.keys import Key

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.timeout(300)]


def test_with_nothing_to_encrypt_the_form_says_so(desk: Desk) -> None:
    desk.start()
    problem = desk.page.locator("#file-problem")

    assert "choose a file, or write a text" in problem.inner_text()
    desk.page.fill("#text", "something")
    desk.page.click("text=Encrypt and upload")
    assert len(desk.links()) == 1


def test_a_text_that_was_not_uploaded_is_still_in_the_form(desk: Desk) -> None:
    refuse: Callable[[Route], None] = lambda route: route.fulfill(status=400, json={"status": "Not today."})  # noqa: E731
    desk.page.route("**/api/file", refuse)
    desk.start(text="a long text", filename="letter.txt", limit="2")
    desk.page.get_by_role("button", name="Upload more").click()
    assert desk.page.input_value("#text") == "a long text"
    assert desk.page.input_value("#limit") == "2"
    desk.page.unroute("**/api/file")
    desk.page.click("text=Encrypt and upload")

    assert len(desk.links()) == 1
    desk.page.get_by_role("button", name="Upload more").click()
    assert desk.page.input_value("#text") == ""
    assert desk.page.is_checked("#encrypt")


def test_a_link_or_a_password_that_nobody_copied_is_not_left_behind_without_a_question(desk: Desk) -> None:
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    desk.send(text="x")
    desk.page.on("dialog", answer)
    desk.page.reload()
    assert questions == ["beforeunload"]

    desk.send(text="y")
    desk.page.get_by_role("button", name="Copy the link").click()
    desk.page.get_by_role("button", name="Copied").wait_for()
    desk.page.reload()
    assert questions == ["beforeunload"] * 2

    desk.send(text="z")
    desk.page.get_by_role("button", name="Copy the link").click()
    desk.page.get_by_role("button", name="Copy the password").click()
    desk.page.get_by_text("Copied").nth(1).wait_for()
    desk.page.reload()
    assert questions == ["beforeunload"] * 2


def test_what_a_cancelled_attempt_costs_is_said_before_and_after(desk: Desk, other: Desk, tmp_path: Path) -> None:
    sent = limited(desk, tmp_path, "2")
    other.open(sent.link)
    other.page.get_by_role("button", name="Download").wait_for()
    assert "Each attempt counts" in other.page.inner_text("[data-part=attempts]")
    for left in ("1 download left", None):
        hold_after_the_first_chunk(other)
        other.page.get_by_role("button", name="Download").click()
        other.page.locator("[data-part=state]").filter(has_text=" of ").wait_for()
        other.page.get_by_role("button", name="Cancel").click()
        if left:
            other.page.get_by_text(left).wait_for()
            assert "it counts as a download" in other.told()

    other.page.get_by_text("downloaded as often as it may be").wait_for()
    assert not other.page.get_by_role("button", name="Download").is_visible()


def limited(desk: Desk, folder: Path, limit: str) -> Sent:
    (folder / "film.mkv").write_bytes(os.urandom(3 * CHUNK_BYTES))
    return desk.send(folder / "film.mkv", limit=limit)[0]


def hold_after_the_first_chunk(desk: Desk) -> None:
    """Chunks after the first do not come."""
    desk.page.route(re.compile(r"/api/file/[^/]+/[1-9]$"), lambda route: None)


def test_after_the_only_download_the_page_says_that_none_is_left(desk: Desk, other: Desk) -> None:
    (sent,) = desk.send(text="only once", limit="1")
    other.open(sent.link)

    assert other.download()[1] == b"only once"
    other.page.get_by_text("none left").wait_for()
    assert not other.page.get_by_text("Delete this file").is_visible()
    assert other.page.locator("[data-part=save]").is_visible()


def test_a_whole_link_may_be_pasted_as_the_key(desk: Desk, other: Desk) -> None:
    (sent,) = desk.send(text="pasted")
    other.open(sent.link.partition("#")[0])
    other.page.get_by_label("Key or passphrase").fill(sent.link)
    other.page.keyboard.press("Enter")

    assert other.download()[1] == b"pasted"


@pytest.mark.parametrize("written", ["not JSON", "[]", "7", "null"])
def test_a_name_that_its_sender_wrote_otherwise_keeps_the_file_from_nobody(
    other: Desk, tmp_path: Path, written: str
) -> None:
    key = Key(tmp_path)
    link = publish(other.url, key.encrypt(b"content"), key.encrypt(written.encode()))
    other.open(f"{link}#{key.secret}")

    assert other.download() == (link.rpartition("/")[2], b"content")


def test_where_addresses_are_kept_one_is_told_before_uploading(make_server, make_desk) -> None:
    server = make_server(RECORD_ADDRESSES="on")
    desk = make_desk(server.url)
    desk.open_form()

    assert "keeps the addresses" in desk.page.inner_text("#upload")
    (sent,) = desk.send(text="x")
    assert requests.get(f"{sent.api}/info", timeout=20).json()["ip"] == ["127.0.0.1"]
