"""Staff and encrypted files: that they are there is all there is to see, and one can be deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from pastebin.extensions import now, transaction
from pastebin.models import EncryptedFileRow
from pastebin.services import accounts, audit, keys
from pastebin.services.actor import Scope
from tests import browsing, hushing
from tests.conftest import PASSWORD, bearer
from tests.web.visiting import Visitor


@pytest.fixture
def root(app: Flask) -> Visitor:
    with app.app_context():
        user = accounts.create("root", PASSWORD, is_staff=True)
    return Visitor(browsing.log_in(app, user).client)


@pytest.fixture
def key(app: Flask, root: Visitor) -> dict[str, str]:
    with app.app_context():
        return bearer(str(keys.issue(accounts.find("root"), scopes=[*Scope]).secret))


def test_staff_see_that_a_file_is_there_and_nothing_of_what_is_in_it(root: Visitor, client: FlaskClient) -> None:
    hush = hushing.upload(client, b"12345", b"678", metadata=b"secret metadata", limit=7)
    hush.get(0)

    listed = root.get("/admin/encrypted").text
    page = root.get(f"/admin/encrypted/{hush.id}").text

    for text in (listed, page):
        assert hush.id in text
        assert "8 bytes" in text
        assert "1 of 7" in text
        assert "secret metadata" not in text
        assert "12345" not in text
    assert "2 chunks" in page
    assert "in 1 month" in page or "in 30 days" in page


def test_one_is_found_by_the_beginning_of_its_uuid_or_by_its_link(root: Visitor, client: FlaskClient) -> None:
    hush, other = hushing.upload(client, b"1"), hushing.upload(client, b"2")

    for text in (hush.id, hush.id[:13], hush.id.upper(), f"http://localhost/{hush.id}#AGE-SECRET-KEY-1"):
        found = root.get(f"/admin/encrypted?q={text.replace('#', '%23')}").text
        assert f"/admin/encrypted/{hush.id}" in found
        assert f"/admin/encrypted/{other.id}" not in found
    assert "No encrypted file" in root.get("/admin/encrypted?q=zzz").text


def test_one_is_deleted_without_its_password_and_that_is_written_down(
    app: Flask, root: Visitor, client: FlaskClient
) -> None:
    hush = hushing.upload(client, b"12345", deletepassword=PASSWORD)

    done = root.submit(f"/admin/encrypted/{hush.id}", f"/admin/encrypted/{hush.id}/delete")

    assert "no longer here" in done.text
    assert hush.get(0).status_code == 404
    assert root.get(f"/admin/encrypted/{hush.id}").status_code == 404
    assert root.submit("/admin/encrypted", f"/admin/encrypted/{hush.id}/delete").status_code in (403, 404)
    with app.app_context():
        (act,) = audit.listing()[1]
    assert (act.actor_name, act.act, act.facts) == ("root", "delete encrypted", {"uuid": hush.id, "size": 5})


def test_programs_of_staff_list_and_delete_them(client: FlaskClient, key: dict[str, str]) -> None:
    first, second = hushing.upload(client, b"1"), hushing.begin(client)

    listed = client.get("/api/encrypted", headers=key).json

    assert listed["count"] == 2
    assert [(each["id"], each["isFinished"]) for each in listed["items"]] == [(second.id, False), (first.id, True)]
    assert listed["items"][1] | {"createdAt": "", "expires": ""} == {
        "id": first.id, "size": 1, "chunks": 1, "downloads": 0, "limit": None, "isFinished": True, "createdAt": "",
        "expires": "",
    }  # fmt: skip
    assert client.delete(f"/api/encrypted/{first.id}", headers=key).status_code == 200
    assert client.delete(f"/api/encrypted/{first.id}", headers=key).status_code == 404
    assert client.delete("/api/encrypted/nonsense", headers=key).status_code == 404
    assert client.get("/api/encrypted", headers=key).json["count"] == 1


def test_what_has_expired_is_not_there_and_what_came_before_times_were_noted_is_last(
    app: Flask, root: Visitor, client: FlaskClient, key: dict[str, str]
) -> None:
    gone, old, new = (hushing.upload(client, b"1") for _ in range(3))
    with app.app_context(), transaction() as connection:
        over, unknown = {"expires_at": now() - timedelta(seconds=1)}, {"created_at": None}
        connection.execute(update(EncryptedFileRow).where(EncryptedFileRow.id == gone.id).values(over))
        connection.execute(update(EncryptedFileRow).where(EncryptedFileRow.id == old.id).values(unknown))

    items = client.get("/api/encrypted", headers=key).json["items"]

    assert [each["id"] for each in items] == [new.id, old.id]
    assert items[1]["createdAt"] is None
    assert root.get(f"/admin/encrypted/{gone.id}").status_code == 404
    assert "before this was noted" in root.get(f"/admin/encrypted/{old.id}").text
