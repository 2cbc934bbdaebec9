"""What lets a proxy in front keep answers, and forget them at once: a mark on disk that its cache keys contain.

nginx has no way to be told that something changed, but it can resolve a link.
`mark` is a link to a folder whose name is different after each change, so what
was kept under the name before is never found again. The proxy writes down which
of the answers it gave from its cache were views; `views.log` is, or leads to, that.
"""

import fcntl
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

LARGEST_KEPT_BYTES = 1 << 20
"""Content of more bytes is not for the proxy's cache: it would be copied there."""

_MARK = "mark"
_LOG = "views.log"
_READ = "views.read"
_EVERYBODY = 0o755
# So long a proxy may take from reading the link to reading what it leads to.
_OLD_SECONDS = 60
_MOST_AT_ONCE = 8 << 20


class Edge:
    """The folder that is shared with the proxy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.chmod(_EVERYBODY)
        self.turn()

    def turn(self) -> None:
        """Change the mark. Where that fails, a proxy keeps what it has for as long as it was told (`lane`)."""
        name = f"{_MARK}-{os.urandom(8).hex()}"
        new, link = self._folder / name, self._folder / f".{name}"
        try:
            new.mkdir()
            new.chmod(_EVERYBODY)
            link.symlink_to(name)
            link.replace(self._folder / _MARK)
        except OSError:
            log.exception("the mark for the proxy in front could not be changed")

    def tidy(self) -> None:
        """Remove the marks that nobody reads any more."""
        current, limit = os.readlink(self._folder / _MARK), time.time() - _OLD_SECONDS
        for each in self._folder.glob(f"{_MARK}-*"):
            if each.name != current and each.stat().st_mtime < limit:
                with suppress(OSError):  # another process was quicker
                    each.rmdir()

    @contextmanager
    def views(self) -> Iterator[Counter[str]]:
        """What the proxy has written down since this was last left without an error, and how often each of it.

        Nothing where another process is at it.
        """
        with (self._folder / _READ).open("a+") as noted:
            try:
                fcntl.flock(noted, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield Counter()
                return
            noted.seek(0)
            was_read = noted.read()
            lines, is_read = self._lines(was_read)
            yield Counter(lines)
            if is_read != was_read:
                noted.seek(0)
                noted.truncate()
                noted.write(is_read)

    def _lines(self, was_read: str) -> tuple[list[str], str]:
        """The whole lines after what was read of the log, or all if it is another one; and what is read then."""
        try:
            file = (self._folder / _LOG).open("rb")
        except OSError:  # no proxy has been here
            return [], was_read
        with file:
            status = os.fstat(file.fileno())
            log_before, _, end_before = was_read.partition(" ")
            start = int(end_before) if log_before == str(status.st_ino) else 0
            file.seek(start if start <= status.st_size else 0)
            start = file.tell()
            block = file.read(_MOST_AT_ONCE)
        whole = block[: block.rfind(b"\n") + 1]
        return whole.decode("ascii", "replace").split(), f"{status.st_ino} {start + len(whole)}"
