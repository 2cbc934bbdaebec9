"""The pages that say what this server takes and keeps: true for how it is set up."""

from __future__ import annotations

from pastebin.services import accounts, directory
from tests.browsing import log_in
from tests.conftest import PASSWORD
from tests.web import pages


def _limits(client) -> dict[str, str]:
    answer = client.get("/limits")
    assert answer.status_code == 200
    return pages.facts_of(pages.read(answer.text))


def _privacy(make_app, **settings) -> str:
    answer = make_app(**settings).test_client().get("/privacy")
    assert answer.status_code == 200
    return " ".join(pages.read(answer.text).text.split())


def test_limits_are_those_of_whoever_asks(app, client, make_user):
    nobody, ann = _limits(client), _limits(log_in(app, make_user("ann")).client)

    assert nobody["Largest upload"].startswith("512 MiB 536,870,912 bytes")
    assert "With an account: 16 GiB" in nobody["Largest upload"]
    assert ann["Largest upload"].startswith("16 GiB 17,179,869,184 bytes")
    assert "In a day" in nobody
    assert "In a day" not in ann


def test_a_quota_of_ones_own_is_told(make_app):
    app = make_app(USER_QUOTA="9MiB")
    with app.app_context():
        ann = accounts.create("ann", PASSWORD)
        directory.set_quota(None, ann.id, 5 << 20)

    assert _limits(log_in(app, ann).client)["Space of your account"].startswith("5 MiB")
    assert _limits(app.test_client())["Space of an account"].startswith("9 MiB")


def test_limits_follow_the_settings(make_app):
    told = _limits(make_app(
        MAX_FILE_SIZE="3MiB", ANONYMOUS_QUOTA="7MiB", ANONYMOUS_MAX_EXPIRY="3d", ALLOWED_TYPES="image/*",
        ADDRESS_LENGTH=20, MAX_IMAGE_PIXELS=1234, MAX_CHUNK_SIZE="1MiB", MAX_RETENTION_HOURS=48,
    ).test_client())  # fmt: skip

    assert told["Largest upload"].startswith("3 MiB 3,145,728 bytes")
    assert told["In a day"].startswith("7 MiB")
    assert told["Types of files"] == "image/*"
    assert told["Kept"] == "2 days 48 hours at most"  # of the two lists with this word, the encrypted files' comes last
    assert told["Length"].startswith("20 hex digits")
    assert told["Pixels"].startswith("1,234,")
    assert told["A chunk"].startswith("1 MiB")


def test_every_rate_limit_stands_there_while_they_are_on(make_app):
    app = make_app(RENAME_RATE="7/2h", BASE_URL="http://localhost", SMTP_HOST="localhost")
    page = pages.read(app.test_client().get("/limits").text)

    assert len(page.all("tr")) == 1 + 11
    assert "7 in 2 hours" in page.text


def test_a_server_that_sends_no_mail_has_no_limit_for_it(make_app):
    page = pages.read(make_app().test_client().get("/limits").text)

    assert len(page.all("tr")) == 1 + 10
    assert "Mails asked for" not in page.text


def test_where_rate_limits_are_off_none_is_claimed(make_app):
    page = pages.read(make_app(RATE_LIMITS="off").test_client().get("/limits").text)

    assert page.all("tr") == []
    assert "Nothing is counted here" in page.text


def test_where_nobody_may_upload_it_says_who_may(make_app):
    page = make_app(ANONYMOUS_UPLOADS="off").test_client().get("/limits").text

    assert "Only people with an account" in page


def test_privacy_names_the_operator_as_text(make_app):
    page = make_app(OPERATOR_EMAIL="Ann <ann@example.org>").test_client().get("/privacy").text

    assert '<a href="mailto:ann@example.org">ann@example.org</a>' in page
    assert "has named no address" in _privacy(make_app)


def test_privacy_says_whether_addresses_are_recorded(make_app):
    assert "It keeps no address that it came from." in _privacy(make_app)
    assert "It also keeps the internet addresses" in _privacy(make_app, RECORD_ADDRESSES="on")


def test_privacy_says_what_is_counted_by_address(make_app):
    assert "requests are counted" in _privacy(make_app)
    assert "requests are counted" not in _privacy(make_app, RATE_LIMITS="off")
    assert "when the count ends, 1 day later at most" in _privacy(make_app, LOGIN_RATE="3/1h")
    assert "when the count ends, 14 days later at most" in _privacy(make_app, LOGIN_RATE="3/14d")


def test_privacy_tells_of_mail_only_where_there_is_some(make_app):
    assert "e-mail" not in _privacy(make_app)
    assert "Mails stand in it too" in _privacy(make_app, BASE_URL="http://localhost")
    assert "Mails stand" not in _privacy(make_app, BASE_URL="http://localhost", SMTP_HOST="localhost")


def test_the_cookie_has_the_name_that_privacy_says_and_nobody_gets_one(app, client, make_user):
    page = client.get("/privacy")
    browser = log_in(app, make_user("ann")).client

    assert "Set-Cookie" not in page.headers
    assert browser.get_cookie("pastebin_session")
    assert "<code>pastebin_session</code>" in page.text


def test_every_page_leads_to_limits_and_privacy(client):
    assert {"/api", "/limits", "/privacy"} <= set(pages.links_of(pages.read(client.get("/login").text)))
