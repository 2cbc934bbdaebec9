"""One's own files, and the links that delete."""

from __future__ import annotations

import logging
import uuid as uuids
from collections.abc import Callable

import pytest
from flask import Flask

from pastebin.services.actor import User
from tests.web.conftest import logged_in
from tests.web.visiting import Visitor

HOSTILE_NAMES = [
    "<script>alert(1)<!--",
    '" onmouseover="alert(1)',
    "{{7*7}}",
    "a\u202egnp.exe",
    "&lt;b&gt;",
    "'><img src=x>",
]


def deletion_link(visitor: Visitor, content: bytes = b"hello") -> str:
    from io import BytesIO

    answer = visitor.submit("/", "/upload", file=(BytesIO(content), "hello.txt"))
    return answer.headers["X-Delete-URL"].removeprefix("http://localhost")


# ---- the list


def test_a_new_account_has_no_files(ann: Visitor) -> None:
    page = ann.get("/files")

    assert page.status_code == 200
    assert "There is nothing here yet." in page.text


def test_files_are_listed_newest_first_fifty_to_a_page(ann: Visitor) -> None:
    for number in range(52):
        ann.upload(b"%d" % number, f"file-{number:02}.txt")

    first, second = ann.get("/files").text, ann.get("/files?page=2").text

    assert first.index("file-51.txt") < first.index("file-02.txt")
    assert "file-01.txt" not in first
    assert second.index("file-01.txt") < second.index("file-00.txt")
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30])
def test_nonsense_for_a_page_is_the_first(ann: Visitor, page: str) -> None:
    assert ann.get(f"/files?page={page}").status_code == 200


def test_a_page_after_the_last_leads_to_the_last(ann: Visitor) -> None:
    assert ann.get("/files?page=7").location == "/files?page=1"


def test_nobody_sees_the_files_of_others(app: Flask, ann: Visitor, make_user: Callable[..., User]) -> None:
    make_user("bob")
    uuid = ann.upload(b"mine", "mine.txt")
    bob = logged_in(app, "bob")

    assert "mine.txt" not in bob.get("/files").text
    assert bob.get(f"/files/{uuid}").status_code == 404
    assert bob.submit("/", f"/files/{uuid}/delete").status_code == 404
    assert ann.get(f"/files/{uuid}").status_code == 200


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_of_markup_is_only_text_in_lists_and_pages(ann: Visitor, name: str) -> None:
    uuid = ann.upload(b"hello", name)

    for page in (ann.get("/files"), ann.get(f"/files/{uuid}")):
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert ' onmouseover="' not in page.text
        assert "<bdi>" in page.text


# ---- one file


def test_the_owner_is_given_the_link_with_its_key(ann: Visitor) -> None:
    uuid = ann.upload(b"secret", "secret.txt", private="1")
    page = ann.get(f"/files/{uuid}").text

    assert f"http://localhost/{uuid}.txt?key=" in page
    assert f"http://localhost/view/{uuid}?key=" in page


def test_the_owner_deletes_by_a_button(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt")
    answer = ann.submit(f"/files/{uuid}", f"/files/{uuid}/delete")

    assert answer.status_code == 200
    assert "hello.txt" in answer.text
    assert ann.get(f"/files/{uuid}").status_code == 404
    assert ann.client.get(f"/{uuid}").status_code == 404


def test_deleting_needs_the_token(ann: Visitor) -> None:
    uuid = ann.upload()

    assert ann.post(f"/files/{uuid}/delete").status_code == 403
    assert ann.get(f"/files/{uuid}").status_code == 200


def test_a_button_pressed_after_the_session_ended_leads_to_the_login(ann: Visitor) -> None:
    uuid = ann.upload()
    ann.submit("/", "/logout")

    assert ann.post(f"/files/{uuid}/delete").location == "/login"


# ---- deletion links


def test_looking_at_a_deletion_link_deletes_nothing(visitor: Visitor) -> None:
    link = deletion_link(visitor)

    for answer in (visitor.get(link), visitor.client.head(link), visitor.get(link)):
        assert answer.status_code == 200
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    assert "hello.txt" in visitor.get(link).text


def test_its_button_deletes_and_says_so(visitor: Visitor) -> None:
    link = deletion_link(visitor)
    uuid = link.split("/")[2]
    answer = visitor.post(link)

    assert answer.status_code == 200
    assert "<h1>Deleted</h1>" in answer.text
    assert visitor.client.get(f"/{uuid}").status_code == 404
    assert visitor.get(link).status_code == 404
    assert visitor.post(link).status_code == 404


def test_it_works_for_somebody_else_who_is_logged_in(visitor: Visitor, ann: Visitor) -> None:
    link = deletion_link(visitor)

    assert ann.post(link).status_code == 403
    assert ann.submit(link).status_code == 200


def test_another_site_cannot_press_the_button(visitor: Visitor) -> None:
    link = deletion_link(visitor)

    assert visitor.post(link, headers={"Origin": "https://evil.example"}).status_code == 403
    assert visitor.get(link).status_code == 200


def test_a_wrong_token_is_a_file_that_is_not_there(visitor: Visitor) -> None:
    uuid = deletion_link(visitor).split("/")[2]
    wrong, unknown = visitor.get(f"/delete/{uuid}/wrong"), visitor.get(f"/delete/{uuids.uuid4()}/wrong")

    assert wrong.status_code == unknown.status_code == 404
    assert wrong.text == unknown.text
    assert visitor.post(f"/delete/{uuid}/wrong").status_code == 404
    assert visitor.client.get(f"/{uuid}").status_code == 200


def test_no_log_has_the_token(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    link = deletion_link(visitor)
    with caplog.at_level(logging.DEBUG):
        visitor.get(link)
        visitor.get(link + "x")
        visitor.post(link)

    assert link.rpartition("/")[2] not in caplog.text
