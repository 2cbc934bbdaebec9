"""E-mail addresses and forgotten passwords, as people see them: pages, mails and the links in them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from pastebin.extensions import now, transaction
from pastebin.models import TicketRow, UserRow
from pastebin.services import accounts, switches
from pastebin.services.switches import Switch
from tests import browsing
from tests.conftest import PASSWORD
from tests.post import BASE, Post, link_in
from tests.smtp import MailServer, mail_server
from tests.web.pages import facts_of, read
from tests.web.visiting import Visitor, token_of

NEW = "another good password"
DEAD = "This link does not work (any more)"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
def post(make_app: Callable[..., Flask], server: MailServer) -> Post:
    return Post(make_app, server)


@pytest.fixture
def visitor(post: Post) -> Visitor:
    return Visitor(post.app.test_client())


def logged_in(post: Post, name: str = "ann") -> Visitor:
    with post.app.app_context():
        user = accounts.find(name)
    return Visitor(browsing.log_in(post.app, user).client)


def state(visitor: Visitor) -> str | None:
    """What the account's page says of its e-mail address."""
    return facts_of(read(visitor.get("/account").text)).get("E-mail")


def register(visitor: Visitor, name: str = "ann", email: str = "ann@example.org") -> int:
    fields = {"username": name, "password": PASSWORD, "password_again": PASSWORD, "email": email}
    return visitor.submit("/register", **fields).status_code


def reset(visitor: Visitor, link: str, password: str = NEW, again: str | None = None) -> int:
    fields = {"new_password": password, "new_password_again": again or password}
    return visitor.submit(link, **fields).status_code


def expire(post: Post) -> None:
    with post.app.app_context(), transaction() as connection:
        connection.execute(update(TicketRow).values(expires_at=now() - timedelta(milliseconds=1)))


# ---- confirm an address


def test_whoever_registers_with_an_address_confirms_it_by_a_mail(post, visitor):
    assert register(visitor) == 303
    assert state(visitor) == "ann@example.org not confirmed"
    (mail,) = post.deliver()
    assert mail.recipient == "ann@example.org"
    assert mail.message["Subject"] == "Confirm your e-mail address at localhost"

    page = visitor.submit(link_in(mail))

    assert page.status_code == 200
    assert "ann@example.org</b> is confirmed" in page.text
    assert state(visitor) == "ann@example.org confirmed"


def test_a_link_works_for_whoever_is_not_logged_in(post, visitor):
    register(visitor)
    stranger = Visitor(post.app.test_client())

    assert stranger.submit(post.link()).status_code == 200
    assert state(visitor) == "ann@example.org confirmed"


def test_looking_at_a_link_confirms_nothing(post, visitor):
    register(visitor)
    link = post.link()
    for _ in range(3):
        assert visitor.get(link).status_code == 200
        assert visitor.client.head(link).status_code == 200

    assert state(visitor) == "ann@example.org not confirmed"
    assert visitor.submit(link).status_code == 200


def test_without_an_address_one_may_register_too(post, visitor):
    assert register(visitor, email="") == 303
    assert post.deliver() == []
    assert state(visitor) is None


@pytest.mark.parametrize(
    "email", ["ann", "@example.org", "ann@", "a@b@c", "ann@example.org\nBcc: eve@example.org", "an n@example.org",
              "ann@.org", "<ann@example.org>", "ann@example.org,eve@example.org", "x" * 243 + "@example.org",
              "a\u202en@example.org"],
)  # fmt: skip
def test_what_is_no_address_is_refused_at_its_field(post, visitor, email):
    answer = visitor.submit("/register", username="ann", password=PASSWORD, password_again=PASSWORD, email=email)

    assert answer.status_code == 400
    assert 'id="email-error"' in answer.text
    assert post.deliver() == []


def test_a_changed_address_needs_the_password_and_a_new_mail(post):
    post.person()
    ann = logged_in(post)
    wrong = ann.submit("/account", "/account/email", email="new@example.org", password="wrong")
    assert wrong.status_code == 401
    assert 'id="password-error"' in wrong.text
    assert state(ann) == "ann@example.org confirmed"

    answer = ann.submit("/account", "/account/email", email="new@example.org", password=PASSWORD)

    assert "A link is on its way to new@example.org." in answer.text
    assert state(ann) == "new@example.org not confirmed"
    (mail,) = post.deliver()
    assert mail.recipient == "new@example.org"
    assert ann.submit(link_in(mail)).status_code == 200
    assert state(ann) == "new@example.org confirmed"


