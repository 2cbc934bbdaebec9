"""A store in a folder: `xx/DIGEST`, and `spool/` beside it.

The order of writes is the promise: nameless file → fsync → link to its name →
fsync of the folder. Nothing half-written ever has a name. A small upload waits
in memory, and its write is its fsync.
"""

import math
import os
import resource
import time
import weakref
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import cast
from weakref import WeakSet

from pastebin.addresses import DIGEST_LENGTH
from pastebin.blobs.base import BlobMissing, Choose, Spool, StoreBusy, StoreFull
from pastebin.blobs.spool import FileSpool

_FOLDERS = [f"{number:02x}" for number in range(256)]
# By four digits more the names in a folder are told apart where it is divided.
_PLACES = 1 << 16

# For uploads of up to so many bytes, where there is ample room, a look at the disk is believed for a while.
_SMALL_BYTES = 1 << 20
_AMPLE_BYTES = 1 << 30
_ROOM_LASTS_SECONDS = 0.1
# So many spools of a process may hold the bytes of small uploads in memory.
_MOST_IN_MEMORY = 1024


class LocalStore:
    """Blobs in a folder of this machine (see `BlobStore` for the promises)."""

    def __init__(self, root: Path, reserve_bytes: int) -> None:
        self._root = root
        self._reserve = reserve_bytes
        self._spools = root / "spool"
        self._open: WeakSet[FileSpool] = WeakSet()
        self._room = _Room(root, reserve_bytes)
        self._lay_out()
        self._root_name = str(root)
        self._shelves = _Shelves(self._root_name)

    def spool(self, expected_bytes: int = 0) -> FileSpool:
        """A new spool (see `BlobStore.spool`)."""
        if not self._room.is_there_for(expected_bytes):
            raise StoreFull
        most = _most_spools()
        # Those that are in memory count as well: they take a descriptor when they are put.
        if len(self._open) >= most and sum(spool.is_open for spool in list(self._open)) >= most:
            raise StoreBusy
        spool = FileSpool(self._spools, in_memory=len(self._open) < _MOST_IN_MEMORY)
        self._open.add(spool)
        return spool

    def put(self, spool: Spool) -> str:
        """Keep the spooled bytes (see `BlobStore.put`)."""
        digest = spool.digest()
        path = self._path(digest)
        file = cast(FileSpool, spool)
        for _ in range(10):
            try:
                file.link(path)
            except FileExistsError:
                if not self._renew(path, spool.size):
                    continue  # it went, or was cut short by something outside of us: link again
            os.fsync(self._shelves.descriptor(digest[:2]))
            if stamp := _stamp(path):
                return stamp
        raise OSError(f"{path} keeps vanishing while it is being written")

    def stands(self, digest: str, stamp: str) -> bool:
        """Whether the same inode still has the name."""
        return _stamp(self._path(digest)) == stamp

    def open(self, digest: str, size: int | None = None) -> FileIO:
        """The open file (see `BlobStore.open`)."""
        try:
            return FileIO(self._path(digest))
        except FileNotFoundError:
            raise BlobMissing(digest) from None

    def size(self, digest: str) -> int | None:
        """Size in bytes, or None."""
        try:
            return os.stat(self._path(digest)).st_size
        except FileNotFoundError:
            return None

    def remove(self, digest: str) -> None:
        """Remove the bytes."""
        with suppress(FileNotFoundError):
            os.unlink(self._path(digest))

    def listing(self, slice_number: int, slices: int, only: Choose = iter) -> Iterator[tuple[str, float]]:
        """Digests and ages in seconds (see `BlobStore.listing`)."""
        moment = time.time()
        for digest in only(self._digests(slice_number, slices)):
            if (changed := _changed_at(self._path(digest))) is not None:
                yield digest, moment - changed

    def _digests(self, slice_number: int, slices: int) -> Iterator[str]:
        # A part is some of the folders; or some of one folder, which this and other parts share.
        first = slice_number % len(_FOLDERS)
        share, shares = slice_number // len(_FOLDERS), len(range(first, slices, len(_FOLDERS)))
        for folder in _FOLDERS[first::slices]:
            with os.scandir(self._root / folder) as entries:
                names = sorted([entry.name for entry in entries])
            yield from (name for name in _share_of(names, folder, share, shares) if len(name) == DIGEST_LENGTH)

    def clean(self, grace_seconds: float) -> int:
        """Remove old temporary files: there are none where the filesystem knows nameless ones."""
        with os.scandir(self._spools) as entries:
            times = {entry.path: _changed_at(entry.path) for entry in entries}
        oldest = time.time() - grace_seconds
        old = [path for path, changed in times.items() if changed is not None and changed < oldest]
        for path in old:
            Path(path).unlink(missing_ok=True)
        return len(old)

    def free_bytes(self) -> int:
        """Room above the reserve."""
        return self._room.look()

    def folder(self) -> Path:
        """The folder itself."""
        return self._root

    def _path(self, digest: str) -> str:
        return f"{self._root_name}/{digest[:2]}/{digest}"

    def _renew(self, path: str, size: int) -> bool:
        """Make bytes that are there young again, and wait for the disk as a new file would; false if they are not."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            if os.fstat(descriptor).st_size != size:
                with suppress(FileNotFoundError):
                    os.unlink(path)
                return False
            os.utime(descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return True

    def _lay_out(self) -> None:
        """Make all folders at once, so that no upload ever has to make one durable."""
        if (self._root / _FOLDERS[-1]).is_dir() and self._spools.is_dir():
            return
        for name in ("spool", *_FOLDERS):
            (self._root / name).mkdir(mode=0o750, parents=True, exist_ok=True)
        _fsync_folder(self._root)
        _fsync_folder(self._root.parent)


class _Room:
    """How much room there is above the reserve. Asking the system for it at every small upload would be much."""

    def __init__(self, root: Path, reserve_bytes: int) -> None:
        self._root = root
        self._reserve = reserve_bytes
        self._free = 0
        self._looked_at = -math.inf

    def is_there_for(self, size: int) -> bool:
        """Whether so many bytes still fit. What others take meanwhile is noticed within a tenth of a second."""
        if size > _SMALL_BYTES or time.monotonic() - self._looked_at > _ROOM_LASTS_SECONDS or self._free < _AMPLE_BYTES:
            self.look()
        self._free -= size
        return self._free >= 0

    def look(self) -> int:
        """Bytes above the reserve now; negative below it."""
        volume = os.statvfs(self._root)
        self._looked_at = time.monotonic()
        self._free = volume.f_bavail * volume.f_frsize - self._reserve
        return self._free


class _Shelves:
    """The open folders of a store, to be synced: opening one at every upload costs more than keeping it."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._descriptors: dict[str, int] = {}
        # Not at the process's exit: threads that are daemons may still be syncing.
        weakref.finalize(self, _close_all, self._descriptors).atexit = False

    def descriptor(self, name: str) -> int:
        """Of the folder with this name."""
        descriptor = self._descriptors.get(name)
        if descriptor is None:
            opened = os.open(f"{self._root}/{name}", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            descriptor = self._descriptors.setdefault(name, opened)
            if descriptor != opened:  # another thread was quicker
                os.close(opened)
        return descriptor


def _close_all(descriptors: dict[str, int]) -> None:
    for descriptor in descriptors.values():
        os.close(descriptor)


def _most_spools() -> int:
    """A quarter of the descriptors that this process may have: a slow form can hold a hundred spools for hours."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft // 4


def _share_of(names: list[str], folder: str, share: int, shares: int) -> list[str]:
    """One of so many shares of a folder's sorted names, by what follows the folder's own two digits."""
    between = [bisect_left(names, f"{folder}{number * _PLACES // shares:04x}") for number in range(1, shares)]
    bounds = [0, *between, len(names)]
    return names[bounds[share] : bounds[share + 1]]


def _changed_at(path: str) -> float | None:
    """When it was written last; None where it has gone since the folder was read."""
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return None


def _stamp(path: str) -> str:
    """The inode's number, or nothing where the name is not there."""
    try:
        return str(os.stat(path).st_ino)
    except FileNotFoundError:
        return ""


def _fsync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
