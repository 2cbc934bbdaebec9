"""Closing an account: nothing of it is left, also where it is cut off or something comes in meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from pastebin.errors import CredentialsInvalid, PasswordInvalid, SessionInvalid, UserNotFound
from pastebin.extensions import reading
from pastebin.models import ApiKeyRow, FileRow, SessionRow, UserRow
from pastebin.services import accounts, closing, files, keeping, keys, sessions, upkeep, uploads
from pastebin.services.actor import Actor, ActorKind, nobody
from tests.conftest import PASSWORD, bearer
from tests.contents import stored
from tests.forms import upload


@pytest.fixture
def ann(make_user):
    return make_user("ann")


@pytest.fixture
def key(app, ann):
    with app.app_context():
        return bearer(str(keys.issue(ann).secret))


def acting(user) -> Actor:
    return Actor(ActorKind.SESSION, "192.0.2.1", user)


def left(app) -> list[int]:
    with app.app_context(), reading() as connection:
        rows = (UserRow, FileRow, SessionRow, ApiKeyRow)
        return [connection.execute(select(func.count()).select_from(row)).scalar_one() for row in rows]


def test_nothing_of_it_is_left(app, client, ann, key):
    told = [upload(client, b"%d" % number * 9000, headers=key) for number in range(3)]
    with app.app_context():
        sessions.begin(ann)
        closing.close_own(acting(ann), PASSWORD)
        upkeep.sweep()

    assert left(app) == [0, 0, 0, 0]
    assert stored(app) == []
    assert {client.get(f"/{each['hash']}").status_code for each in told} == {404}
    assert client.get("/api/users/me", headers=key).status_code == 401


def test_what_others_have_of_the_same_content_stays(app, client, ann, key, make_key):
    upload(client, b"shared", headers=key)
    other = upload(client, b"shared", headers=bearer(make_key("bob")))
    with app.app_context():
        closing.close_own(acting(ann), PASSWORD)
        upkeep.sweep()

    assert client.get(f"/{other['hash']}").data == b"shared"


def test_the_password_must_be_right(app, ann):
    with app.app_context():
        with pytest.raises(PasswordInvalid):
            closing.close_own(acting(ann), "wrong password")
        assert accounts.find("ann").id == ann.id


def test_an_id_is_never_given_again(app, ann):
    with app.app_context():
        closing.close(None, ann.id)
        with pytest.raises(UserNotFound):
            accounts.find("ann")
        assert accounts.create("ann", PASSWORD).id > ann.id


def test_what_was_cut_off_is_locked_and_the_sweep_finishes_it(app, client, ann, key, monkeypatch):
    for number in range(5):
        upload(client, b"%d" % number, headers=key)
    monkeypatch.setattr(files, "_BATCH", 2)
    removed = files.remove

    def cut_off_later(uuids):
        removed(uuids)
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "remove", cut_off_later)
    with app.app_context(), pytest.raises(KeyboardInterrupt):
        closing.close_own(acting(ann), PASSWORD)
    monkeypatch.setattr(files, "remove", removed)
    assert left(app) == [1, 3, 0, 0]
    assert client.get("/api/users/me", headers=key).status_code == 401
    with app.app_context():
        with pytest.raises(CredentialsInvalid):
            accounts.log_in(nobody("192.0.2.1"), "ann", PASSWORD)
        upkeep.sweep()

    assert left(app) == [0, 0, 0, 0]


def take_in(user, content: bytes) -> None:
    """An upload whose request began while the account still stood."""
    spool = keeping.new_spool()
    spool.write(content)
    uploads.take_in(acting(user), [uploads.Incoming(spool, "late.txt", "utf-8")], uploads.Rules())


def test_an_upload_that_was_under_way_is_refused(app, ann, monkeypatch):
    in_batches = files.in_batches

    def late(user_id):
        yield from in_batches(user_id)
        with pytest.raises(SessionInvalid):
            take_in(ann, b"late")

    monkeypatch.setattr(files, "in_batches", late)
    with app.app_context():
        closing.close(None, ann.id)

    assert left(app) == [0, 0, 0, 0]


@pytest.mark.parametrize("quota", [None, 100])
def test_an_upload_that_ends_afterwards_is_refused(make_app, quota):
    app = make_app(USER_QUOTA=quota)
    with app.app_context():
        user = accounts.create("ann", PASSWORD)
        closing.close(None, user.id)
        with pytest.raises(SessionInvalid):
            take_in(user, b"late")

    assert left(app) == [0, 0, 0, 0]
    assert stored(app) == []
