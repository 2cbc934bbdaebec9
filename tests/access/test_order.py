"""In which order a request is judged, all of it before its body is read."""

from __future__ import annotations

import pytest

from pastebin.services.actor import Scope
from tests.bodies import UnreadableBody
from tests.browsing import log_in
from tests.conftest import bearer

FOREIGN = {"Sec-Fetch-Site": "cross-site"}
TOO_LONG = 1 << 50


def refusal(client, headers, *, method="PUT", path="/x"):
    answer = client.open(path, method=method, headers=headers, input_stream=UnreadableBody(declared=TOO_LONG))
    return answer.status_code


def test_a_bad_header_goes_before_everything(client):
    assert refusal(client, {**FOREIGN, **bearer("pb_wrong")}) == 401


def test_nobody_where_somebody_is_needed_goes_before_the_origin_and_the_length(make_app):
    closed = make_app(ANONYMOUS_UPLOADS=False).test_client()

    assert refusal(closed, FOREIGN) == 401


def test_nobody_is_told_so_before_the_origin_is_looked_at(client):
    assert refusal(client, FOREIGN, method="POST", path="/api/keys") == 401


def test_the_scope_goes_before_the_length(client, make_key):
    assert refusal(client, bearer(make_key("ann", Scope.FILE_READ))) == 403


def test_the_origin_goes_before_the_length(client):
    assert refusal(client, FOREIGN) == 403


def test_the_token_goes_before_the_length(app, make_user):
    assert refusal(log_in(app, make_user()).client, {}) == 403


def test_the_length_is_judged_before_the_body_is_read(app, client, make_user, make_key):
    browser = log_in(app, make_user("bob"))

    assert refusal(client, {}) == 413
    assert refusal(client, bearer(make_key())) == 413
    assert refusal(browser.client, browser.csrf) == 413


@pytest.mark.parametrize("path", ["/login", "/api/keys"])
def test_what_is_no_upload_takes_no_long_body(app, make_user, path):
    browser = log_in(app, make_user())

    assert refusal(browser.client, browser.csrf, method="POST", path=path) == 413
