"""Records of several threads in one transaction: all are kept, and nobody suffers for another's fault."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, insert, select

from pastebin import waiting
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


class Pause:
    """A wait as our server has one: somebody else must lead for who waits so."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def wait(self) -> None:
        assert self._over.wait(20)

    def end(self) -> None:
        assert not self._over.is_set()
        self._over.set()

    def when_idle(self, task: Callable[[], None]) -> None:
        task()


PAUSES = {"in-person": [{}], "paused": [{"pastebin.pause": Pause}], "mixed": [{}, {"pastebin.pause": Pause}]}


@pytest.fixture(params=PAUSES.values(), ids=PAUSES.keys())
def together(app, request):
    """Have several threads bring their work while the first one's is being done, so that the rest come as a group."""
    environs = itertools.cycle(request.param)

    def run(*names):
        begun, go_on = threading.Event(), threading.Event()

        def first(connection: Connection, names: Sequence[str]) -> None:
            note(connection, names)
            begun.set()
            go_on.wait(10)

        def bring(work, name):
            waiting.note_request(next(environs))
            with app.app_context():
                try:
                    commit_together(work, name)
                except LookupError as fault:
                    return str(fault)
                finally:
                    waiting.note_request({})
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


@pytest.fixture
def paused() -> Iterator[None]:
    """This thread waits as requests of our server do."""
    waiting.note_request({"pastebin.pause": Pause})
    yield
    waiting.note_request({})


def deputies() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "deputy"]


@pytest.mark.usefixtures("paused")
def test_a_deputy_ends_when_it_is_not_needed_and_another_comes(app, monkeypatch):
    monkeypatch.setattr(group_commit, "_IDLE_SECONDS", 0.05)
    before = set(deputies())
    with app.app_context():
        for name in ("one", "two", "three"):
            commit_together(note, name)
            deadline = time.monotonic() + 10
            while set(deputies()) - before:
                assert time.monotonic() < deadline
                time.sleep(0.01)

    assert noted(app) == {"one", "two", "three"}


@pytest.mark.usefixtures("paused")
def test_where_no_deputy_can_begin_who_waits_is_told_and_the_next_goes_on(app, monkeypatch):
    with app.app_context():
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", fail_to_start)
            with pytest.raises(RuntimeError, match="can't start new thread"):
                commit_together(note, "one")
        commit_together(note, "two")

    assert noted(app) == {"two"}


def fail_to_start(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


@pytest.mark.usefixtures("paused")
def test_a_failure_beside_the_commit_does_not_stop_those_who_come_after(app, caplog):
    faults = iter([LookupError("while the context ended")])

    @app.teardown_appcontext
    def fail_once(_fault):
        if threading.current_thread().name == "deputy" and (fault := next(faults, None)):
            raise fault

    with app.app_context():
        for name in ("one", "two", "three"):
            commit_together(note, name)

    assert noted(app) == {"one", "two", "three"}
    assert "failed beside them" in caplog.text


@pytest.mark.usefixtures("paused")
def test_who_goes_on_too_early_is_not_told_that_it_is_kept(app):
    held = threading.Event()

    def slow(connection: Connection, names: Sequence[str]) -> None:
        held.wait(10)

    with app.app_context():
        with pytest.MonkeyPatch.context() as patch, pytest.raises(RuntimeError, match="before its group"):
            patch.setattr(Pause, "wait", lambda _pause: None)
            commit_together(slow, "one")
        held.set()
        commit_together(note, "after it")  # what was begun is at its end before the folder goes


def test_two_databases_do_not_wait_for_each_other(make_app, tmp_path):
    from pastebin import create_app

    one, other = make_app(), create_app(tmp_path / "other")
    for each in (one, other):
        with each.app_context():
            commit_together(note, "here")

    assert noted(one) == noted(other) == {"here"}
