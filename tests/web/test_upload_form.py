"""The upload form: what it says, and that what it sends arrives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import logged_in
from tests.web.visiting import Visitor


@pytest.mark.parametrize("path", ["/", "/upload"])
def test_the_form_stands_at_both_addresses(visitor: Visitor, path: str) -> None:
    page = visitor.get(path)

    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert visitor.client.head(path).status_code == 200


def test_it_says_what_is_taken_of_nobody_and_how_to_send_from_a_shell(make_app: Callable[..., Flask]) -> None:
    app = make_app(
        ANONYMOUS_MAX_FILE_SIZE="3MiB", ANONYMOUS_QUOTA="1GiB", ANONYMOUS_MAX_EXPIRY="7d", MAX_FILE_SIZE="2GiB",
        ALLOWED_TYPES="image/*,.zip", BASE_URL="https://paste.example",
    )  # fmt: skip
    page = Visitor(app.test_client()).client.get("/", base_url="https://paste.example").text

    assert "Up to 3 MiB together" in page
    assert "1 GiB a day from your internet connection" in page
    assert "image/*, .zip" in page
    assert "account</a>: 2 GiB a file" in page
    assert "7 days, the longest" in page
    assert 'value="1d"' in page
    assert 'value="1w"' not in page
    assert "curl -T notes.txt https://paste.example/" in page


def test_an_account_has_the_larger_bounds(ann: Visitor) -> None:
    page = ann.get("/").text

    assert "Up to 16 GiB together" in page
    assert "a day from your" not in page.partition("data-when-encrypted")[0]
    assert 'value="owner"' in page


def test_the_token_stands_before_the_file_fields(ann: Visitor) -> None:
    form = ann.get("/").text.partition('action="/upload"')[2]

    assert 0 < form.index('name="csrf_token"') < form.index('type="file"')


def test_where_nobody_may_upload_there_is_no_form_but_a_way_to_log_in(make_app: Callable[..., Flask]) -> None:
    app = make_app(ANONYMOUS_UPLOADS=False)
    page = Visitor(app.test_client()).get("/").text

    assert "<textarea" not in page
    assert 'href="/login?next=/"' in page


def test_what_the_form_sends_is_registered_to_whoever_is_logged_in(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt", expire="1h", limit="3", private="owner", text="", filename="")

    page = ann.get(f"/files/{uuid}").text
    assert "hello.txt" in page
    assert "you alone" in page
    assert "0 of 3" in page
    assert "in 60 minutes" in page


def test_a_text_can_be_given_a_name(ann: Visitor) -> None:
    answer = ann.submit("/", "/upload", text="# hello", filename="notes.md", file="")

    assert answer.status_code == 303
    assert "notes.md" in ann.get("/files").text


def test_an_upload_without_the_token_is_refused_and_nothing_is_kept(app: Flask, ann: Visitor) -> None:
    answer = ann.post("/upload", {"text": "hello"})

    assert answer.status_code == 403
    assert "There is nothing here yet" in logged_in(app).get("/files").text
