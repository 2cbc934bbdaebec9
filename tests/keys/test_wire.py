"""What `POST /api/keys` takes for a wish."""

from __future__ import annotations

import pytest

from tests.browsing import log_in

NO_OBJECTS = [b"[]", b"nonsense", b"\xff\xfe", b"[" * 500_000, b'{"a":' * 100_000]


@pytest.mark.parametrize("body", NO_OBJECTS, ids=lambda body: repr(body[:10]))
def test_what_is_no_json_object_is_refused(app, make_user, body):
    browser = log_in(app, make_user())

    answer = browser.client.post("/api/keys", data=body, headers=browser.csrf)

    assert answer.status_code == 400
    assert answer.json["code"] == "INVALID_FIELDS_ERROR"