def test_a_changed_address_makes_links_to_the_old_one_worthless(post, visitor):
    post.person(is_verified=False)
    ann = logged_in(post)
    ann.submit("/account", "/account/verification")
    old = post.link()
    ann.submit("/account", "/account/email", email="new@example.org", password=PASSWORD)

    assert ann.get(old).status_code == 404
    assert ann.submit("/account", old).status_code == 404
    assert state(ann) == "new@example.org not confirmed"


def test_an_address_that_is_confirmed_stays_so_where_it_is_given_again(post):
    post.person()
    ann = logged_in(post)
    answer = ann.submit("/account", "/account/email", email="ann@example.org", password=PASSWORD)

    assert "is confirmed already" in answer.text
    assert post.deliver() == []
    assert state(ann) == "ann@example.org confirmed"


def test_an_address_can_be_taken_away(post):
    post.person()
    ann = logged_in(post)
    ann.submit("/account", "/account/email", email="", password=PASSWORD)

    assert state(ann) is None
    assert post.deliver() == []


def test_the_mail_can_be_sent_again(post):
    post.person(is_verified=False)
    ann = logged_in(post)
    answer = ann.submit("/account", "/account/verification")

    assert "A link is on its way to ann@example.org." in answer.text
    assert ann.submit(post.link()).status_code == 200
    assert "Send the link" not in ann.get("/account").text


def test_without_an_address_there_is_nothing_to_send_again(post, make_user):
    with post.app.app_context():
        accounts.create("bob", PASSWORD)
    answer = logged_in(post, "bob").submit("/account", "/account/verification")

    assert answer.status_code == 400
    assert 'id="email-error"' in answer.text


# ---- links


def test_a_link_works_once(post, visitor):
    register(visitor)
    link = post.link()
    visitor.submit(link)
    again = visitor.get(link)

    assert again.status_code == 404
    assert DEAD in again.text
    assert 'href="/account">Ask for another' in again.text
    assert visitor.submit("/account", link).status_code == 404


def test_a_link_that_has_expired_or_is_forged_says_where_to_ask_for_another(post, visitor):
    post.person()
    visitor.submit("/forgot", account="ann")
    link = post.link()
    forged = link[:-3] + ("AAA" if not link.endswith("AAA") else "EEE")
    expire(post)

    for path in (link, forged, "/reset/x", "/reset/pr_\u00e9.x"):
        for answer in (visitor.get(path), visitor.post(path, {"new_password": NEW, "new_password_again": NEW})):
            assert answer.status_code == 404
            assert 'href="/forgot">Ask for another' in answer.text
    assert visitor.client.get(link).json["code"] == "INVALID_LINK_ERROR"
    assert visitor.log_in("ann", NEW).status_code == 401


def test_a_link_is_of_no_use_for_the_other_purpose(post, visitor):
    post.person()
    visitor.submit("/forgot", account="ann")
    link = post.link()

    assert visitor.get(link.replace("/reset/", "/verify/")).status_code == 404
    assert visitor.get(link.replace("/reset/pr_", "/verify/pv_")).status_code == 404


@pytest.mark.parametrize("kind", ["verify", "reset"])
def test_pages_of_links_are_kept_by_nobody_and_told_to_nobody(post, visitor, kind):
    post.person(is_verified=kind == "reset")
    if kind == "reset":
        visitor.submit("/forgot", account="ann")
    else:
        logged_in(post).submit("/account", "/account/verification")
    link = post.link()

    for path in (link, f"/{kind}/dead"):
        headers = visitor.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in visitor.get(link).text


# ---- a forgotten password


@pytest.mark.parametrize("typed", ["ann", "ANN", "ann@example.org", "Ann@Example.org", " ann "])
def test_a_forgotten_password_is_replaced_by_a_mail(post, visitor, typed):
    post.person()
    assert 'href="/forgot"' in visitor.get("/login").text
    elsewhere = logged_in(post)
    visitor.submit("/forgot", account=typed)
    (mail,) = post.deliver()
    assert mail.recipient == "ann@example.org"
    assert mail.message["Subject"] == "A new password for ann at localhost"
    assert "API keys stay valid" in visitor.get(link_in(mail)).text

    answer = visitor.submit(link_in(mail), new_password=NEW, new_password_again=NEW)

    assert (answer.status_code, answer.location) == (303, "/login?reset=done")
    assert "Log in with your new password." in visitor.get(answer.location).text
    assert elsewhere.get("/account").status_code == 303
    assert visitor.log_in("ann", PASSWORD).status_code == 401
    assert visitor.log_in("ann", NEW).status_code == 303


