"""Several requests' records in one transaction: the wait for the disk is shared, the promise is the same.

Whoever comes while a transaction is being committed waits for the next one,
which then takes all who wait. Nobody is answered before their own group is
down.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from pastebin.extensions import db, transaction

Item = TypeVar("Item")
Work = Callable[[Connection, Sequence[Item]], None]
"""What is to be done, in one transaction, with the items of all who bring the same work."""

_LARGEST_GROUP = 64


def commit_together(work: Work[Item], item: Item, *, durable: bool = True) -> None:
    """Do *work* with *item* in a transaction, maybe together with what other threads bring; durable on return.

    *work* may see an item twice: where a group fails, it is done again with
    each item by itself, so that nobody suffers for another's fault.

    Args:
        durable: whether to wait for the disk (see `transaction`).

    Raises:
        Whatever *work* or the commit raises.
    """
    groups = _groups.get(db.engine) or _groups.setdefault(db.engine, (_Group(durable=False), _Group(durable=True)))
    groups[durable].run(work, item)


class _Turn:
    """One item, and its thread's wait for the outcome."""

    def __init__(self, work: Work[Any], item: object) -> None:
        self.work = work
        self.item = item
        self.fault: BaseException | None = None
        self.is_done = False
        self._waiting = Lock()
        self._waiting.acquire()

    def wait(self) -> None:
        self._waiting.acquire()

    def wake(self) -> None:
        self._waiting.release()


class _Group:
    """Commits the work of several threads together, on one database."""

    def __init__(self, *, durable: bool) -> None:
        self._durable = durable
        self._lock = Lock()
        self._queue: deque[_Turn] = deque()
        self._has_leader = False

    def run(self, work: Work[Any], item: object) -> None:
        turn = _Turn(work, item)
        with self._lock:
            self._queue.append(turn)
            leads = not self._has_leader
            self._has_leader = True
        if not leads:
            turn.wait()
        if not turn.is_done:
            self._lead()
        if turn.fault is not None:
            raise turn.fault

    def _lead(self) -> None:
        """Commit for all who wait by then, this thread among them, and pass the lead to who came meanwhile."""
        group: list[_Turn] = []
        try:
            self._commit(group)
        finally:
            with self._lock:
                heir = self._queue[0] if self._queue else None
                self._has_leader = heir is not None
            for turn in group[1:]:
                turn.wake()
            if heir:
                heir.wake()

    def _commit(self, group: list[_Turn]) -> None:
        try:
            with transaction(durable=self._durable) as connection:
                # Not before it is our turn to write: until then others come.
                self._gather(group)
                _do(connection, group)
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
