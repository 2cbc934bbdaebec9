"""Logging in from programs: the token and the cookie, a fresh CSRF token, and who one is."""

from __future__ import annotations

import time

import pytest

from tests.browsing import log_in
from tests.conftest import PASSWORD, bearer
from tests.forms import upload


@pytest.fixture
def ann(make_user):
    return make_user("ann")


def begin(client, **how):
    return client.post("/api/login", **(how or {"json": {"username": "Ann", "password": PASSWORD}}))


def test_a_login_gives_a_token_a_cookie_and_its_csrf_token(client, ann):
    answer = begin(client)

    assert answer.status_code == 200
    assert answer.json["username"] == "ann"
    assert answer.json["uid"] == str(ann.id)
    assert time.time() + 29 * 86_400 < answer.json["exp"] < time.time() + 31 * 86_400
    assert answer.headers["Cache-Control"] == "no-store"
    csrf = {"X-CSRF-Token": answer.json["csrf_token"]}
    assert client.post("/api/keys", json={}).status_code == 403
    assert client.post("/api/keys", json={}, headers=csrf).status_code == 201


@pytest.mark.parametrize("prefix", ["", "Bearer "])
def test_the_token_is_sent_like_a_key_and_needs_no_csrf_token(app, client, ann, prefix):
    token = begin(app.test_client()).json["token"]
    headers = {"Authorization": prefix + token}

    assert client.get("/api/users/me", headers=headers).json == {
        "uid": str(ann.id), "username": "ann", "email": None, "isVerified": False, "isStaff": False,
        "fileCount": 0, "usedBytes": 0, "quota": None, "maxFileSize": 16 << 30,
    }  # fmt: skip
    told = upload(client, headers=headers)
    assert client.delete(f"/api/users/me/files/{told['id']}", headers=headers).status_code == 200
    assert client.post("/api/keys", json={}, headers=headers).status_code == 201


def test_a_form_does_as_well(client, ann):
    assert begin(client, data={"username": "ann", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["username", "password"]), ({"username": "ann"}, ["password"]), ({"password": "x"}, ["username"]),
        ({"username": 5, "password": None}, ["username", "password"]),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(client, body, fields):
    answer = begin(client, json=body)

    assert (answer.status_code, answer.json["code"]) == (400, "MISSING_FIELDS_ERROR")
    assert answer.json["fields"] == fields


@pytest.mark.parametrize("name", ["ann", "nobody-of-that-name", "\ud800"])
def test_wrong_name_and_wrong_password_are_one_refusal(client, ann, name):
    answer = begin(client, json={"username": name, "password": "wrong password"})

    assert (answer.status_code, answer.json["code"]) == (401, "INVALID_CREDENTIALS_ERROR")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("body", [b"[]", b"{", b"5", b"null", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(client, body):
    assert begin(client, data=body, content_type="application/json").status_code == 400


def test_another_site_cannot_log_its_visitors_in(client, ann):
    answer = begin(client, data={"username": "ann", "password": PASSWORD}, headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, answer.json["code"]) == (403, "CROSS_SITE_ERROR")


def test_a_refresh_gives_a_token_that_holds_and_asks_for_none(app, client, ann):
    begin(client)

    fresh = client.post("/api/refresh").json["csrf_token"]

    assert client.post("/api/keys", json={}, headers={"X-CSRF-Token": fresh}).status_code == 201
    assert client.post("/api/refresh", headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert app.test_client().post("/api/refresh").status_code == 401


def test_a_session_by_its_token_needs_no_csrf_token_and_is_told_so(app, client, ann):
    token = begin(app.test_client()).json["token"]

    assert client.post("/api/refresh", headers=bearer(token)).json == {"csrf_token": None}


def test_a_key_is_no_session(client, make_key):
    key = bearer(make_key())

    assert client.post("/api/refresh", headers=key).status_code == 403
    assert client.post("/api/logout", headers=key).status_code == 403
    assert client.get("/api/users/me", headers=key).status_code == 200


def test_a_logout_ends_the_session_for_cookie_and_token(app, client, ann):
    told = begin(client).json

    assert client.post("/api/logout").status_code == 403
    answer = client.post("/api/logout", headers={"X-CSRF-Token": told["csrf_token"]})

    assert answer.status_code == 200
    assert client.get("/api/users/me").status_code == 401
    assert app.test_client().get("/api/users/me", headers=bearer(told["token"])).status_code == 401


def test_a_logout_by_the_token_ends_that_session_and_no_other(app, client, ann):
    first, second = begin(app.test_client()).json["token"], begin(app.test_client()).json["token"]

    assert client.post("/api/logout", headers=bearer(first)).status_code == 200
    assert client.get("/api/users/me", headers=bearer(first)).status_code == 401
    assert client.get("/api/users/me", headers=bearer(second)).status_code == 200


def test_a_browser_that_is_logged_in_and_logs_in_again_leaves_no_session_behind(app, client, ann):
    browser = log_in(app, ann)
    old = browser.client.get_cookie("pastebin_session").value

    answer = browser.client.post("/api/login", json={"username": "ann", "password": PASSWORD}, headers=browser.csrf)

    assert answer.status_code == 200
    assert client.get("/api/users/me", headers=bearer(old)).status_code == 401
    assert client.get("/api/users/me", headers=bearer(answer.json["token"])).status_code == 200
