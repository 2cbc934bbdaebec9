"""What accounts have, and their quota: exact whatever happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import update

from pastebin.errors import SessionInvalid
from pastebin.extensions import now, transaction
from pastebin.models import FileRow, UserRow
from pastebin.services import accounts, bounds, catalogue, directory, fsck, totals, upkeep
from pastebin.services.totals import Totals
from tests.conftest import bearer
from tests.forms import file, multipart, upload


@pytest.fixture
def app(make_app) -> Flask:
    return make_app(USER_QUOTA=100)


@pytest.fixture
def ann(make_key) -> dict[str, str]:
    return bearer(make_key("ann"))


@pytest.fixture
def has(app: Flask, ann):
    """What ann has."""

    def has() -> Totals:
        with app.app_context():
            return totals.of(accounts.find("ann").id)

    return has


def test_uploads_and_deletions_are_counted(client, ann, has):
    told = [upload(client, bytes(10), headers=ann) for _ in range(3)]
    assert has() == Totals(3, 30)

    client.delete(f"/{told[0]['uuid']}", headers=ann)
    client.delete(f"/{told[1]['uuid']}", headers={"X-Delete-Token": told[1]["deletion_url"].rpartition("/")[2]})
    assert has() == Totals(1, 10)
    upload(client, bytes(10))
    assert has() == Totals(1, 10)


def test_what_the_sweep_removes_is_room_again(app, client, ann, has):
    upload(client, bytes(100), headers=ann, expire="1h")
    with app.app_context():
        with transaction() as connection:
            connection.execute(update(FileRow).values(expires_at=now()))
        upkeep.sweep()

    assert has() == Totals(0, 0)
    upload(client, bytes(100), headers=ann)


def test_the_quota_is_kept_to_the_byte_and_a_refused_upload_counts_nothing(client, ann, has):
    upload(client, bytes(60), headers=ann)

    answer = client.post("/api/upload", data=bytes(41), headers=ann)
    assert (answer.status_code, answer.json["code"], answer.json["limit"]) == (400, "STORAGE_LIMIT_ERROR", 100)
    both = client.post("/api/upload", headers=ann, **multipart(file(bytes(20)), file(bytes(21))))
    assert both.status_code == 400
    assert has() == Totals(1, 60)
    upload(client, bytes(40), headers=ann)
    assert has() == Totals(2, 100)
    assert client.post("/api/upload", data=b"", headers=ann).status_code == 201
    assert client.post("/api/upload", data=b"x", headers=ann).status_code == 400


def test_the_quota_is_nobodys_but_the_accounts(client, ann, make_key):
    upload(client, bytes(100), headers=ann)

    upload(client, bytes(100), headers=bearer(make_key("bob")))
    upload(client, bytes(1000))


def test_twenty_at_once_never_pass_it_by_a_byte(app, ann, has):
    def send(_number: int) -> int:
        return app.test_client().post("/api/upload", data=bytes(7), headers=ann).status_code

    with ThreadPoolExecutor(20) as people:
        statuses = list(people.map(send, range(20)))

    assert (statuses.count(201), statuses.count(400)) == (14, 6)
    assert has() == Totals(14, 98)


def test_an_account_has_its_own_quota_in_place_of_everybodys(app, client, ann, has):
    def given(quota: int | None) -> None:
        with app.app_context():
            directory.set_quota(None, accounts.find("ann").id, quota)

    given(10)
    answer = client.post("/api/upload", data=bytes(11), headers=ann)
    assert (answer.status_code, answer.json["limit"]) == (400, 10)
    assert client.get("/api/users/me", headers=ann).json["quota"] == 10
    given(bounds.UNBOUNDED)
    upload(client, bytes(500), headers=ann)
    assert client.get("/api/users/me", headers=ann).json["quota"] is None
    given(None)
    assert client.post("/api/upload", data=b"x", headers=ann).json["limit"] == 100
    given(501)
    upload(client, b"x", headers=ann)
    given(0)
    assert client.post("/api/upload", data=b"x", headers=ann).json["limit"] == 0
    assert has() == Totals(2, 501)


def test_a_quota_of_ones_own_holds_where_others_have_none(make_app, make_key):
    app = make_app()
    key = bearer(make_key("ann"))
    with app.app_context():
        directory.set_quota(None, accounts.find("ann").id, 98)

    def send(_number: int) -> int:
        return app.test_client().post("/api/upload", data=bytes(7), headers=key).status_code

    with ThreadPoolExecutor(20) as people:
        statuses = list(people.map(send, range(20)))

    assert (statuses.count(201), statuses.count(400)) == (14, 6)
    assert app.test_client().post("/api/upload", data=bytes(7), headers=bearer(make_key("bob"))).status_code == 201


def test_a_disabled_account_with_a_quota_is_told_that_it_is_disabled(app, ann):
    with app.app_context(), transaction() as connection:
        user = accounts.find("ann")
        connection.execute(update(UserRow).values(is_disabled=True, quota=0))

        with pytest.raises(SessionInvalid):
            totals.add(connection, [(user.id, 1)])


def test_a_list_counts_what_is_live(app, client, ann):
    told = [upload(client, b"%d" % number, headers=ann) for number in range(4)]
    used_up = upload(client, b"u", headers=ann, limit="1")
    client.get(f"/{used_up['uuid']}")
    with app.app_context():
        user = accounts.find("ann").id
        with transaction() as connection:
            connection.execute(update(FileRow).where(FileRow.id == told[0]["uuid"]).values(expires_at=now()))
        assert catalogue.listing(catalogue.Selection(user))[0] == 3
        assert totals.of(user).files == 5
        upkeep.sweep()
        assert catalogue.listing(catalogue.Selection(user))[0] == totals.of(user).files == 3


def test_fsck_finds_a_wrong_count_and_mends_it(app, client, ann, has):
    upload(client, bytes(10), headers=ann)
    with app.app_context():
        assert fsck.check().faults == []
        with transaction() as connection:
            connection.execute(update(UserRow).values(file_count=7, used_bytes=0))

        assert len(fsck.check().faults) == 1
        assert fsck.check(repair=True).is_sound
        assert fsck.check().faults == []
    assert has() == Totals(1, 10)


def test_what_fsck_forgets_is_not_counted_any_more(make_app, make_key, app, has, client, ann):
    upload(client, bytes(10), headers=ann)
    with app.app_context():
        from sqlalchemy import delete

        from pastebin.models import StagedRow

        with transaction() as connection:
            connection.execute(delete(StagedRow))
        assert fsck.check(repair=True).is_sound
        assert fsck.check().faults == []
    assert has() == Totals(0, 0)
