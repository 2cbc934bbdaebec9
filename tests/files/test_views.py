"""What counts as a view of a file, and what its owner is told (contract section 6)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from pastebin.services import files, views
from pastebin.services.actor import Scope
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import path_of, upload

CONTENT = bytes(range(200)) * 50  # 10,000 bytes
MINE = "/api/users/me/files"


@pytest.fixture
def views_of(app) -> Callable[[dict[str, Any]], int]:
    """How often a file was viewed, as of now."""

    def read(told: dict[str, Any]) -> int:
        with app.app_context():
            views.write()
            return files.get(told["uuid"]).views

    return read


@pytest.mark.parametrize("name", ["hash", "sha256", "uuid"])
@pytest.mark.parametrize("tail", ["", "/", ".txt", "/any name.png"])
def test_every_get_by_somebody_else_is_a_view(client, views_of, name, tail):
    told = upload(client, CONTENT)

    for wanted in (1, 2, 3):  # by Flask, and then by the lane
        assert client.get(f"/{told[name]}{tail}").status_code == 200
        assert views_of(told) == wanted


def test_an_empty_file_is_viewed_too(client, views_of):
    told = upload(client, b"")

    client.get(f"/{told['uuid']}")

    assert views_of(told) == 1


@pytest.mark.parametrize("name", ["hash", "uuid"])
@pytest.mark.parametrize("asked", ["bytes=0-0", "bytes=0-", "bytes=-20000"])
def test_the_first_range_is_a_view(client, views_of, name, asked):
    told = upload(client, CONTENT)

    assert client.get(f"/{told[name]}", headers={"Range": asked}).status_code == 206

    assert views_of(told) == 1


@pytest.mark.parametrize("name", ["hash", "uuid"])
@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (206, {"Range": "bytes=1-"}),
        (206, {"Range": "bytes=-1"}),
        (416, {"Range": "bytes=10000-"}),
        (304, {"If-None-Match": "*"}),
    ],
)
def test_later_ranges_and_what_sends_nothing_are_no_views(client, views_of, name, status, headers):
    told = upload(client, CONTENT)

    for _ in range(2):
        assert client.get(f"/{told[name]}", headers=headers).status_code == status

    assert views_of(told) == 0


@pytest.mark.parametrize("name", ["hash", "uuid"])
def test_a_304_is_no_view_whoever_gives_it(client, views_of, name):
    told = upload(client)
    condition = {"If-None-Match": f'"{told["sha256"]}"'}

    assert [client.get(f"/{told[name]}", headers=condition).status_code for _ in range(3)] == [304] * 3

    assert views_of(told) == 0


def test_head_md5_and_the_page_are_no_views(client, views_of):
    told = upload(client)

    for _ in range(2):
        assert client.head(f"/{told['uuid']}").status_code == 200
        assert client.head(f"/{told['hash']}").status_code == 200
        assert client.get(f"/{told['uuid']}/md5").status_code == 200
        assert client.get(f"/view/{told['uuid']}").status_code == 200
        assert client.get(f"/view/{told['hash']}").status_code == 200

    assert views_of(told) == 0


@pytest.mark.parametrize("name", ["hash", "uuid"])
def test_an_image_in_another_size_is_a_view_and_its_thumbnail_none(client, views_of, name):
    told = upload(client, picture(), "a.png")

    assert [client.get(f"/{told['uuid']}/thumb").status_code for _ in range(3)] == [200] * 3
    assert views_of(told) == 0
    assert [client.get(f"/{told[name]}?scale={percent}").status_code for percent in (50, 50, 100)] == [200] * 3
    assert views_of(told) == 3


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    return out.getvalue()


def test_what_owners_fetch_by_proxy_is_no_view(client, make_key, views_of):
    key = bearer(make_key())
    told = upload(client, CONTENT, headers=key)

    assert [client.get(f"/api/proxy/{told['id']}", headers=key).status_code for _ in range(2)] == [200, 200]

    assert views_of(told) == 0


@pytest.mark.parametrize("fields", [{}, {"private": "1"}, {"private": "owner"}, {"limit": "5"}])
def test_owners_do_not_view_what_is_theirs(app, client, make_user, make_key, views_of, fields):
    browser = log_in(app, make_user())
    told = upload(browser.client, headers=browser.csrf, **fields)

    assert browser.client.get(f"/{told['uuid']}").status_code == 200
    assert browser.client.get(path_of(told["url"])).status_code == 200
    assert client.get(f"/{told['uuid']}", headers=bearer(make_key())).status_code == 200

    assert views_of(told) == 0


@pytest.mark.parametrize("fields", [{}, {"private": "1"}])
def test_owners_do_not_view_what_is_theirs_with_a_key_that_reads_nothing(client, make_key, views_of, fields):
    told = upload(client, headers=bearer(make_key()), **fields)
    uploads_only = bearer(make_key("ann", Scope.UPLOAD_FILE))

    assert client.get(path_of(told["url"]), headers=uploads_only).status_code == 200

    assert views_of(told) == 0


def test_others_who_are_logged_in_view_it(app, client, make_user, make_key, views_of):
    told = upload(client, headers=bearer(make_key("ann")))
    bob, root = log_in(app, make_user("bob")), log_in(app, make_user("root", is_staff=True))

    for reader in (bob, root):
        for name in ("uuid", "hash"):
            assert reader.client.get(f"/{told[name]}").status_code == 200

    assert views_of(told) == 4


def test_by_hash_the_oldest_public_file_is_viewed_but_by_its_owner(app, client, make_user, views_of):
    ann, bob = log_in(app, make_user("ann")), log_in(app, make_user("bob"))
    hidden = upload(client, private="1")
    of_ann = upload(ann.client, headers=ann.csrf)
    of_bob = upload(bob.client, headers=bob.csrf)

    for reader in (client, bob.client, ann.client):
        assert reader.get(f"/{of_ann['hash']}").status_code == 200

    assert [views_of(told) for told in (hidden, of_ann, of_bob)] == [0, 2, 0]


def test_a_private_file_is_viewed_with_its_key_and_not_with_a_wrong_one(client, views_of):
    told = upload(client, private="1")

    statuses = [client.get(path).status_code for path in (path_of(told["url"]), f"/{told['uuid']}?key=wrong")]

    assert statuses == [200, 404]
    assert views_of(told) == 1


def test_each_answer_that_spends_a_download_is_a_view(client, app, views_of):
    told = upload(client, limit="3")

    statuses = [client.get(f"/{told['uuid']}").status_code for _ in range(2)]
    client.head(f"/{told['uuid']}")

    assert statuses == [200, 200]
    assert views_of(told) == 2


def test_the_owner_is_told_and_nothing_else_of_the_file_changes(app, client, make_user, views_of):
    browser = log_in(app, make_user())
    upload(browser.client, headers=browser.csrf)
    before = browser.client.get(MINE).json["items"][0]
    client.get(f"/{before['uuid']}")
    views_of(before)

    after = browser.client.get(f"{MINE}/{before['id']}").json

    assert after == {**before, "views": 1}
    assert browser.client.get(MINE).json["items"] == [after]
    assert "<dt>Fetched</dt>\n      <dd>once by others" in browser.client.get(f"/files/{before['uuid']}").text