def test_a_new_password_leaves_api_keys_as_they_are(post, visitor):
    from pastebin.services import keys

    ann = post.person()
    with post.app.app_context():
        key = keys.issue(ann).secret
    visitor.submit("/forgot", account="ann")
    assert reset(visitor, post.link()) == 303

    assert visitor.client.get("/api/users/me", headers={"Authorization": key}).status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "field"), [("short", "short", "new_password"), (NEW, NEW + "!", "new_password_again")]
)
def test_a_password_that_cannot_be_used_leaves_the_link_working(post, visitor, password, again, field):
    post.person()
    visitor.submit("/forgot", account="ann")
    link = post.link()
    answer = visitor.submit(link, new_password=password, new_password_again=again)

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert reset(visitor, link) == 303


@pytest.mark.parametrize("typed", ["ann", "ann@example.org"])
def test_an_address_that_is_not_confirmed_gets_no_link(post, visitor, typed):
    post.person(is_verified=False)
    visitor.submit("/forgot", account=typed)

    assert post.deliver() == []


def test_a_disabled_account_gets_no_link_and_a_link_of_one_is_worthless(post, visitor):
    post.person()
    visitor.submit("/forgot", account="ann")
    link = post.link()
    with post.app.app_context(), transaction() as connection:
        connection.execute(update(UserRow).values(is_disabled=True))
    visitor.submit("/forgot", account="ann")

    assert post.deliver() == []
    assert visitor.get(link).status_code == 404


def test_accounts_with_one_address_get_a_mail_each(post, visitor):
    for name in ("ann", "bob"):
        post.person(name, "both@example.org")
    post.person("eve", "both@example.org", is_verified=False)
    visitor.submit("/forgot", account="both@example.org")

    subjects = [mail.message["Subject"] for mail in post.deliver()]
    assert subjects == ["A new password for ann at localhost", "A new password for bob at localhost"]


@pytest.mark.parametrize("typed", ["nobody", "nobody@example.org", "x" * 5000, "<script>alert(1)</script>"])
def test_who_does_not_exist_is_answered_like_who_does(post, visitor, typed):
    post.person()
    known, unknown = visitor.submit("/forgot", account="ann"), visitor.submit("/forgot", account=typed)

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert known.status_code == 200
    changing = {"Date", "RateLimit-Remaining", "RateLimit-Reset"}
    kept = [{k: v for k, v in answer.headers.items() if k not in changing} for answer in (known, unknown)]
    assert kept[0] == kept[1]
    assert [mail.recipient for mail in post.deliver()] == ["ann@example.org"]


def test_too_many_are_refused_alike_whoever_is_meant(make_app, server):
    post = Post(make_app, server, MAIL_RATE="2/1h", TRUSTED_PROXIES="127.0.0.1")
    post.person()

    def ask(typed: str, address: str) -> int:
        visitor = Visitor(post.app.test_client())
        return visitor.post("/forgot", {"account": typed}, {"X-Forwarded-For": address}).status_code

    for typed in ("ann", "nobody"):
        assert [ask(typed, f"192.0.2.{number}") for number in range(3)] == [200, 200, 429]
    # From one address four times as many: behind it may be many people.
    assert [ask(f"somebody{number}", "198.51.100.1") for number in range(9)] == [200] * 8 + [429]
    # By name it is full; the account itself counts what comes by address too.
    assert [ask("ann@example.org", f"203.0.113.{number}") for number in range(2)] == [200, 200]
    assert len(post.deliver()) == 2


def test_a_changed_password_makes_links_worthless(post, visitor):
    post.person()
    visitor.submit("/forgot", account="ann")
    link = post.link()
    visitor.submit("/forgot", account="ann")
    logged_in(post).submit("/account", old_password=PASSWORD, new_password=NEW, new_password_again=NEW)

    assert visitor.get(link).status_code == 404


def test_of_several_links_the_first_that_is_used_ends_the_others(post, visitor):
    post.person()
    for _ in range(2):
        visitor.submit("/forgot", account="ann")
    first, second = (link_in(mail) for mail in post.deliver())
    assert reset(visitor, second) == 303

    assert visitor.get(first).status_code == 404


