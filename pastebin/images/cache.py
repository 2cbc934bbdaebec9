"""Derived images in a folder of this machine: bounded, those that were not used for longest go first.

`xx/KEPT_AS.NAME`: the image's bytes, then a trailer with what must be known
before the first of them is sent. All of it can be made again, so all of it
may be deleted at any time.
"""

import errno
import logging
import os
import secrets
import struct
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from pastebin.images.descriptor import Descriptor
from pastebin.turn import Turn

log = logging.getLogger(__name__)

# SHA-256 of the image, its extension, and a mark that there is a trailer at all.
_TRAILER: Final = struct.Struct("32s8s8s")
_MARK: Final = b"derived1"
_LEDGER: Final = struct.Struct("36sQ")
_NEW: Final = "new"
# When it overflows so much goes at once, since finding out what goes means looking at everything.
_KEPT_SHARE: Final = 0.9
_LEFTOVER_SECONDS: Final = 3600
# One that is larger than this share of all would drive out what everybody else is served.
_LARGEST_SHARE: Final = 1 / 8
_BLOCK_BYTES: Final = 4096


@dataclass(frozen=True)
class Kept:
    """A derived image that is there: its bytes, how many, their SHA-256 in hex, and the extension of its format."""

    descriptor: Descriptor
    size: int
    digest: str
    extension: str


class Cache:
    """Derived images by what they were made of and how. For many threads and processes.

    Args:
        most_bytes: of the disk, for all of them together. What takes more than an eighth of it is not kept.
        has_room: whether the volume has room for what can be done without.
    """

    def __init__(self, root: Path, most_bytes: int, has_room: Callable[[], bool]) -> None:
        self._root = root
        self._most = most_bytes
        self._has_room = has_room
        root.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._ledger = _Ledger(root)

    def get(self, kept_as: str, name: str) -> Kept | None:
        """One that is there, and counts as used with that."""
        try:
            descriptor = Descriptor(os.open(self._path(kept_as, name), os.O_RDONLY | os.O_CLOEXEC))
        except OSError:  # mostly it is not there; what cannot be opened is as good as that
            return None
        size = os.fstat(descriptor.number).st_size - _TRAILER.size
        if size <= 0:
            return None
        digest, extension, mark = _TRAILER.unpack(os.pread(descriptor.number, _TRAILER.size, size))
        if mark != _MARK:
            return None
        os.utime(descriptor.number)
        return Kept(descriptor, size, digest.hex(), extension.rstrip(b"\0").decode("ascii"))

    def open(self, kept_as: str, name: str) -> FileIO:
        """The file of one; its trailer follows the image.

        Raises:
            FileNotFoundError: it is not there (any more).
        """
        return FileIO(self._path(kept_as, name))

    def keep(self, kept_as: str, name: str, image: Kept) -> None:
        """Keep one, and let those go that were not used for longest. On a full volume it is not kept."""
        cost = _cost(image.size + _TRAILER.size)
        if cost > self._most * _LARGEST_SHARE or not self._has_room():
            return
        path, new = self._path(kept_as, name), self._root / _NEW / secrets.token_hex(16)
        try:
            for folder in (new.parent, Path(path).parent):  # also where somebody has deleted them meanwhile
                folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            _write(new, image)
            with self._ledger:
                held = self._ledger.get() - _cost_of(path) + cost
                os.rename(new, path)
                self._ledger.set(held)
                if held > self._most:
                    self._make_room()
        except OSError as fault:  # a full volume, mostly: it is made again then
            log.warning("a derived image could not be kept: %s", fault)
            new.unlink(missing_ok=True)

    def sweep(self, wanted: Callable[[Collection[str]], Collection[str]]) -> int:
        """Remove what was made of what is no more; how many.

        Args:
            wanted: of names that images are kept as, those that still are; asked for some hundreds at a time.
        """
        removed = 0
        for folder in _folders(self._root):
            by_name = {name: name.partition(".")[0] for name in os.listdir(folder)}
            names = set(by_name.values())
            gone = names.difference(wanted(names)) if names else set()
            for name in [name for name, kept_as in by_name.items() if kept_as in gone]:
                with self._ledger:
                    self._remove(f"{folder}/{name}")
            removed += len(gone)
        oldest = time.time() - _LEFTOVER_SECONDS
        for path in (self._root / _NEW).glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
        return removed

    def held_bytes(self) -> int:
        """How many bytes of the disk are taken."""
        with self._ledger:
            return self._ledger.get()

    def _make_room(self) -> None:
        """Remove the longest unused, with the ledger in hand."""
        entries = sorted(_entries(self._root))
        held = sum(cost for _, cost, _ in entries)
        for _, cost, path in entries:
            if held <= self._most * _KEPT_SHARE:
                break
            Path(path).unlink(missing_ok=True)
            held -= cost
        self._ledger.set(held)

    def _remove(self, path: str) -> None:
        self._ledger.set(self._ledger.get() - _cost_of(path))
        Path(path).unlink(missing_ok=True)

    def _path(self, kept_as: str, name: str) -> str:
        return f"{self._root}/{kept_as[:2]}/{kept_as}.{name}"


class _Ledger:
    """How many bytes are kept, in a file that all processes read and write in turn.

    What it said before the machine was started is not believed: that may be from before what it counted.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._turn = Turn(root / "turn")
        self._boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()[:36]
        self._path = root / "held"

    def __enter__(self) -> None:
        self._turn.__enter__()

    def __exit__(self, *fault: object) -> None:
        self._turn.__exit__(*fault)

    def set(self, held: int) -> None:
        """Say how many there are, with the turn in hand."""
        self._path.write_bytes(_LEDGER.pack(self._boot, max(0, held)))

    def get(self) -> int:
        """How many there are, with the turn in hand."""
        try:
            boot, held = _LEDGER.unpack(self._path.read_bytes())
        except (FileNotFoundError, struct.error):
            boot, held = b"", 0
        return int(held) if boot == self._boot else sum(cost for _, cost, _ in _entries(self._root))


def _write(path: Path, image: Kept) -> None:
    """The file, whole and on the disk: after a power cut it must not be there in part."""
    trailer = _TRAILER.pack(bytes.fromhex(image.digest), image.extension.encode("ascii"), _MARK)
    with FileIO(path, "xb") as file:
        sent = 0
        while sent < image.size:
            piece = os.sendfile(file.fileno(), image.descriptor.number, sent, image.size - sent)
            if not piece:
                raise OSError(errno.EIO, "an image became shorter while it was kept")
            sent += piece
        file.write(trailer)
        os.fsync(file.fileno())


def _folders(root: Path) -> list[Path]:
    """Those that images lie in."""
    return list(root.glob("[0-9a-f][0-9a-f]"))


def _entries(root: Path) -> Iterator[tuple[int, int, str]]:
    """When each was used last, what it takes of the disk, and its path."""
    for folder in _folders(root):
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    found = entry.stat()
                    yield found.st_mtime_ns, _cost(found.st_size), entry.path


def _cost(size: int) -> int:
    """What a file of that size takes of a disk: whole blocks."""
    return -(-size // _BLOCK_BYTES) * _BLOCK_BYTES


def _cost_of(path: str) -> int:
    try:
        return _cost(os.stat(path).st_size)
    except FileNotFoundError:
        return 0
