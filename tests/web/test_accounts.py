"""Register, log in, log out, and change the password, on pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from pastebin.services.actor import User
from tests.conftest import PASSWORD
from tests.web.conftest import logged_in
from tests.web.visiting import Visitor, token_of

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "\t//evil.example/",
    "/\n/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "http:evil.example",
    "",
]


def register(visitor: Visitor, name: str = "bob", password: str = PASSWORD, again: str | None = None) -> object:
    return visitor.submit("/register", username=name, password=password, password_again=again or password)


# ---- register


def test_whoever_registers_is_logged_in_and_told_so_once(visitor: Visitor) -> None:
    answer = register(visitor)

    assert (answer.status_code, answer.location) == (303, "/?welcome")
    assert "Your account is made" in visitor.get("/?welcome").text
    assert ">bob</a>" in visitor.get("/").text
    assert "Your account is made" not in visitor.get("/").text


def test_nobody_is_welcomed_to_an_account(visitor: Visitor) -> None:
    assert "Your account is made" not in visitor.get("/?welcome").text


@pytest.mark.parametrize(
    ("name", "password", "again", "status", "field"),
    [
        ("-!-", PASSWORD, PASSWORD, 400, "username"),
        ("", PASSWORD, PASSWORD, 400, "username"),
        ("ANN", PASSWORD, PASSWORD, 409, "username"),
        ("bob", "short", "short", 400, "password"),
        ("bob", PASSWORD, PASSWORD + "!", 400, "password_again"),
    ],
)
def test_what_is_wrong_with_a_registration_stands_at_its_field(
    visitor: Visitor, make_user: Callable[..., User], name: str, password: str, again: str, status: int, field: str
) -> None:
    make_user("ann")
    answer = register(visitor, name, password, again)

    assert answer.status_code == status
    assert f'id="{field}-error"' in answer.text
    assert f'aria-describedby="{field}-' in answer.text
    assert answer.text.count("field-error") == 1
    assert PASSWORD not in answer.text


def test_where_registration_is_closed_its_page_says_so(make_app: Callable[..., Flask]) -> None:
    visitor = Visitor(make_app(REGISTRATION="closed").test_client())

    for answer in (visitor.get("/register"), register(visitor)):
        assert answer.status_code == 403
        assert "Registration is closed" in answer.text
    assert "/register" not in visitor.get("/login").text


def test_too_many_registrations_from_one_address_are_told_when_to_come_back(make_app: Callable[..., Flask]) -> None:
    app = make_app(REGISTER_RATE="1/1h")
    register(Visitor(app.test_client()), "bob")
    answer = register(Visitor(app.test_client()), "eve")

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3000
    assert "You can try again in" in answer.text


# ---- log in


def test_a_login_leads_to_the_page_that_was_asked_for(visitor: Visitor, make_user: Callable[..., User]) -> None:
    make_user("ann")
    asked = visitor.get("/files?page=2")
    assert (asked.status_code, asked.location) == (303, "/login?next=/files?page%3D2")

    answer = visitor.log_in(path=asked.location)

    assert (answer.status_code, answer.location) == (303, "/files?page=2")


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_a_login_never_leads_to_another_site(visitor: Visitor, make_user: Callable[..., User], next_page: str) -> None:
    make_user("ann")
    answer = visitor.client.post(
        "/login", query_string={"next": next_page}, data={"username": "ann", "password": PASSWORD}
    )

    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.client.get("/login", query_string={"next": next_page}).location == "/"


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_wrong_name_and_wrong_password_are_one_answer(
    visitor: Visitor, make_user: Callable[..., User], name: str, password: str
) -> None:
    make_user("ann")
    answer = visitor.log_in(name, password)

    assert answer.status_code == 401
    assert "Wrong user name or password." in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_name_of_markup_is_only_text(visitor: Visitor) -> None:
    answer = visitor.log_in('"><script>alert(1)</script>', "x")

    assert answer.status_code == 401
    assert "<script>" not in answer.text


def test_too_many_logins_are_refused_before_anything_is_hashed(make_app: Callable[..., Flask]) -> None:
    visitor = Visitor(make_app(LOGIN_RATE="2/1h").test_client())

    assert [visitor.log_in("ann", "x").status_code for _ in range(3)] == [401, 401, 429]


def test_on_https_the_cookie_cannot_be_planted_by_a_subdomain(make_app: Callable[..., Flask]) -> None:
    visitor = Visitor(make_app(BASE_URL="https://paste.example").test_client())
    answer = visitor.client.post(
        "/register",
        data={"username": "bob", "password": PASSWORD, "password_again": PASSWORD},
        base_url="https://paste.example",
    )
    cookie = answer.headers["Set-Cookie"]

    assert cookie.startswith("__Host-pastebin_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


# ---- log out


def test_logging_out_ends_the_session_on_the_server(app: Flask, ann: Visitor) -> None:
    kept = ann.client.get_cookie("pastebin_session")
    assert kept
    answer = ann.submit("/", "/logout")
    assert (answer.status_code, answer.location) == (303, "/")
    assert ann.client.get_cookie("pastebin_session") is None

    thief = Visitor(app.test_client())
    thief.client.set_cookie("pastebin_session", kept.value)

    assert thief.get("/account").status_code == 303


def test_nobody_may_log_out_too(visitor: Visitor) -> None:
    assert visitor.post("/logout").location == "/"


def test_a_cookie_that_no_longer_stands_is_dropped_and_its_bearer_led_to_the_login(visitor: Visitor) -> None:
    visitor.client.set_cookie("pastebin_session", "ps_made.up")
    answer = visitor.get("/account")

    assert (answer.status_code, answer.location) == (303, "/login?next=/account")
    assert answer.headers["Set-Cookie"].startswith("pastebin_session=;")
    assert visitor.client.get_cookie("pastebin_session") is None


# ---- the account


def test_a_changed_password_ends_all_other_sessions(app: Flask, ann: Visitor) -> None:
    elsewhere = logged_in(app)
    new = "another good password"
    answer = ann.submit("/account", old_password=PASSWORD, new_password=new, new_password_again=new)

    assert answer.status_code == 200
    assert "Your password is changed." in answer.text
    assert ann.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    assert Visitor(app.test_client()).log_in("ann", PASSWORD).status_code == 401
    assert Visitor(app.test_client()).log_in("ann", new).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "field"),
    [
        ("wrong password", "another good password", "another good password", 401, "old_password"),
        (PASSWORD, "short", "short", 400, "new_password"),
        (PASSWORD, "another good password", "another", 400, "new_password_again"),
    ],
)
def test_a_refused_password_changes_nothing(
    app: Flask, ann: Visitor, old: str, new: str, again: str, status: int, field: str
) -> None:
    answer = ann.submit("/account", old_password=old, new_password=new, new_password_again=again)

    assert answer.status_code == status
    assert f'id="{field}-error"' in answer.text
    assert Visitor(app.test_client()).log_in("ann", PASSWORD).status_code == 303


# ---- who may send these forms

FORMS = ["/logout", "/account", "/login", "/register", "/keys", "/keys/invalidate", "/keys/1/invalidate"]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_is_refused(ann: Visitor, path: str) -> None:
    answer = ann.post(path)

    assert answer.status_code == 403
    assert "The CSRF token is missing." in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_a_form_with_the_token_of_another_session_is_refused(app: Flask, ann: Visitor, path: str) -> None:
    answer = ann.post(path, {"csrf_token": token_of(logged_in(app).get("/"))})

    assert answer.status_code == 403
    assert "belongs to another session" in answer.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
@pytest.mark.parametrize("path", ["/login", "/register", "/logout", "/upload"])
def test_a_form_on_another_site_is_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    answer = visitor.post(path, {"username": "ann", "password": PASSWORD}, headers)

    assert answer.status_code == 403
    assert "another web site" in answer.text


@pytest.mark.parametrize("path", ["/account", "/files", "/keys"])
def test_a_page_of_ones_own_leads_nobody_to_the_login(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)

    assert (answer.status_code, answer.location) == (303, f"/login?next={path}")
    assert visitor.client.head(path).status_code == 303


@pytest.mark.parametrize("path", ["/account", "/files", "/keys"])
def test_a_key_in_the_header_is_no_login(visitor: Visitor, make_key: Callable[..., str], path: str) -> None:
    assert visitor.get(path, Authorization=make_key()).status_code == 403
    assert visitor.get(path, Authorization="pb_made.up").status_code == 401


# ---- close


def test_an_account_is_deleted_with_its_password(app: Flask, visitor: Visitor, ann: Visitor) -> None:
    browser = ann
    assert "Delete my account" in browser.get("/account/delete").text

    refused = browser.submit("/account/delete", password="wrong password")
    assert refused.status_code == 401
    assert "The password is wrong." in refused.text
    done = browser.submit("/account/delete", password=PASSWORD)

    assert done.status_code == 200
    assert "Your account is deleted" in done.text
    assert browser.get("/account").location == "/login?next=/account"
    login = visitor.submit("/login", username="ann", password=PASSWORD)
    assert login.status_code == 401