def test_a_new_password_opens_a_name_that_guessing_had_closed(make_app, server):
    post = Post(make_app, server, LOGIN_NAME_RATE="1/1h")
    post.person()
    visitor = Visitor(post.app.test_client())
    assert [visitor.log_in("ann", "wrong").status_code for _ in range(2)] == [401, 429]
    visitor.submit("/forgot", account="ann")
    assert reset(visitor, post.link()) == 303

    assert visitor.log_in("ann", NEW).status_code == 303


def test_nothing_typed_is_said_at_the_field(visitor):
    answer = visitor.submit("/forgot", account=" ")

    assert answer.status_code == 400
    assert 'id="account-error"' in answer.text


# ---- where there is no mail


def test_without_base_url_nothing_is_sent_or_written_and_the_pages_say_so(make_app, server, caplog):
    post = Post(make_app, server, BASE_URL="")
    visitor = Visitor(post.app.test_client())
    assert register(visitor) == 303
    with post.app.app_context():
        accounts.create("bob", PASSWORD, email="bob@example.org", is_vouched_for=True)
    stranger = Visitor(post.app.test_client())

    assert "/forgot" not in stranger.get("/login").text
    assert "Ask its operator" in stranger.get("/forgot").text
    assert stranger.submit("/forgot", account="bob").status_code == 503
    assert visitor.submit("/account", "/account/verification").status_code == 503
    assert "This server sends no mail" in visitor.get("/account").text
    assert post.deliver() == []
    assert server.commands == []
    assert "mail" not in caplog.text


def test_without_a_mail_server_mail_is_written_to_the_log(make_app, server, caplog):
    post = Post(make_app, server, SMTP_HOST="")
    visitor = Visitor(post.app.test_client())
    with caplog.at_level(logging.WARNING):
        register(visitor)
        post.deliver()

    (link,) = re.findall(rf"^{BASE}(/verify/\S+)$", caplog.text, re.M)
    assert "To: ann@example.org" in caplog.text
    assert visitor.submit(link).status_code == 200


# ---- switches, limits and forms


def test_while_logging_in_is_switched_off_no_password_is_replaced(post, visitor):
    post.person()
    visitor.submit("/forgot", account="ann")
    link = post.link()
    with post.app.app_context():
        switches.turn(None, Switch.ACCOUNT_LOGIN, is_on=True)

    for path in ("/forgot", link):
        assert visitor.get(path).status_code == 503
        assert visitor.post(path, {"account": "ann"}).status_code == 503


def test_too_many_mails_of_an_account_are_refused(make_app, server):
    post = Post(make_app, server, MAIL_RATE="2/1h")
    post.person(is_verified=False)
    ann = logged_in(post)
    statuses = [ann.submit("/account", "/account/verification").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert ann.submit("/account", "/account/email", email="x@example.org", password=PASSWORD).status_code == 429


def test_a_registration_is_refused_where_its_mail_would_be_one_too_many(make_app, server):
    post = Post(make_app, server, MAIL_RATE="1/1h")
    names = ("ann", "ann", "bob", "bob", "eve", "ivy")
    addresses = (None, None, None, "bob@example.org", "eve@example.org", "ivy@example.org")
    given = [(name, address) if address else (name,) for name, address in zip(names, addresses, strict=True)]
    statuses = [register(Visitor(post.app.test_client()), *each) for each in given]

    # One mail to an address; four from an address.
    assert statuses == [303, 429, 429, 303, 303, 303]
    assert register(Visitor(post.app.test_client()), "zoe", "zoe@example.org") == 429


def test_a_taken_name_costs_no_mail(make_app, server):
    post = Post(make_app, server, MAIL_RATE="1/1h")
    post.person("ann", "first@example.org")
    statuses = [register(Visitor(post.app.test_client()), name) for name in ("ann", "ann", "bob")]

    assert statuses == [409, 409, 303]


@pytest.mark.parametrize("path", ["/account/email", "/account/verification", "/forgot", "/verify/x", "/reset/x"])
def test_a_form_without_its_token_is_refused(post, path):
    post.person()
    ann = logged_in(post)

    assert ann.post(path).status_code == 403
    assert ann.post(path, {"csrf_token": token_of(logged_in(post).get("/"))}).status_code == 403
    assert Visitor(post.app.test_client()).post(path, {}, {"Sec-Fetch-Site": "cross-site"}).status_code != 200


def test_who_registered_with_an_address_is_told_of_the_mail(post, visitor):
    assert register(visitor) == 303

    assert "ann@example.org, is not confirmed yet" in visitor.get("/").text
    visitor.submit(post.link())
    assert "not confirmed" not in visitor.get("/").text
