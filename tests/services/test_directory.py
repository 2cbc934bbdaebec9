"""The directory of accounts: what staff see of them and change."""

from __future__ import annotations

import pytest

from pastebin.errors import FieldsInvalid, UserNotFound
from pastebin.services import accounts, audit, directory, keys, sessions
from pastebin.services.actor import Actor
from pastebin.services.directory import Changes
from tests.browsing import session_of
from tests.conftest import PASSWORD, bearer
from tests.forms import upload


@pytest.fixture
def root(app) -> Actor:
    with app.app_context():
        return session_of(accounts.create("root", PASSWORD, is_staff=True))


@pytest.fixture
def ann(app):
    with app.app_context():
        return accounts.create("ann", PASSWORD, email="ann@example.org")


def test_accounts_are_listed_by_name_with_what_they_have(app, client, root, ann, make_key):
    upload(client, b"12345", headers=bearer(make_key("bob")))
    with app.app_context():
        count, found = directory.listing()
        assert [each.name for each in found] == ["ann", "bob", "root"]
        assert count == 3
        assert (found[1].file_count, found[1].used_bytes) == (1, 5)
        assert (found[0].email, found[2].is_staff) == ("ann@example.org", True)
        assert [each.name for each in directory.listing("EXAMPLE")[1]] == ["ann"]
        assert directory.listing("%") == (0, [])
        assert [each.name for each in directory.listing(limit=1, offset=1)[1]] == ["bob"]


def test_disabling_ends_sessions_and_keys_for_good(app, client, root, ann):
    with app.app_context():
        token, _session = sessions.begin(ann)
        secret = str(keys.issue(ann).secret)
        directory.change(root, ann.id, Changes(is_disabled=True))
        assert directory.get(ann.id).is_disabled
        directory.change(root, ann.id, Changes(is_disabled=False))
        assert sessions.find(token) is None
        assert keys.listing(ann.id) == []
    assert client.get("/api/users/me", headers=bearer(secret)).status_code == 401


def test_whoever_is_no_longer_staff_is_logged_out(app, root, ann):
    with app.app_context():
        directory.change(root, ann.id, Changes(is_staff=True))
        token, _session = sessions.begin(accounts.get(ann.id))
        directory.change(root, ann.id, Changes(is_staff=False))
        assert sessions.find(token) is None
        assert not accounts.get(ann.id).is_staff


def test_nobody_locks_themselves_out(app, root):
    with app.app_context(), pytest.raises(FieldsInvalid):
        directory.change(root, root.user_id, Changes(is_disabled=True))


def test_an_account_that_is_not_there(app, root):
    with app.app_context():
        for ask in (
            lambda: directory.get(99),
            lambda: directory.change(root, 99, Changes(is_staff=True)),
            lambda: directory.bind(root, 99, 5),
        ):
            with pytest.raises(UserNotFound):
                ask()


def test_what_staff_change_is_written_down(app, root, ann):
    with app.app_context():
        directory.change(root, ann.id, Changes(is_disabled=True))
        directory.bind(None, ann.id, 5)
        _count, acts = audit.listing()
    assert [(act.actor_name, act.act, act.facts) for act in acts] == [
        (audit.COMMAND_LINE, "change account", {"user": "ann", "uid": ann.id, "max_file_size": 5}),
        ("root", "change account", {"user": "ann", "uid": ann.id, "is_disabled": True}),
    ]
