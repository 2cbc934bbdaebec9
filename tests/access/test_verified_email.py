"""REQUIRE_VERIFIED_EMAIL: who may upload where accounts have to confirm their address, judged before the body."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pastebin.services import accounts, keys
from pastebin.services.actor import Scope, User
from tests.bodies import UnreadableBody
from tests.browsing import log_in
from tests.conftest import PASSWORD, bearer
from tests.forms import field, file, multipart

CODE = "EMAIL_NOT_VERIFIED_ERROR"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(REQUIRE_VERIFIED_EMAIL=True, BASE_URL="http://localhost")


@pytest.fixture
def person(app: Flask) -> Callable[..., User]:
    def make(name: str, *, is_verified: bool) -> User:
        with app.app_context():
            return accounts.create(name, PASSWORD, email=f"{name}@example.org", is_vouched_for=is_verified)

    return make


@pytest.fixture
def key_of(app: Flask) -> Callable[..., str]:
    def make(user: User, *scopes: Scope) -> str:
        with app.app_context():
            return str(keys.issue(user, scopes=scopes or None).secret)

    return make


@pytest.mark.parametrize(("method", "path"), [("PUT", "/x"), ("POST", "/api/upload"), ("POST", "/upload")])
def test_an_account_without_a_confirmed_address_is_refused_before_the_body(app, client, person, key_of, method, path):
    bob = person("bob", is_verified=False)
    browser = log_in(app, bob)
    for who, headers in ((client, bearer(key_of(bob))), (browser.client, browser.csrf)):
        body = UnreadableBody(declared=1 << 50)
        answer = who.open(path, method=method, headers={**headers, "Accept": "application/json"}, input_stream=body)

        assert answer.status_code == 403
        assert "/account" in answer.text


def test_the_error_has_its_code(client, person, key_of):
    answer = client.post("/api/upload", data=b"x", headers=bearer(key_of(person("bob", is_verified=False))))

    assert (answer.status_code, answer.json["code"]) == (403, CODE)


def test_an_account_with_a_confirmed_address_uploads(app, client, person, key_of):
    ann = person("ann", is_verified=True)
    browser = log_in(app, ann)

    assert client.put("/x", data=b"x", headers=bearer(key_of(ann))).status_code == 201
    assert browser.client.put("/x", data=b"x", headers=browser.csrf).status_code == 201


def test_a_key_in_the_form_is_judged_when_it_is_met(client, person, key_of):
    refused = client.post(
        "/api/upload", **multipart(field("key", key_of(person("bob", is_verified=False))), file(b"x"))
    )
    taken = client.post("/api/upload", **multipart(field("key", key_of(person("ann", is_verified=True))), file(b"x")))

    assert (refused.status_code, refused.json["code"]) == (403, CODE)
    assert taken.status_code == 201


def test_nobody_uploads_whatever_anonymous_uploads_says(client: FlaskClient):
    assert client.put("/x", data=b"x").status_code == 401
    assert client.post("/api/upload", **multipart(file(b"x"))).status_code == 401
    assert client.post("/upload", data={"text": "x"}).status_code == 401


def test_the_scope_goes_before_the_address_and_the_address_before_the_token(app, client, person, key_of):
    bob = person("bob", is_verified=False)
    by_key = client.post("/api/upload", data=b"x", headers=bearer(key_of(bob, Scope.FILE_READ)))
    by_cookie = log_in(app, bob).client.post("/api/upload", data=b"x")

    assert by_key.json["code"] == "INSUFFICIENT_PERMISSIONS_ERROR"
    assert by_cookie.json["code"] == CODE


def test_all_but_uploading_goes_on(client, person, key_of):
    headers = bearer(key_of(person("bob", is_verified=False)))
    me = client.get("/api/users/me", headers=headers)

    assert (me.status_code, me.json["email"], me.json["isVerified"]) == (200, "bob@example.org", False)
    assert client.get("/api/users/me/files", headers=headers).status_code == 200


def test_the_upload_page_says_what_is_needed(app, client, person):
    nobody = client.get("/").text
    bob = log_in(app, person("bob", is_verified=False)).client.get("/").text
    ann = log_in(app, person("ann", is_verified=True)).client.get("/").text

    assert "with an account whose e-mail address is confirmed" in nobody
    assert 'href="/account">Your account' in bob
    assert 'name="file"' not in nobody + bob
    assert 'name="file"' in ann


def test_registering_needs_an_address(client):
    fields = {"username": "bob", "password": PASSWORD, "password_again": PASSWORD}
    without = client.post("/register", data=fields)

    assert without.status_code == 400
    assert 'id="email-error"' in without.text
    assert client.post("/register", data={**fields, "email": "bob@example.org"}).status_code == 303


def test_ready_files_for_clients_have_a_key_to_fill_in(client):
    assert "YOUR_KEY" in client.get("/api/clients/sharex.sxcu").text
    assert "Without a key nothing can be uploaded here." in client.get("/api").text


def test_without_it_nobody_is_asked_for_an_address(make_app, make_key):
    client = make_app().test_client()

    assert client.put("/x", data=b"x", headers=bearer(make_key())).status_code == 201
    assert client.put("/x", data=b"x").status_code == 201
