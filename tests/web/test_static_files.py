"""Static files: compressed for whoever takes that, and the same file under two ETags."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pastebin.blueprints.web import modules, static_files
from pastebin.blueprints.web.blueprint import STATIC
from tests.web.visiting import Visitor

STYLE = "/static/style.css"
PLAIN = (STATIC / "style.css").read_bytes()
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def packed(client: FlaskClient) -> TestResponse:
    return client.get(STYLE, headers=GZIP)


@pytest.mark.parametrize(
    "path", [STYLE, "/static/modules/x/page.js", "/static/modules/x/vendor/age-encryption-0.3.1.js"]
)
def test_stylesheets_and_modules_leave_compressed(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=GZIP)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == client.get(path).data
    assert answer.content_length == len(answer.data) < 0.7 * client.get(path).content_length


@pytest.mark.parametrize("wish", ["", "br", "identity", "gzip;q=0", "gzip;q=0, *"])
def test_who_does_not_take_gzip_gets_the_file(client: FlaskClient, wish: str) -> None:
    answer = client.get(STYLE, headers={"Accept-Encoding": wish})

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.data == PLAIN


def test_each_form_has_an_etag_of_its_own(client: FlaskClient, packed: TestResponse) -> None:
    plain = client.get(STYLE)
    of_the_other = client.get(STYLE, headers={**GZIP, "If-None-Match": plain.headers["ETag"]})
    of_its_own = client.get(STYLE, headers={**GZIP, "If-None-Match": packed.headers["ETag"]})

    assert not packed.headers["ETag"].startswith("W/")
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert of_the_other.status_code == 200
    assert (of_its_own.status_code, of_its_own.data) == (304, b"")
    assert of_its_own.headers["Vary"] == "Accept-Encoding"


def test_head_says_what_get_would(client: FlaskClient, packed: TestResponse) -> None:
    head = client.head(STYLE, headers=GZIP)

    assert head.data == b""
    assert {**head.headers, "Date": ""} == {**packed.headers, "Date": ""}


def test_a_range_is_one_of_the_compressed_bytes(client: FlaskClient, packed: TestResponse) -> None:
    answer = client.get(STYLE, headers={**GZIP, "Range": "bytes=10-19", "If-Range": packed.headers["ETag"]})

    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(packed.data)}"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.data == packed.data[10:20]


def test_what_has_no_use_of_it_is_left_as_it_is(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "noise.png").write_bytes(bytes(range(256)))
    with app.test_request_context(headers=GZIP):
        answer = static_files.send(tmp_path, "noise.png")

    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers


def test_a_file_that_was_changed_leaves_as_it_is_now(app: Flask, tmp_path: Path) -> None:
    answers = []
    for letter in ("a", "b"):
        (tmp_path / "new.css").write_text(letter * 1000)
        with app.test_request_context(headers=GZIP):
            answer = static_files.send(tmp_path, "new.css")
            answer.direct_passthrough = False
            answers.append(gzip.decompress(answer.get_data()))

    assert answers == [b"a" * 1000, b"b" * 1000]


def test_pages_are_not_compressed_for_they_hold_a_token(ann: Visitor) -> None:
    page = ann.client.get("/keys", headers=GZIP)

    assert "csrf_token" in page.text
    assert "Content-Encoding" not in page.headers


def test_nor_are_the_bytes_of_users(client: FlaskClient) -> None:
    address = client.put("/a.css", data=PLAIN).text.strip().rpartition("/")[2]

    answer = client.get(f"/{address}", headers=GZIP)

    assert "Content-Encoding" not in answer.headers
    assert answer.data == PLAIN


def test_a_module_under_the_version_of_all_is_kept_compressed_for_long(client: FlaskClient) -> None:
    answer = client.get(f"/static/modules/{modules.modules_version()}/page.js", headers=GZIP)

    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
