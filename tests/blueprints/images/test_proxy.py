"""`GET /api/proxy/UUID.EXT`: the bytes, for their owner alone."""

from __future__ import annotations

import pytest

from pastebin.services.actor import Scope
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import upload

PIXELS = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;0123456789"


@pytest.fixture
def told(client, ann):
    return upload(client, PIXELS, "dot.gif", headers=ann)


@pytest.mark.parametrize("fields", [{}, {"private": "1"}, {"private": "owner"}, {"limit": "1"}])
def test_it_gives_the_bytes_whatever_rules_there_are_for_others(client, ann, fields):
    told = upload(client, PIXELS, "dot.gif", headers=ann, **fields)
    for path in (told["id"], told["uuid"], told["uuid"].upper()):
        answer = client.get(f"/api/proxy/{path}", headers=ann)

        assert (answer.status_code, answer.data, answer.content_type) == (200, PIXELS, "image/gif")


def test_no_other_site_and_no_cache_gets_it_though_it_be_public(client, ann, told):
    answer = client.get(f"/api/proxy/{told['id']}", headers=ann)

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_head_ranges_and_conditions_are_answered(client, ann, told):
    def ask(method: str = "GET", **headers: str):
        return client.open(f"/api/proxy/{told['id']}", method=method, headers={**ann, **headers})

    head, part = ask("HEAD"), ask(Range="bytes=0-5")
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, str(len(PIXELS)), b"")
    assert (part.status_code, part.data) == (206, b"GIF89a")
    assert ask(Range="bytes=999-").status_code == 416
    assert ask(**{"If-None-Match": head.headers["ETag"]}).status_code == 304
    assert ask(**{"If-Range": '"other"', "Range": "bytes=0-5"}).data == PIXELS


def test_the_extension_says_the_type_and_any_is_taken(client, ann, told):
    def kind(extension: str) -> str:
        return client.get(f"/api/proxy/{told['uuid']}{extension}", headers=ann).mimetype

    assert [kind(each) for each in ("", ".gif", ".png", ".PNG", ".txt", ".unheard")] == [
        "image/gif", "image/gif", "image/png", "image/png", "text/plain", "image/gif",
    ]  # fmt: skip


def test_no_download_is_spent_and_no_view_counted(client, ann):
    told = upload(client, PIXELS, "dot.gif", headers=ann, limit="1")
    for _ in range(3):
        assert client.get(f"/api/proxy/{told['id']}", headers=ann).status_code == 200

    assert client.get(f"/api/images/{told['id']}", headers=ann).json["views"] == 0
    assert [client.get(f"/{told['uuid']}").status_code for _ in range(2)] == [200, 404]


def test_a_browser_sees_them_by_its_cookie(app, make_user):
    browser = log_in(app, make_user("ann"))
    told = upload(browser.client, PIXELS, "dot.gif", headers=browser.csrf)

    assert browser.client.get(f"/api/proxy/{told['id']}").data == PIXELS


def test_the_link_with_the_key_opens_it_to_nobody_but_its_owner(client, ann, bob):
    told = upload(client, PIXELS, "dot.gif", headers=ann, private="1")
    query = told["url"].partition("?")[2]

    assert client.get(f"/api/proxy/{told['id']}?{query}").status_code == 401
    assert client.get(f"/api/proxy/{told['id']}?{query}", headers=bob).status_code == 404


def test_nobodys_file_is_nobodys_to_proxy(client, ann):
    told = upload(client, PIXELS, "dot.gif")

    assert client.get(f"/api/proxy/{told['id']}").status_code == 401
    assert client.get(f"/api/proxy/{told['id']}", headers=ann).status_code == 404


def test_a_key_reads_by_the_scope_for_reading(client, told, make_key):
    answer = client.get(f"/api/proxy/{told['id']}", headers=bearer(make_key("ann", Scope.FILE_MODIFY)))

    assert (answer.status_code, answer.json["scope"]) == (403, "FILE_READ")


def test_what_was_proxied_is_gone_at_once_when_it_is_deleted(client, ann, told):
    client.get(f"/api/proxy/{told['id']}", headers=ann)
    client.delete(f"/api/delete/{told['id']}", headers=ann)

    assert client.get(f"/api/proxy/{told['id']}", headers=ann).status_code == 404
