"""Who is let in to the image host, and what is switched off, counted and asked to be meant."""

from __future__ import annotations

import pytest

from pastebin.access.csrf import HEADER
from pastebin.services import accounts, directory, switches
from pastebin.services.actor import Scope
from pastebin.services.directory import Changes
from pastebin.services.switches import Switch
from tests.browsing import log_in
from tests.conftest import bearer

READING = [("GET", "/api/list", {}), ("GET", "/api/images/{}", {}), ("GET", "/api/proxy/{}", {})]
CHANGING = [("POST", "/api/privacy/{}", {"json": {"isPrivate": True}}), ("DELETE", "/api/delete/{}", {})]
EVERY = [*READING, *CHANGING]
SCOPES = {"/api/list": "FILE_READ", "/api/images/{}": "FILE_READ", "/api/proxy/{}": "FILE_READ"}


@pytest.fixture
def ask(client, ann, upload_image):
    """Ask for an image of ann's."""
    told = upload_image(ann)

    def send(asked, headers, client=client, **more):
        method, path, body = asked
        return client.open(path.format(told["uuid"]), method=method, headers=headers, **{**body, **more})

    return send


@pytest.mark.parametrize("asked", EVERY, ids=str)
def test_nobody_is_told_to_come_as_somebody(ask, asked):
    answer = ask(asked, {})

    assert (answer.status_code, answer.json["code"]) == (401, "INVALID_SESSION_ERROR")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("asked", EVERY, ids=str)
def test_a_bare_key_does_as_well(ask, ann, asked):
    assert ask(asked, {"Authorization": ann["Authorization"].removeprefix("Bearer ")}).status_code == 200


@pytest.mark.parametrize("asked", EVERY, ids=str)
def test_a_key_needs_the_scope(ask, make_key, asked):
    needed = Scope(SCOPES.get(asked[1], "FILE_MODIFY"))
    lacking = bearer(make_key("ann", *(set(Scope) - {needed, Scope.STAFF_READ_FILES, Scope.STAFF_MODIFY_FILES})))

    answer = ask(asked, lacking)

    assert (answer.status_code, answer.json["code"]) == (403, "INSUFFICIENT_PERMISSIONS_ERROR")
    assert answer.json["scope"] == needed
    assert ask(asked, bearer(make_key("ann", needed))).status_code == 200


@pytest.mark.parametrize("asked", EVERY, ids=str)
def test_a_key_of_a_disabled_account_does_not_stand(app, ask, ann, asked):
    with app.app_context():
        directory.change(None, accounts.find("ann").id, Changes(is_disabled=True))

    assert ask(asked, ann).status_code == 401


@pytest.mark.parametrize("asked", CHANGING, ids=str)
def test_a_cookie_needs_its_token_and_missing_and_wrong_have_their_own_words(app, ask, ann, asked):
    with app.app_context():
        browser = log_in(app, accounts.find("ann"))

    missing, wrong = ask(asked, {}, browser.client), ask(asked, {HEADER: "wrong"}, browser.client)

    assert {(each.status_code, each.json["code"]) for each in (missing, wrong)} == {(403, "INVALID_CSRF_TOKEN_ERROR")}
    assert "missing" in missing.json["message"]
    assert "wrong" in wrong.json["message"]
    assert ask(asked, browser.csrf, browser.client).status_code == 200


def test_a_form_may_carry_the_token_as_a_field(app, ask, ann):
    with app.app_context():
        browser = log_in(app, accounts.find("ann"))
    form = ("POST", "/api/privacy/{}", {})

    with_it = {"isPrivate": "on", "csrf_token": browser.csrf[HEADER]}
    assert ask(form, {}, browser.client, data={"isPrivate": "on"}).status_code == 403
    assert ask(form, {}, browser.client, data={**with_it, "csrf_token": "wrong"}).status_code == 403
    assert ask(form, {}, browser.client, data=with_it).json["isPrivate"] is True


@pytest.mark.parametrize("asked", CHANGING, ids=str)
def test_no_other_site_asks_with_a_visitors_cookie(app, ask, ann, asked):
    with app.app_context():
        browser = log_in(app, accounts.find("ann"))

    answer = ask(asked, {**browser.csrf, "Sec-Fetch-Site": "cross-site"}, browser.client)

    assert (answer.status_code, answer.json["code"]) == (403, "CROSS_SITE_ERROR")


@pytest.mark.parametrize(
    ("switch", "refused"),
    [(Switch.FILE_CREATE, []), (Switch.FILE_MODIFY, [CHANGING[0]]), (Switch.FILE_DELETE, [CHANGING[1]]),
     (Switch.GLOBAL, EVERY)],
)  # fmt: skip
def test_a_kill_switch_turns_off_what_it_is_named_for(app, ask, ann, switch, refused):
    with app.app_context():
        switches.turn(None, switch, is_on=True)

    for asked in EVERY:  # the deletion comes last
        answer = ask(asked, ann)
        assert (answer.status_code, answer.json.get("feature") if answer.is_json else None) == (
            (503, switch) if asked in refused else (200, None)
        )


@pytest.mark.parametrize("asked", EVERY, ids=str)
def test_each_counts_for_the_general_limit(make_app, ann, upload_image, asked):
    client = make_app(API_RATE="3/1h").test_client()
    upload_image(ann)  # one
    method, path, body = asked

    answers = [
        client.open(path.format("0b7a4a3c-5a0e-4c5e-9d64-1f5d3b9f0c11"), method=method, headers=ann, **body)
        for _ in range(3)
    ]

    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[2].json["code"] == "RATELIMITED_ERROR"
