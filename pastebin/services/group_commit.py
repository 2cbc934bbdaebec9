"""Several requests' records in one transaction: the wait for the disk is shared, the promise is the same.

Whoever comes while a transaction is being committed waits for the next one,
which then takes all who wait. Nobody is answered before their own group is
down. One of those who wait in a thread of their own does it for all; where
all wait without one (`waiting.pause`), a deputy does, so that a crowd of
uploads keeps two threads of a process busy and not one each.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from threading import Condition, Lock, Thread
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from pastebin import waiting
from pastebin.extensions import NotDurable, context_maker, db, transaction

Item = TypeVar("Item")
Work = Callable[[Connection, Sequence[Item]], None]
"""What is to be done, in one transaction, with the items of all who bring the same work."""

_MakesContext = Callable[[], AbstractContextManager[object]]

log = logging.getLogger(__name__)

_LARGEST_GROUP = 64
# For so long a deputy that has nothing to do waits to be called again.
_IDLE_SECONDS = 10.0


def commit_together(work: Work[Item], item: Item, *, durable: bool = True) -> None:
    """Do *work* with *item* in a transaction, maybe together with what other threads bring; durable on return.

    *work* may see an item twice: where a group fails, it is done again with
    each item by itself, so that nobody suffers for another's fault.

    Args:
        durable: whether to wait for the disk (see `transaction`).

    Raises:
        NotDurable: it is committed, and the disk may not have it.
        Whatever *work* or the commit raises.
    """
    groups = _groups.get(db.engine) or _groups.setdefault(db.engine, (_Group(durable=False), _Group(durable=True)))
    groups[durable].run(work, item)


class _InPerson:
    """A wait of the calling thread, for where there is no `waiting.Pause`."""

    def __init__(self) -> None:
        self._over = Lock()
        self._over.acquire()

    def wait(self) -> None:
        self._over.acquire()

    def end(self) -> None:
        self._over.release()


class _Turn:
    """One item, and its request's wait for the outcome."""

    def __init__(self, work: Work[Any], item: object) -> None:
        self.work = work
        self.item = item
        self.fault: BaseException | None = None
        self.is_done = False
        self.pause = waiting.pause() or _InPerson()

    @property
    def may_lead(self) -> bool:
        """Whether a thread waits, which can as well do the work."""
        return isinstance(self.pause, _InPerson)


class _Deputy:
    """A thread that leads for those who wait without one. It ends when it was not called for a while."""

    def __init__(self, lead: Callable[[], None], give_up: Callable[[BaseException], None]) -> None:
        self._lead = lead
        self._give_up = give_up
        self._state = Condition()
        self._is_called = False
        self._is_there = False

    def call(self, make_context: _MakesContext) -> None:
        """Have it lead once, or give up where the system has no thread for it. Only for who holds the lead."""
        with self._state:
            self._is_called = True
            if self._is_there:
                self._state.notify()
                return
            self._is_there = True
        try:
            Thread(target=self._run, args=(make_context,), name="deputy", daemon=True).start()
        except RuntimeError as fault:
            with self._state:
                self._is_called = self._is_there = False
            self._give_up(fault)

    def _run(self, make_context: _MakesContext) -> None:
        while self._waits_for_call():
            has_led = False
            try:
                with make_context():
                    has_led = True  # from here on the lead is passed on, whatever comes
                    self._lead()
            except Exception as fault:
                # Not the group's: what fails there is told to whom it belongs.
                log.exception("what commits uploads failed beside them")
                if not has_led:
                    self._give_up(fault)

    def _waits_for_call(self) -> bool:
        with self._state:
            self._is_there = self._state.wait_for(lambda: self._is_called, _IDLE_SECONDS)
            self._is_called = False
            return self._is_there


class _Group:
    """Commits the work of several threads together, on one database."""

    def __init__(self, *, durable: bool) -> None:
        self._durable = durable
        self._lock = Lock()
        self._queue: deque[_Turn] = deque()
        self._has_leader = False
        self._deputy = _Deputy(self._lead, self._give_up)

    def run(self, work: Work[Any], item: object) -> None:
        turn = _Turn(work, item)
        with self._lock:
            self._queue.append(turn)
            leads = not self._has_leader
            self._has_leader = True
        if leads:
            self._give_lead(turn)
        turn.pause.wait()
        if not turn.is_done and turn.may_lead:
            self._lead()
        if not turn.is_done:
            raise turn.fault or RuntimeError("a request went on before its group was committed")
        if turn.fault is not None:
            raise turn.fault

    def _lead(self) -> None:
        """Commit for all who wait by then, and pass the lead to who came meanwhile."""
        group: list[_Turn] = []
        try:
            self._commit(group)
        finally:
            with self._lock:
                heir = self._queue[0] if self._queue else None
                self._has_leader = heir is not None
            for turn in group:
                turn.pause.end()
            if heir:
                self._give_lead(heir)

    def _give_up(self, fault: BaseException) -> None:
        """Nobody can lead: tell all who wait, and begin anew with who comes next."""
        with self._lock:
            given_up = list(self._queue)
            self._queue.clear()
            self._has_leader = False
        for turn in given_up:
            turn.fault = fault
            turn.pause.end()

    def _give_lead(self, first: _Turn) -> None:
        """Have whoever is first lead; or the deputy for it, once all that came with it is in the queue."""
        if isinstance(first.pause, _InPerson):
            first.pause.end()
        else:
            first.pause.when_idle(partial(self._deputy.call, context_maker()))

    def _commit(self, group: list[_Turn]) -> None:
        try:
            with transaction(durable=self._durable) as connection:
                # Not before it is our turn to write: until then others come.
                self._gather(group)
                _do(connection, group)
        except NotDurable as fault:  # it is in the database: once more would be twice
            for turn in group:
                turn.fault = fault
        except BaseException as fault:  # noqa: BLE001 - it is raised again, in the thread that it belongs to
            if group:
                self._one_by_one(group, fault)
            else:  # no transaction could begin, after a long wait maybe: that is nobody's fault, and everybody's
                self._gather(group)
                for turn in group:
                    turn.fault = fault
        for turn in group:
            turn.is_done = True

    def _one_by_one(self, group: Sequence[_Turn], fault: BaseException) -> None:
        """A group has failed: let each item fail, or not, by itself."""
        if len(group) == 1:
            group[0].fault = fault
            return
        for turn in group:
            try:
                with transaction(durable=self._durable) as connection:
                    turn.work(connection, [turn.item])
            except BaseException as own:  # noqa: BLE001 - as above
                turn.fault = own

    def _gather(self, group: list[_Turn]) -> None:
        with self._lock:
            group += [self._queue.popleft() for _ in range(min(len(self._queue), _LARGEST_GROUP))]


_groups: WeakKeyDictionary[Engine, tuple[_Group, _Group]] = WeakKeyDictionary()


def _do(connection: Connection, group: Sequence[_Turn]) -> None:
    by_work: dict[Work[Any], list[object]] = {}
    for turn in group:
        by_work.setdefault(turn.work, []).append(turn.item)
    for work, items in by_work.items():
        work(connection, items)
