"""A store in a folder: `xx/DIGEST`, and `spool/` beside it.

The order of writes is the promise: temporary file → fsync → link to its name
→ fsync of the folder. Nothing half-written ever has a name.
"""

import os
import resource
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import cast
from weakref import WeakSet

from pastebin.addresses import DIGEST_LENGTH
from pastebin.blobs.base import BlobMissing, Spool, StoreBusy, StoreFull
from pastebin.blobs.spool import FileSpool

_FOLDERS = [f"{number:02x}" for number in range(256)]


class LocalStore:
    """Blobs in a folder of this machine (see `BlobStore` for the promises)."""

    def __init__(self, root: Path, reserve_bytes: int) -> None:
        self._root = root
        self._reserve = reserve_bytes
        self._spools = root / "spool"
        self._open: WeakSet[FileSpool] = WeakSet()
        self._lay_out()

    def spool(self, expected_bytes: int = 0) -> FileSpool:
        """A new spool (see `BlobStore.spool`)."""
        if self.free_bytes() < expected_bytes:
            raise StoreFull
        most = _most_spools()
        if len(self._open) >= most and sum(spool.descriptor >= 0 for spool in list(self._open)) >= most:
            raise StoreBusy
        spool = FileSpool(self._spools)
        self._open.add(spool)
        return spool

    def put(self, spool: Spool) -> str:
        """Keep the spooled bytes (see `BlobStore.put`)."""
        path = self._path(spool.digest())
        file = cast(FileSpool, spool)
        for _ in range(10):
            try:
                file.link(path)
            except FileExistsError:
                if not self._renew(path, spool.size):
                    continue  # it went, or was cut short by something outside of us: link again
            _fsync_folder(path.parent)
            if stamp := _stamp(path):
                return stamp
        raise OSError(f"{path} keeps vanishing while it is being written")

    def stands(self, digest: str, stamp: str) -> bool:
        """Whether the same inode still has the name."""
        return _stamp(self._path(digest)) == stamp

    def open(self, digest: str) -> FileIO:
        """The open file (see `BlobStore.open`)."""
        try:
            return self._path(digest).open("rb", buffering=0)
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
        self._path(digest).unlink(missing_ok=True)

    def listing(self, slice_number: int, slices: int) -> Iterator[tuple[str, float]]:
        """Digests and ages in seconds (see `BlobStore.listing`)."""
        moment = time.time()
        for name in _FOLDERS[slice_number::slices]:
            with os.scandir(self._root / name) as entries:
                for entry in entries:
                    if len(entry.name) == DIGEST_LENGTH and (changed := _changed_at(entry)) is not None:
                        yield entry.name, moment - changed

    def clean(self, grace_seconds: float) -> int:
        """Remove old temporary files: there are none where the filesystem knows nameless ones."""
        with os.scandir(self._spools) as entries:
            times = {entry.path: _changed_at(entry) for entry in entries}
        oldest = time.time() - grace_seconds
        old = [path for path, changed in times.items() if changed is not None and changed < oldest]
        for path in old:
            Path(path).unlink(missing_ok=True)
        return len(old)

    def free_bytes(self) -> int:
        """Room above the reserve."""
        volume = os.statvfs(self._root)
        return volume.f_bavail * volume.f_frsize - self._reserve

    def folder(self) -> Path:
        """The folder itself."""
        return self._root

    def _path(self, digest: str) -> Path:
        return Path(f"{self._root}/{digest[:2]}/{digest}")

    def _renew(self, path: Path, size: int) -> bool:
        """Make bytes that are there young again, and wait for the disk as a new file would; false if they are not."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            if os.fstat(descriptor).st_size != size:
                path.unlink(missing_ok=True)
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


def _most_spools() -> int:
    """A quarter of the descriptors that this process may have: a slow form can hold a hundred spools for hours."""
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft // 4


def _changed_at(entry: os.DirEntry[str]) -> float | None:
    """When it was written last; None where it has gone since the folder was read."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return None


def _stamp(path: Path) -> str:
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
