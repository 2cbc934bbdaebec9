"""The walk through all images of an account: each batch is what there is when its turn comes."""

from __future__ import annotations

import pytest

from pastebin.errors import SessionInvalid
from pastebin.extensions import store
from pastebin.services import accounts, catalogue, directory, files, keys, sessions
from pastebin.services.actor import Actor
from pastebin.services.directory import Changes
from pastebin.services.uploads import Incoming, Rules, take_in
from tests.browsing import session_of
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def ann():
    return session_of(accounts.create("ann", PASSWORD))


def take(actor: Actor, count: int) -> list[str]:
    """Keep images; their UUIDs, newest first."""
    incoming = []
    for number in range(count):
        spool = store.spool()
        spool.write(b"GIF89a\0%d" % number)
        incoming.append(Incoming(spool, "dot.gif", None))
    taken = take_in(actor, incoming, Rules())
    for each in incoming:
        each.spool.close()
    return [each.file.uuid for each in reversed(taken)]


def uuids(batch) -> list[str]:
    return [file.uuid for file in batch]


def test_of_what_comes_and_goes_meanwhile_the_new_is_left_out_and_the_gone_too(ann):
    there = take(ann, 120)
    walk = catalogue.images(ann)
    first = uuids(next(walk))
    take(ann, 3)
    files.remove([there[0], there[49], there[60]])

    rest = [uuid for batch in walk for uuid in uuids(batch)]

    assert first == there[:50]
    assert rest == [uuid for uuid in there[50:] if uuid != there[60]]


def test_a_batch_is_one_at_least_and_none_but_that_is_empty(ann):
    assert [len(batch) for batch in catalogue.images(ann)] == [0]
    take(ann, 100)
    assert [len(batch) for batch in catalogue.images(ann)] == [50, 50]


def test_somebody_elses_are_not_among_them(ann):
    bob = session_of(accounts.create("bob", PASSWORD))
    theirs, own = take(bob, 2), take(ann, 2)

    assert [uuid for batch in catalogue.images(ann) for uuid in uuids(batch)] == own
    assert [uuid for batch in catalogue.images(bob) for uuid in uuids(batch)] == theirs


@pytest.mark.parametrize("how", ["logged out", "disabled", "invalidated"])
def test_it_ends_with_what_let_its_reader_in(ann, how):
    take(ann, 60)
    by_key = keys.identify(str(keys.issue(ann.user).secret), "192.0.2.1")
    walk = catalogue.images(by_key if how == "invalidated" else ann)
    next(walk)
    if how == "logged out":
        sessions.end(ann.credential_id)
    elif how == "disabled":
        directory.change(None, ann.user_id, Changes(is_disabled=True))
    else:
        keys.invalidate_all(ann.user_id)

    with pytest.raises(SessionInvalid):
        next(walk)
