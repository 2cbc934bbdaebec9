"""How much one request may send: MAX_FILE_SIZE, or what is set for an account or a key."""

from __future__ import annotations

import pytest
from flask import Flask

from pastebin.services import accounts, directory, keys
from tests.conftest import PASSWORD, bearer
from tests.forms import field, file, multipart


@pytest.fixture
def app(make_app) -> Flask:
    return make_app(MAX_FILE_SIZE=1000, ANONYMOUS_MAX_FILE_SIZE=10)


def key_of(app: Flask, name: str, *, account: int | None = None, key: int | None = None) -> dict[str, str]:
    with app.app_context():
        user = accounts.create(name, PASSWORD)
        directory.bind(None, user.id, account)
        return bearer(str(keys.issue(user, max_file_size=key).secret))


@pytest.mark.parametrize(
    ("account", "key", "largest"),
    [(None, None, 1000), (100, None, 100), (5000, None, 5000), (None, 50, 50), (100, 50, 50), (100, 5000, 100)],
)
def test_the_bound_of_an_account_and_of_its_key(app, client, account, key, largest):
    headers = key_of(app, "ann", account=account, key=key)

    assert client.post("/api/upload", data=b"x" * largest, headers=headers).status_code == 201
    refused = client.post("/api/upload", data=b"x" * (largest + 1), headers=headers)
    assert (refused.status_code, refused.json["limit"]) == (413, largest)
    assert client.get("/api/users/me", headers=headers).json["maxFileSize"] == largest


@pytest.mark.parametrize("key_first", [True, False])
def test_a_form_whose_key_may_send_more_is_not_refused_before_it_says_so(app, client, key_first):
    key = key_of(app, "ann", account=3 << 20)["Authorization"].removeprefix("Bearer ")
    big = file(b"x" * (2 << 20))

    parts = (field("key", key), big) if key_first else (big, field("key", key))

    assert client.post("/api/upload", **multipart(*parts)).status_code == 201
    assert client.post("/api/upload", **multipart(big)).status_code == 413


def test_a_key_is_bound_over_the_api(app, client, make_user):
    from tests.browsing import log_in

    browser = log_in(app, make_user("ann"))
    made = browser.client.post("/api/keys", json={"maxFileSize": "1KiB", "name": "x"}, headers=browser.csrf).json
    assert made["maxFileSize"] == 1024
    assert "maxFileSize" not in browser.client.post("/api/keys", json={}, headers=browser.csrf).json
    for wrong in ("much", 0, -1, True, [], 2**70):
        answer = browser.client.post("/api/keys", json={"maxFileSize": wrong}, headers=browser.csrf)
        assert (answer.status_code, answer.json["fields"]) == (400, ["maxFileSize"])
