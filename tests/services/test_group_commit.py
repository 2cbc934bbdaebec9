"""Records of several threads in one transaction: all are kept, and nobody suffers for another's fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, insert, select

from pastebin.extensions import db, now, reading
from pastebin.models import LeaseRow
from pastebin.services import group_commit
from pastebin.services.group_commit import commit_together

FAULTY = "of the one that fails"


def note(connection: Connection, names: Sequence[str]) -> None:
    """Work that writes down names, and cannot do with one of them."""
    for name in names:
        connection.execute(insert(LeaseRow).values(name=name, until=now()))
        if name == FAULTY:
            raise LookupError("a fault of this one")


@pytest.fixture
def together(app):
    """Have several threads bring their work while the first one's is being done, so that the rest come as a group."""

    def run(*names):
        begun, go_on = threading.Event(), threading.Event()

        def first(connection: Connection, names: Sequence[str]) -> None:
            note(connection, names)
            begun.set()
            go_on.wait(10)

        def bring(work, name):
            with app.app_context():
                try:
                    commit_together(work, name)
                except LookupError as fault:
                    return str(fault)
            return None

        with ThreadPoolExecutor(len(names) + 1) as people:
            leader = people.submit(bring, first, "first")
            begun.wait(10)
            others = [people.submit(bring, note, name) for name in names]
            wait_for_queue(len(names))
            go_on.set()
            return [each.result(20) for each in (leader, *others)]

    def wait_for_queue(length):
        deadline = time.monotonic() + 10
        with app.app_context():
            group = group_commit._groups[db.engine][True]
        while len(group._queue) < length and time.monotonic() < deadline:
            time.sleep(0.01)

    return run


def noted(app):
    with app.app_context(), reading() as connection:
        return set(connection.execute(select(LeaseRow.name)).scalars())


def test_what_several_threads_bring_is_all_kept(app, together):
    names = [f"name {number}" for number in range(20)]

    assert together(*names) == [None] * 21
    assert noted(app) == {"first", *names}


def test_they_share_their_transactions(app, together, monkeypatch):
    begun = []
    real = group_commit.transaction

    def counted(**how):
        begun.append(1)
        return real()

    monkeypatch.setattr(group_commit, "transaction", counted)
    together(*(f"name {number}" for number in range(20)))

    assert len(begun) <= 4


def test_one_that_fails_fails_alone(app, together):
    assert together("a", FAULTY, "b") == [None, None, "a fault of this one", None]
    assert noted(app) == {"first", "a", "b"}


def test_more_than_a_group_are_all_kept(app, together, monkeypatch):
    monkeypatch.setattr(group_commit, "_LARGEST_GROUP", 3)
    names = [f"name {number}" for number in range(10)]

    assert together(*names) == [None] * 11
    assert noted(app) == {"first", *names}


def test_where_no_transaction_can_begin_all_are_told_at_once(app, together, monkeypatch):
    begun, real = [], group_commit.transaction

    @contextmanager
    def barred(**how):
        begun.append(1)
        if len(begun) > 1:
            raise LookupError("the database is locked")
        with real() as connection:
            yield connection

    monkeypatch.setattr(group_commit, "transaction", barred)

    assert together("a", "b", "c") == [None, *["the database is locked"] * 3]
    assert len(begun) == 2
    assert noted(app) == {"first"}


def test_after_a_failure_the_next_goes_on(app):
    with app.app_context():
        with pytest.raises(LookupError):
            commit_together(note, FAULTY)
        commit_together(note, "after")

    assert noted(app) == {"after"}


def test_two_databases_do_not_wait_for_each_other(make_app, tmp_path):
    from pastebin import create_app

    one, other = make_app(), create_app(tmp_path / "other")
    for each in (one, other):
        with each.app_context():
            commit_together(note, "here")

    assert noted(one) == noted(other) == {"here"}
