"""`GET /api/users/me/export`: one's own files as one archive."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from pastebin.services import catalogue, switches
from pastebin.services.actor import Scope, User
from pastebin.services.switches import Switch
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import upload
from tests.web.visiting import Visitor

EXPORT = "/api/users/me/export"


@pytest.fixture
def key(make_key: Callable[..., str]) -> dict[str, str]:
    return bearer(make_key("ann"))


def opened(answer: TestResponse) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_it_tells_of_each_file_what_the_api_tells_and_the_name_of_its_entry(
    client: FlaskClient, key: dict[str, str]
) -> None:
    for number, fields in enumerate(({}, {"private": "1"}, {"limit": "1", "name": "Straße"}, {"expire": "7d"})):
        upload(client, b"content %d" % number, "notes.txt", headers=key, **fields)

    found = opened(client.get(EXPORT, headers=key))
    listed = json.loads(found.read("files.json"))
    shown = client.get("/api/users/me/files?sort=created", headers=key).get_json()

    names = [item.pop("archiveName") for item in listed["items"]]
    assert listed == shown
    assert "privateKey" in listed["items"][1]
    assert names == ["notes.txt", "notes (2).txt", "notes (3).txt", "notes (4).txt"]
    for name, item in zip(names, listed["items"], strict=True):
        assert hashlib.sha256(found.read(name)).hexdigest() == item["sha256"]


def test_it_is_its_owners_alone_and_nothing_of_it_acts_or_is_kept(client: FlaskClient, key: dict[str, str]) -> None:
    answer = client.get(EXPORT, headers=key)

    assert answer.content_type == "application/zip"
    assert re.fullmatch(r'attachment; filename="ann-files-\d{4}-\d\d-\d\d\.zip"', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "RateLimit-Remaining" in answer.headers


def test_head_says_the_same_and_makes_nothing(
    client: FlaskClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get(EXPORT, headers=key)
    monkeypatch.setattr(catalogue, "following", None)  # whoever asked for a file would fail
    head = client.head(EXPORT, headers=key)

    counted = ("RateLimit-Remaining", "RateLimit-Reset")
    assert (head.status_code, head.data) == (200, b"")
    assert [each for each in head.headers if each[0] not in counted] == [
        each for each in whole.headers if each[0] not in counted
    ]


def test_ranges_and_conditions_are_ignored(client: FlaskClient, key: dict[str, str]) -> None:
    asked = {"Range": "bytes=0-1", "If-None-Match": "*", "If-Modified-Since": "Sun, 29 Nov 2037 07:20:00 GMT"}
    answer = client.get(EXPORT, headers={**key, **asked})

    assert opened(answer).namelist() == ["files.json"]
    assert answer.headers["Accept-Ranges"] == "none"


def test_somebody_elses_files_are_not_in_it(
    client: FlaskClient, key: dict[str, str], make_key: Callable[..., str]
) -> None:
    upload(client, b"ann's", "ann.txt", headers=key)
    upload(client, b"nobody's", "nobody.txt")
    other = opened(client.get(EXPORT, headers=bearer(make_key("bob"))))

    assert other.namelist() == ["files.json"]


def test_the_account_page_leads_to_it(app: Flask, make_user: Callable[..., User]) -> None:
    visitor = Visitor(log_in(app, make_user("ann")).client)
    visitor.upload(b"hello", "hello.txt")
    (link,) = re.findall(r'href="([^"]+)">Download all files<', visitor.get("/account").text)

    assert opened(visitor.get(link)).namelist() == ["hello.txt", "files.json"]


def test_a_key_needs_the_scope_to_read(client: FlaskClient, make_key: Callable[..., str]) -> None:
    answer = client.get(EXPORT, headers=bearer(make_key("ann", Scope.UPLOAD_FILE)))

    assert (answer.status_code, answer.get_json()["scope"]) == (403, "FILE_READ")


@pytest.mark.parametrize(
    ("switch", "status"),
    [(Switch.FILE_CREATE, 200), (Switch.FILE_MODIFY, 200), (Switch.FILE_DELETE, 200), (Switch.GLOBAL, 503)],
)
def test_only_the_switch_for_everything_turns_it_off(
    app: Flask, client: FlaskClient, key: dict[str, str], switch: Switch, status: int
) -> None:
    with app.app_context():
        switches.turn(None, switch, is_on=True)

    assert client.get(EXPORT, headers=key).status_code == status


def test_what_fails_before_the_first_byte_is_answered_like_every_error(
    client: FlaskClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(catalogue, "following", busy)
    answer = client.get(EXPORT, headers=key)

    assert (answer.status_code, answer.get_json()["code"]) == (503, "SERVICE_UNAVAILABLE_ERROR")
