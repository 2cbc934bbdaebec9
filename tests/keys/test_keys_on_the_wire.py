"""`/api/keys` for sessions: make, list, invalidate one or all."""

from __future__ import annotations

import re

import pytest

from tests.browsing import log_in
from tests.conftest import bearer


@pytest.fixture
def browser(app, make_user):
    return log_in(app, make_user("ann"))


def make(browser, **wanted):
    return browser.client.post("/api/keys", json=wanted, headers=browser.csrf)


def test_a_key_is_made_with_a_name_scopes_and_an_expiry(browser):
    answer = make(browser, name="laptop", scopes=["UPLOAD_FILE"], expire="30d")

    told = answer.json
    assert answer.status_code == 201
    assert set(told) == {"id", "name", "scopes", "createdAt", "lastUsedAt", "expires", "key"}
    assert (told["name"], told["scopes"], told["lastUsedAt"]) == ("laptop", ["UPLOAD_FILE"], None)
    assert told["key"].startswith("pb_")
    assert re.fullmatch(r"\d+", told["id"])
    assert told["expires"] > told["createdAt"]


@pytest.mark.parametrize("sent", [{"json": {}}, {"data": b""}, {}])
def test_everything_about_a_key_is_optional(browser, sent):
    told = browser.client.post("/api/keys", headers=browser.csrf, **sent).json

    assert (told["name"], told["expires"]) == (None, None)
    assert told["scopes"] == ["FILE_MODIFY", "FILE_READ", "UPLOAD_FILE"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": 5}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"scopes": "UPLOAD_FILE"}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["EVERYTHING"]}, "scopes"),
        ({"scopes": [["UPLOAD_FILE"]]}, "scopes"),
        ({"scopes": ["STAFF_READ_FILES"]}, "scopes"),
        ({"expire": "yesterday"}, "expire"),
        ({"expire": 0}, "expire"),
        ({"expire": True}, "expire"),
        ({"expire": [1]}, "expire"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(browser, wanted, field):
    answer = make(browser, **wanted)

    assert answer.status_code == 400
    assert answer.json["code"] == "INVALID_FIELDS_ERROR"
    assert answer.json["fields"] == [field]


def test_staff_may_hold_staff_scopes(app, make_user):
    staff = log_in(app, make_user("root", is_staff=True))

    assert make(staff, scopes=["STAFF_READ_FILES"]).status_code == 201


def test_keys_are_listed_without_the_key(browser):
    made = [make(browser, name=name).json for name in ("first", "second")]

    listed = browser.client.get("/api/keys").json

    assert listed["count"] == 2
    assert [key["name"] for key in listed["items"]] == ["second", "first"]
    assert all("key" not in key for key in listed["items"])
    assert made[0]["key"] not in str(listed)


def test_the_last_use_is_listed(browser, client):
    key = make(browser).json["key"]
    client.post("/api/upload", data=b"x", headers=bearer(key))

    assert browser.client.get("/api/keys").json["items"][0]["lastUsedAt"]


def test_one_key_is_invalidated(browser, client):
    one, other = make(browser).json, make(browser).json

    answer = browser.client.delete(f"/api/keys/{one['id']}", headers=browser.csrf)

    assert answer.status_code == 200
    assert client.put("/x", data=b"x", headers=bearer(one["key"])).status_code == 401
    assert client.put("/x", data=b"x", headers=bearer(other["key"])).status_code == 201
    assert browser.client.delete(f"/api/keys/{one['id']}", headers=browser.csrf).status_code == 404


def test_all_keys_are_invalidated_and_counted(browser, client):
    made = [make(browser).json for _ in range(3)]

    answer = browser.client.delete("/api/keys", headers=browser.csrf)

    assert (answer.status_code, answer.json["count"]) == (200, 3)
    for key in made:
        assert client.put("/x", data=b"x", headers=bearer(key["key"])).status_code == 401
    assert browser.client.get("/api/keys").json == {"count": 0, "items": []}


@pytest.mark.parametrize("key_id", ["0", "-1", "x", "٣", "1" * 30, "1.0", "%00", "999"])
def test_a_key_that_is_not_there_is_404(browser, key_id):
    make(browser)

    assert browser.client.delete(f"/api/keys/{key_id}", headers=browser.csrf).status_code == 404


def test_the_keys_of_others_are_not_there(app, browser, make_user):
    key = make(browser).json
    bob = log_in(app, make_user("bob"))

    assert bob.client.delete(f"/api/keys/{key['id']}", headers=bob.csrf).status_code == 404
    assert bob.client.get("/api/keys").json["count"] == 0


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/keys"), ("POST", "/api/keys"), ("DELETE", "/api/keys")])
def test_a_key_is_403_and_nobody_401(client, make_key, method, path):
    by_key = client.open(path, method=method, headers=bearer(make_key()))
    by_nobody = client.open(path, method=method)

    assert (by_key.status_code, by_key.json["code"]) == (403, "INSUFFICIENT_PERMISSIONS_ERROR")
    assert (by_nobody.status_code, by_nobody.json["code"]) == (401, "INVALID_SESSION_ERROR")


def test_a_session_token_in_the_header_is_a_session(app, client, make_user):
    token = log_in(app, make_user("bob")).token

    assert client.post("/api/keys", json={}, headers=bearer(token)).status_code == 201
