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
from dataclasses import dataclass
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
_DIGITS = 20


class Edge:
    """The folder that is shared with the proxy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.chmod(_EVERYBODY)
        self.turn()

    def turn(self) -> None:
        """Change the mark; where that fails, there is none, and the proxy keeps nothing."""
        name = f"{_MARK}-{os.urandom(8).hex()}"
        new, link, mark = self._folder / name, self._folder / f".{name}", self._folder / _MARK
        try:
            new.mkdir()
            new.chmod(_EVERYBODY)
            link.symlink_to(name)
            with suppress(FileNotFoundError):
                os.utime(mark)  # it is in force until now, and has its time to be read to the end
            link.replace(mark)
        except OSError:
            log.exception("the mark for the proxy in front could not be changed: there is none for the moment")
            with suppress(OSError):  # that needs no room
                mark.unlink()

    def tidy(self) -> None:
        """Remove the marks that nobody reads any more."""
        limit = time.time() - _OLD_SECONDS
        for each in (*self._folder.glob(f"{_MARK}-*"), *self._folder.glob(f".{_MARK}-*")):
            with suppress(OSError):  # another process was quicker, or it is in force since a moment ago
                if each.lstat().st_mtime < limit and each.name != self._current():
                    each.unlink() if each.is_symlink() else each.rmdir()

    def _current(self) -> str:
        try:
            return os.readlink(self._folder / _MARK)
        except FileNotFoundError:
            return ""

    @contextmanager
    def views(self) -> Iterator[Counter[str]]:
        """What the proxy has written down since the last time, and how often each of it.

        Nothing where another process is at it. What is not counted in the block is lost: better than counted once more
        each time.
        """
        descriptor = os.open(self._folder / _READ, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            yield Counter(self._lines(descriptor)) if _is_ours(descriptor) else Counter()
        finally:
            os.close(descriptor)

    def _lines(self, noted: int) -> list[str]:
        """The whole lines after what is noted as read, which is noted."""
        before = _Place.noted(os.pread(noted, 2 * _DIGITS, 0))
        path = Path(os.path.realpath(self._folder / _LOG))
        # What was put away may have more since then.
        older, place = _read_on(path.with_name(f"{path.name}.1"), before, begins_anew=False)
        newer, place = _read_on(path, place, begins_anew=not older)
        if place != before:
            os.pwrite(noted, place.note(), 0)
        return older + newer


@dataclass(frozen=True)
class _Place:
    """Up to where a log was read, and which: its inode."""

    log: int
    end: int

    @classmethod
    def noted(cls, note: bytes) -> "_Place":
        return cls(int(note[:_DIGITS] or 0), int(note[_DIGITS:] or 0))

    def note(self) -> bytes:
        """Always as long, to be written in place."""
        return b"%0*d%0*d" % (_DIGITS, self.log, _DIGITS, self.end)


def _is_ours(descriptor: int) -> bool:
    """Whether no other process is at it; then none will be until it is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_on(path: Path, place: _Place, *, begins_anew: bool) -> tuple[list[str], _Place]:
    """The whole lines of a log after that place, and the place after them; of another log only if *begins_anew*."""
    try:
        file = path.open("rb")
    except OSError:  # no proxy has been here, or nothing was put away
        return [], place
    with file:
        status = os.fstat(file.fileno())
        is_same = status.st_ino == place.log
        if not is_same and not begins_anew:
            return [], place
        begin = place.end if is_same and place.end <= status.st_size else 0
        file.seek(begin)
        block = file.read(_MOST_AT_ONCE)
    whole = block[: block.rfind(b"\n") + 1]
    return whole.decode("ascii", "replace").split(), _Place(status.st_ino, begin + len(whole))
