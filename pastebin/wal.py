"""SQLite's write-ahead log, and the wait until the disk has it.

SQLite can wait by itself, at the end of every commit, and then keeps all
other writers waiting too. Here a commit leaves it to this, after the next
writer has begun: several wait for the disk side by side, and for the same.
"""

import logging
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

log = logging.getLogger(__name__)

# Not every system has the shorter one.
_sync = getattr(os, "fdatasync", os.fsync)


class NotDurable(Exception):
    """It is committed, and the disk may not have it: nobody may be told that it is kept, nor try it again."""


class WriteAheadLog:
    """The log of one database, as one process waits for it. For any of its threads.

    After a sync that failed the system takes for written what is not (fsync(2)), and what is committed later stands
    behind that gap. So then all of the log is written into the database, from memory, before anything else is
    promised. Each process has the log open and keeps it so, since Linux tells of such a failure once for each.

    Args:
        path: where SQLite has the log.
        empty: writes the log into the database, durably, and empties it; false where that cannot be done now.
    """

    def __init__(self, path: Path, empty: Callable[[], bool]) -> None:
        self._path = path
        self._empty = empty
        self._file: FileIO | None = None
        self._has_gap = False

    def wait(self) -> None:
        """Return when the disk has all that was committed before.

        Raises:
            NotDurable: it has not.
        """
        if not self._has_gap:
            try:
                file = self._opened()  # by a name: as a number alone it would be closed where another thread opens anew
                _sync(file.fileno())
            except FileNotFoundError as fault:  # taken away under us, and the database maybe too
                raise NotDurable from fault
            except OSError:
                log.exception("SQLite's log could not be made durable; it is written into the database")
                self._has_gap = True
        if self._has_gap:
            self._close_gap()

    def _opened(self) -> FileIO:
        """The log as it is now. Of an earlier one nobody closes it: it is open for as long as somebody has it."""
        file, now = self._file, os.stat(self._path)
        if file is None or not os.path.samestat(now, os.fstat(file.fileno())):
            file = self._file = FileIO(self._path)
        return file

    def _close_gap(self) -> None:
        try:
            is_empty = self._empty()
        except Exception as fault:
            raise NotDurable from fault
        if not is_empty:
            raise NotDurable
        self._has_gap = False
