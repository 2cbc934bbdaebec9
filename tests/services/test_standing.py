"""What a request may still do when its credential ended while it was under way: nothing that lasts."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from pastebin.errors import PasswordInvalid, PermissionMissing, SessionInvalid
from pastebin.extensions import transaction
from pastebin.models import UserRow
from pastebin.services import accounts, closing, directory, keys, sessions, switches, takedowns, verification
from pastebin.services.directory import Changes
from pastebin.services.switches import Switch
from tests.browsing import session_of
from tests.conftest import PASSWORD

NEW = "another good password"


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def ann():
    return session_of(accounts.create("ann", PASSWORD))


@pytest.fixture
def root():
    return session_of(accounts.create("root", PASSWORD, is_staff=True))


def test_a_session_that_has_ended_makes_no_key(ann):
    sessions.end(ann.credential_id)

    with pytest.raises(SessionInvalid):
        keys.issue(ann.user, by=ann)
    assert keys.listing(ann.user_id) == []


def test_a_disabled_account_makes_no_key(ann):
    directory.change(None, ann.user_id, Changes(is_disabled=True))

    with pytest.raises(SessionInvalid):
        keys.issue(ann.user, by=ann)


def acts(root, ann):
    return [
        lambda: directory.change(root, ann.user_id, Changes(is_staff=True)),
        lambda: directory.bind(root, ann.user_id, 5),
        lambda: switches.turn(root, Switch.GLOBAL, is_on=True),
        lambda: takedowns.make(root, "ab" * 32, "x"),
        lambda: closing.close(root, ann.user_id),
    ]


@pytest.mark.parametrize("number", range(5))
def test_whoever_is_staff_no_more_does_nothing_as_staff(root, ann, number):
    with transaction() as connection:
        connection.execute(update(UserRow).where(UserRow.id == root.user_id).values(is_staff=False))

    with pytest.raises(PermissionMissing):
        acts(root, ann)[number]()
    assert not accounts.get(ann.user_id).is_staff
    assert switches.on() == frozenset()
    assert takedowns.listing() == (0, [])


@pytest.mark.parametrize("number", range(5))
def test_staff_whose_session_has_ended_do_nothing(root, ann, number):
    sessions.end(root.credential_id)

    with pytest.raises(SessionInvalid):
        acts(root, ann)[number]()
    assert accounts.get(ann.user_id).name == "ann"


@pytest.mark.parametrize(
    "act",
    [
        lambda ann: accounts.change_password(ann, PASSWORD, "the thief's password"),
        lambda ann: verification.change(ann, PASSWORD, "thief@example.org"),
        lambda ann: closing.close_own(ann, PASSWORD),
    ],
)
def test_a_password_that_was_replaced_meanwhile_proves_nothing(ann, act, monkeypatch):
    prove = accounts.prove_password

    def and_then_it_is_replaced(actor, password):
        proof = prove(actor, password)
        accounts.replace_password(actor.user_id, NEW)
        return proof

    monkeypatch.setattr(accounts, "prove_password", and_then_it_is_replaced)
    with pytest.raises(PasswordInvalid):
        act(ann)
    monkeypatch.undo()

    assert accounts.log_in(ann, "ann", NEW).email is None
