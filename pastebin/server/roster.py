"""How many clients each worker of a server has, so that the next goes to who has fewest.

The kernel wakes any worker for a client at the door, and the one that was just
woken is the quicker one to let in the next as well. Clients that stay
(browsers, proxies, programs that send many files) then stay with one worker
while the cores of the others idle. So a worker that has more than another
calls that one instead: a bell that only its owner hears.
"""

import fcntl
import mmap
import os
from functools import cache
from tempfile import TemporaryFile

_BYTES_OF_A_PLACE = 4


class Roster:
    """A place for each worker, in memory that all of them share. Made before they are, by the process that forks them.

    A place is a lock that ends with its worker, however that ends; who comes next takes it.

    Args:
        places: for so many workers; those beyond let in whoever knocks.
        folder: where files may be made that nobody sees; None for the system's own.
    """

    def __init__(self, places: int, folder: str | None = None) -> None:
        # Never closed, nor opened again: the locks of a process end with the first that it closes.
        self._locks = TemporaryFile(dir=folder)  # noqa: SIM115 - see above
        size = places * _BYTES_OF_A_PLACE
        self._locks.truncate(size)
        # One more than each has clients; 0 where nobody is.
        self._counts = memoryview(mmap.mmap(self._locks.fileno(), size)).cast("I")
        self._bells = [os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC) for _ in range(places)]
        self._own: int | None = None

    def join(self) -> int | None:
        """Take a place for the calling process; the descriptor of its bell, if there was a place."""
        for place, bell in enumerate(self._bells):
            if self._lock(place):
                self._own = place
                self._counts[place] = 1
                return bell
        return None

    def leave(self) -> None:
        """Be called no more."""
        if self._own is not None:
            self._counts[self._own] = 0

    def count(self, clients: int) -> None:
        """Say how many clients the own worker has, unless it has left."""
        if self._own is not None and self._counts[self._own]:
            self._counts[self._own] = clients + 1

    def call_another(self) -> bool:
        """Ring for the worker with the fewest clients; false if that is the own one."""
        if self._own is None:
            return False
        while True:
            own = self._counts[self._own]
            others = ((count, place) for place, count in enumerate(self._counts) if 0 < count < own)
            _, place = min(others, default=(0, None))
            if place is None:
                return False
            if not self._is_deserted(place):
                os.eventfd_write(self._bells[place], 1)
                return True

    def hear(self) -> None:
        """Take note that the own bell has rung."""
        if self._own is not None:
            os.eventfd_read(self._bells[self._own])

    def _is_deserted(self, place: int) -> bool:
        """Whether a place's worker has ended without leaving; then it is nobody's from now on."""
        if not self._lock(place):
            return False
        self._counts[place] = 0
        fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, place)
        return True

    def _lock(self, place: int) -> bool:
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            return False
        return True


@cache
def of_this_server(workers: int, folder: str | None) -> Roster:
    """The one that a process and all that it forks have in common; also while new workers replace all old ones."""
    return Roster(2 * workers + 2, folder)
