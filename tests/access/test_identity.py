"""Who is asking: header, then field, then cookie; what does not stand is never treated as nobody."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import update

from pastebin.extensions import now, transaction
from pastebin.models import SessionRow, UserRow
from pastebin.services import accounts, keys, secrets, sessions
from pastebin.services.actor import Scope
from tests.browsing import COOKIE, log_in
from tests.conftest import bearer
from tests.forms import field, file, multipart, upload

WRONG = [
    "pb_wrong",
    "wrong",
    "",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "pb_",
    "ps_wrong",
    "pb_é".encode().decode("latin-1"),
    "🙂",
]


def owner_of(app, told) -> int | None:
    from pastebin.services import files

    with app.app_context():
        return files.get(told["uuid"]).owner_id


def id_of(app, name) -> int:
    with app.app_context():
        return accounts.find(name).id


# ---- the ways to say who one is


def test_no_credential_is_nobody_who_may_upload_and_read(app, client):
    told = upload(client)

    assert owner_of(app, told) is None
    assert client.get(f"/{told['hash']}").status_code == 200


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER   {}", "{}", "  {}  "])
def test_a_key_in_the_header_with_or_without_bearer(app, client, make_key, form):
    told = upload(client, headers={"Authorization": form.format(make_key("ann"))})

    assert owner_of(app, told) == id_of(app, "ann")


def test_a_session_token_in_the_header_is_sent_like_a_key(app, client, make_user):
    browser = log_in(app, make_user("ann"))
    for form in (browser.token, f"Bearer {browser.token}"):
        told = upload(client, headers={"Authorization": form})
        assert owner_of(app, told) == id_of(app, "ann")


def test_a_key_in_the_form_field(app, client, make_key):
    answer = client.post("/api/upload", **multipart(field("key", f" {make_key('ann')} "), file(b"x")))

    assert owner_of(app, answer.json) == id_of(app, "ann")


def test_a_session_token_in_the_form_field(app, client, make_user):
    token = log_in(app, make_user("ann")).token
    answer = client.post("/api/upload", **multipart(field("key", token), file(b"x")))

    assert owner_of(app, answer.json) == id_of(app, "ann")


def test_a_key_in_the_query_says_nothing(app, client, make_key):
    key = make_key("ann")

    for query in (f"?key={key}", f"?api_key={key}", f"?Authorization={key}"):
        told = client.post(f"/api/upload{query}", data=b"x").json
        assert owner_of(app, told) is None


def test_a_key_in_a_cookie_says_nothing(app, client, make_key):
    client.set_cookie(COOKIE, make_key("ann"))

    assert owner_of(app, upload(client)) is None


# ---- which of them counts


def test_the_header_goes_before_the_field_and_the_field_before_the_cookie(app, make_key, make_user):
    header, in_field = make_key("header"), make_key("field")
    browser = log_in(app, make_user("cookie"))
    for has_header, has_field in itertools.product([True, False], repeat=2):
        parts = [field("key", in_field)] if has_field else []
        headers = bearer(header) if has_header else browser.csrf
        answer = browser.client.post("/api/upload", headers=headers, **multipart(*parts, file(b"x")))

        wanted = "header" if has_header else "field" if has_field else "cookie"
        assert owner_of(app, answer.json) == id_of(app, wanted)


def test_what_comes_after_a_credential_is_not_looked_at(app, client, make_key, make_user):
    good = make_key("ann")
    browser = log_in(app, make_user("bob"))

    by_header = client.post("/api/upload", headers=bearer(good), **multipart(field("key", "pb_wrong"), file(b"x")))
    by_field = browser.client.post("/api/upload", **multipart(field("key", good), file(b"x")))

    assert by_header.status_code == 201
    assert by_field.status_code == 201
    assert owner_of(app, by_field.json) == id_of(app, "ann")


def test_a_good_cookie_does_not_help_a_bad_header(app, make_user):
    browser = log_in(app, make_user())

    assert browser.client.get("/api/keys").status_code == 200
    assert browser.client.get("/api/keys", headers=bearer("pb_wrong")).status_code == 401


def test_a_good_field_does_not_help_a_bad_header(client, make_key):
    answer = client.post("/api/upload", headers=bearer("pb_wrong"), **multipart(field("key", make_key()), file(b"x")))

    assert answer.status_code == 401


# ---- what does not stand


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("path", ["/api/upload", "/", "/upload"])
def test_a_malformed_header_is_401_and_never_nobody(client, path, text):
    answer = client.post(path, headers={"Authorization": text}, **multipart(file(b"x")))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json["code"] == "INVALID_SESSION_ERROR"


@pytest.mark.parametrize("text", ["pb_wrong", "Bearer pb_wrong"])
def test_a_header_that_does_not_stand_is_401_for_reading_too(client, text):
    told = upload(client)

    for path in (f"/{told['hash']}", f"/{told['uuid']}", "/nothing"):
        assert client.get(path, headers={"Authorization": text}).status_code == 401, path


def test_a_field_that_does_not_stand_is_401(client):
    answer = client.post("/api/upload", **multipart(field("key", "pb_wrong"), file(b"x")))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_invalidated_an_expired_and_an_unknown_key_are_401(app, client, make_user):
    user = make_user()
    with app.app_context():
        invalidated = keys.issue(user)
        keys.invalidate(user.id, invalidated.id)
        expired = keys.issue(user, expires_at=now() - timedelta(seconds=1))
        unknown = secrets.issue(secrets.KEY_PREFIX)

    for key in (invalidated.secret, expired.secret, unknown):
        assert client.post("/api/upload", headers=bearer(key), data=b"x").status_code == 401


def test_a_key_with_one_letter_changed_is_refused_without_asking_the_database(app, client, make_key, monkeypatch):
    key = make_key()
    forged = [key[:position] + ("A" if key[position] != "A" else "B") + key[position + 1 :] for position in (3, 10, 30)]

    def never(*arguments):
        raise AssertionError("the database was asked")

    monkeypatch.setattr(keys, "reading", never)
    for each in forged:
        assert client.get("/nothing", headers=bearer(each)).status_code == 401


def test_a_session_token_that_ended_is_401_in_the_header(app, client, make_user):
    browser = log_in(app, make_user())
    with app.app_context():
        sessions.end(secrets.hashed(secrets.SESSION_PREFIX, browser.token))

    assert client.get("/api/keys", headers=bearer(browser.token)).status_code == 401


def test_a_cookie_that_no_longer_stands_is_dropped_and_the_request_is_nobodys(app, make_user):
    browser = log_in(app, make_user())
    with app.app_context():
        sessions.end(secrets.hashed(secrets.SESSION_PREFIX, browser.token))

    answer = browser.client.post("/api/upload", **multipart(file(b"x")))

    assert owner_of(app, answer.json) is None
    assert f"{COOKIE}=;" in answer.headers["Set-Cookie"]
    assert browser.client.get_cookie(COOKIE) is None


@pytest.mark.parametrize("cookie", ["", "nonsense", "ps_wrong", "pb_wrong", "x" * 3000, "%00"])
def test_a_cookie_that_never_stood_is_nobodys(client, cookie):
    client.set_cookie(COOKIE, cookie)

    assert client.get("/api/keys").status_code == 401
    assert client.post("/api/upload", data=b"x").status_code == 201


def test_where_somebody_is_needed_the_api_says_401_and_a_page_leads_to_the_login(client):
    assert client.get("/api/keys").status_code == 401
    answer = client.get("/account", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login")


def test_a_session_that_ran_out_is_nobodys(app, make_user):
    browser = log_in(app, make_user())
    with app.app_context(), transaction() as connection:
        connection.execute(update(SessionRow).values(expires_at=now() - timedelta(milliseconds=1)))

    assert browser.client.get("/api/keys").status_code == 401


def test_disabling_a_user_ends_all_sessions_and_keys(app, client, make_user, make_key):
    browser, key = log_in(app, make_user("ann")), make_key("ann")
    with app.app_context(), transaction() as connection:
        connection.execute(update(UserRow).values(is_disabled=True))

    assert browser.client.get("/api/keys").status_code == 401
    assert client.post("/api/upload", data=b"x", headers=bearer(key)).status_code == 401


# ---- scopes


@pytest.mark.parametrize("path", ["/api/upload", "/", "/upload"])
def test_uploading_needs_its_scope(client, make_key, path):
    reader = make_key("ann", Scope.FILE_READ, Scope.FILE_MODIFY)

    by_header = client.post(path, headers=bearer(reader), **multipart(file(b"x")))
    by_field = client.post(path, **multipart(field("key", reader), file(b"x")))

    for answer in (by_header, by_field):
        assert answer.status_code == 403
        assert answer.json["code"] == "INSUFFICIENT_PERMISSIONS_ERROR"
        assert answer.json["scope"] == "UPLOAD_FILE"


def test_a_key_may_do_by_default_all_that_is_not_for_staff(client, make_key):
    key = bearer(make_key())
    told = upload(client, headers=key, private="owner")

    assert client.get(f"/{told['uuid']}", headers=key).status_code == 200
    assert client.delete(f"/{told['uuid']}", headers=key).status_code == 204


def test_a_session_may_do_everything(app, make_user):
    browser = log_in(app, make_user())
    told = upload(browser.client, headers=browser.csrf, private="owner")

    assert browser.client.get(f"/{told['uuid']}/md5").status_code == 200
    assert browser.client.delete(f"/{told['uuid']}", headers=browser.csrf).status_code == 204


# ---- secret keys


def test_keys_and_logins_outlive_a_rotated_secret_key(make_app):
    first = make_app(SECRET_KEY="the first secret key")
    with first.app_context():
        user = accounts.create("ann", "correct horse battery")
        key, (token, _login) = keys.issue(user).secret, sessions.begin(user)

    kept = make_app(SECRET_KEY="the second", SECRET_KEY_FALLBACKS=["the first secret key"]).test_client()
    lost = make_app(SECRET_KEY="the second").test_client()

    for credential in (key, token):
        assert kept.post("/api/upload", data=b"x", headers=bearer(credential)).status_code == 201
        assert lost.post("/api/upload", data=b"x", headers=bearer(credential)).status_code == 401
