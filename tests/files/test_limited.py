"""Files with a download limit: whole, as an attachment, and exactly as often as was said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import path_of, upload


def test_it_is_served_as_often_as_was_said_and_then_no_more(client):
    told = upload(client, limit="3")

    statuses = [client.get(f"/{told['uuid']}").status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 404, 404]


def test_every_way_of_asking_spends_the_same_downloads(client):
    told = upload(client, limit="3")

    for tail in ("", ".txt", "/name.txt"):
        assert client.get(f"/{told['uuid']}{tail}").status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 404


def test_it_is_served_whole_as_an_attachment(client):
    told = upload(client, limit="3")
    asked = {"Range": "bytes=0-1", "If-None-Match": f'"{told["sha256"]}"', "If-Range": f'"{told["sha256"]}"'}

    answer = client.get(f"/{told['uuid']}", headers=asked)

    assert (answer.status_code, answer.data) == (200, b"hello\n")
    assert answer.headers["Accept-Ranges"] == "none"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "ETag" not in answer.headers


def test_head_spends_none(client):
    told = upload(client, limit="1")

    for _ in range(3):
        assert client.head(f"/{told['uuid']}").status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 200
    assert client.head(f"/{told['uuid']}").status_code == 404


def test_the_owner_spends_none(app, client, make_user, make_key):
    key = bearer(make_key("ann"))
    told = upload(client, headers=key, limit="1")

    for _ in range(3):
        assert client.get(f"/{told['uuid']}", headers=key).status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 200
    assert client.get(f"/{told['uuid']}", headers=key).status_code == 404


def test_the_owners_browser_spends_none(app, make_user):
    browser = log_in(app, make_user())
    told = upload(browser.client, headers=browser.csrf, limit="1")

    for _ in range(3):
        assert browser.client.get(f"/{told['uuid']}").status_code == 200


def test_a_private_limited_file_needs_its_key_and_a_wrong_one_spends_none(client):
    told = upload(client, private="1", limit="1")

    assert client.get(f"/{told['uuid']}?key=wrong").status_code == 404
    assert client.get(path_of(told["url"])).status_code == 200
    assert client.get(path_of(told["url"])).status_code == 404


def test_its_hash_leads_nowhere(client):
    told = upload(client, limit="5")

    assert client.get(f"/{told['sha256']}").status_code == 404


def test_a_used_up_file_goes_with_the_sweep(client, sweep):
    told = upload(client, limit="1")
    client.get(f"/{told['uuid']}")

    swept = sweep()

    assert (swept.files, swept.blobs) == (1, 1)


def test_md5_spends_none(client):
    told = upload(client, limit="1")

    assert client.get(f"/{told['uuid']}/md5").status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 200


@pytest.mark.parametrize("limit", [1, 7])
def test_as_many_are_served_as_was_said_however_many_ask_at_once(app, client, limit):
    told = upload(client, limit=str(limit))

    with ThreadPoolExecutor(16) as people:
        statuses = list(people.map(lambda _: app.test_client().get(f"/{told['uuid']}").status_code, range(40)))

    assert sorted(statuses) == [200] * limit + [404] * (40 - limit)
