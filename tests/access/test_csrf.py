"""That a changing request was meant: CSRF tokens, and requests that other sites make."""

from __future__ import annotations

import hashlib

import pytest

from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import field, file, multipart, upload


@pytest.fixture
def browser(app, make_user):
    return log_in(app, make_user())


def told_of(answer):
    return answer.status_code, answer.json["code"], answer.json["message"]


UPLOADS = pytest.mark.parametrize("path", ["/", "/upload", "/api/upload"])


@UPLOADS
def test_a_cookie_alone_changes_nothing(browser, path):
    answer = browser.client.post(path, **multipart(file(b"x")))

    assert told_of(answer)[:2] == (403, "INVALID_CSRF_TOKEN_ERROR")


@UPLOADS
def test_the_token_may_stand_in_the_header(browser, path):
    answer = browser.client.post(path, headers=browser.csrf, **multipart(file(b"x")))

    assert answer.status_code in (201, 303)


@UPLOADS
@pytest.mark.parametrize("before", [True, False])
def test_the_token_may_stand_in_the_form_before_or_after_the_file(browser, path, before):
    token = field("csrf_token", browser.csrf["X-CSRF-Token"])
    parts = (token, file(b"x")) if before else (file(b"x"), token)

    assert browser.client.post(path, **multipart(*parts)).status_code in (201, 303)


@UPLOADS
@pytest.mark.parametrize("where", ["header", "field"])
def test_an_upload_from_a_page_whose_login_has_ended_is_not_kept_as_nobodys(browser, path, where):
    browser.client.post("/api/logout", headers=browser.csrf)
    headers = browser.csrf if where == "header" else {}
    parts = [field("csrf_token", browser.csrf["X-CSRF-Token"])] if where == "field" else []

    answer = browser.client.post(path, headers=headers, **multipart(*parts, file(b"not for everybody")))

    assert told_of(answer)[:2] == (401, "INVALID_SESSION_ERROR")
    digest = hashlib.sha256(b"not for everybody").hexdigest()
    assert browser.client.get(f"/{digest}").status_code == 404


def test_missing_and_wrong_have_their_own_messages(browser):
    missing = told_of(browser.client.post("/api/upload", **multipart(file(b"x"))))
    in_header = told_of(browser.client.post("/api/upload", headers={"X-CSRF-Token": "x"}, **multipart(file(b"x"))))
    in_form = told_of(browser.client.post("/api/upload", **multipart(field("csrf_token", "x"), file(b"x"))))

    assert missing[:2] == in_header[:2] == in_form[:2] == (403, "INVALID_CSRF_TOKEN_ERROR")
    assert in_header[2] == in_form[2] != missing[2]


def test_the_token_of_another_session_is_wrong(app, browser, make_user):
    other = log_in(app, make_user("bob"))

    assert browser.client.post("/api/upload", headers=other.csrf, **multipart(file(b"x"))).status_code == 403


def test_a_wrong_token_in_the_header_is_not_helped_by_a_right_one_in_the_form(browser):
    form = multipart(field("csrf_token", browser.csrf["X-CSRF-Token"]), file(b"x"))

    assert browser.client.post("/api/upload", headers={"X-CSRF-Token": "x"}, **form).status_code == 403


@pytest.mark.parametrize("method", ["post", "put"])
def test_a_raw_body_with_a_cookie_needs_the_token_in_the_header_before_it_is_read(browser, method):
    from tests.bodies import UnreadableBody

    path = "/api/upload" if method == "post" else "/x.txt"
    send = getattr(browser.client, method)

    assert send(path, input_stream=UnreadableBody(), content_type="text/plain").status_code == 403
    assert send(path, data=b"x", content_type="text/plain", headers=browser.csrf).status_code == 201


@pytest.mark.parametrize("path", ["/api/keys", "/api/keys/1"])
def test_deleting_with_a_cookie_needs_the_token(browser, path):
    assert browser.client.delete(path).status_code == 403
    assert browser.client.delete(path, headers=browser.csrf).status_code in (200, 404)


def test_requests_with_header_credentials_need_none(app, client, browser, make_key):
    for credential in (make_key("cat"), browser.token):
        assert client.post("/api/upload", headers=bearer(credential), **multipart(file(b"x"))).status_code == 201


def test_a_key_in_the_form_needs_none(browser, make_key):
    key = make_key("cat")

    for parts in ((field("key", key), file(b"x")), (file(b"x"), field("key", key))):
        assert browser.client.post("/api/upload", **multipart(*parts)).status_code == 201


def test_reading_needs_none(browser):
    assert browser.client.get("/api/keys").status_code == 200


# ---- requests that other sites make


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:81"},
    {"Origin": "https://localhost"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]
OWN = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@UPLOADS
def test_an_anonymous_upload_that_another_site_makes_is_403(client, headers, path):
    answer = client.post(path, headers=headers, **multipart(file(b"x")))

    assert told_of(answer)[:2] == (403, "CROSS_SITE_ERROR")


@pytest.mark.parametrize("headers", FOREIGN)
def test_whatever_changes_something_is_403_from_another_site(client, browser, headers):
    told = upload(client)
    token = {"X-Delete-Token": told["deletion_url"].rpartition("/")[2]}

    assert client.put("/x", data=b"x", headers=headers).status_code == 403
    assert client.delete(f"/{told['uuid']}", headers={**headers, **token}).status_code == 403
    assert client.post("/login", data={"username": "ann", "password": "x"}, headers=headers).status_code == 403
    assert browser.client.delete("/api/keys", headers={**headers, **browser.csrf}).status_code == 403
    assert client.get(f"/{told['uuid']}", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", OWN)
def test_our_own_pages_and_clients_that_are_no_browser_pass(client, headers):
    assert client.post("/api/upload", headers=headers, **multipart(file(b"x"))).status_code == 201


def test_the_address_that_people_use_is_an_own_origin(make_app):
    client = make_app(BASE_URL="https://paste.example.org").test_client()
    headers = {"Origin": "https://paste.example.org", "Host": "paste.example.org"}

    assert client.post("/api/upload", headers=headers, **multipart(file(b"x"))).status_code == 201


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_key_in_the_header_may_come_from_anywhere(client, make_key, headers):
    answer = client.post("/api/upload", headers={**headers, **bearer(make_key())}, **multipart(file(b"x")))

    assert answer.status_code == 201


@pytest.mark.parametrize("headers", FOREIGN[:3])
def test_a_key_in_the_form_does_not_help_another_site(client, make_key, headers):
    answer = client.post("/api/upload", headers=headers, **multipart(field("key", make_key()), file(b"x")))

    assert answer.status_code == 403
