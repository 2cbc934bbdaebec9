"""Several requests' records in one transaction: the wait for the disk is shared, the promise is the same.

Whoever comes while a transaction is being committed waits for the next one,
which then takes all who wait. Nobody is answered before their own group is
down.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from pastebin.extensions import db, transaction

Work = Callable[[Connection], None]

_LARGEST_GROUP = 64


def commit_together(work: Work) -> None:
    """Do *work* in a transaction, maybe together with what other threads bring; durable on return.

    *work* may run twice: where a group fails, each of it is done again by
    itself, so that nobody suffers for another's fault.

    Raises:
        Whatever *work* or the commit raises.
    """
    _groups.setdefault(db.engine, _Group()).run(work)


class _Turn:
    """One piece of work, and its thread's wait for the outcome."""

    def __init__(self, work: Work) -> None:
        self.work = work
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

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: deque[_Turn] = deque()
        self._has_leader = False

    def run(self, work: Work) -> None:
        turn = _Turn(work)
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
        """Commit for all who wait now, this thread among them, and pass the lead to who came meanwhile."""
        with self._lock:
            group = [self._queue.popleft() for _ in range(min(len(self._queue), _LARGEST_GROUP))]
        try:
            _commit(group)
        finally:
            with self._lock:
                heir = self._queue[0] if self._queue else None
                self._has_leader = heir is not None
            for turn in group[1:]:
                turn.wake()
            if heir:
                heir.wake()


_groups: WeakKeyDictionary[Engine, _Group] = WeakKeyDictionary()


def _commit(group: list[_Turn]) -> None:
    try:
        with transaction() as connection:
            for turn in group:
                turn.work(connection)
    except BaseException as fault:  # noqa: BLE001 - it is raised again, in the thread that it belongs to
        if len(group) == 1:
            group[0].fault = fault
        else:
            for turn in group:
                _commit([turn])
    for turn in group:
        turn.is_done = True
