"""A spool in a folder: a nameless file that is hashed as it is written."""

import errno
import hashlib
import os
import tempfile
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from pastebin.blobs.base import StoreFull

HEAD_BYTES = 8192
MOST_HELD_BYTES = 16 * 1024

# Filesystems without O_TMPFILE (NFS, some overlays) say one of these.
_NO_NAMELESS_FILES = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)
# A kernel or a filesystem that knows no write with RWF_SYNC says one of these.
_NO_SYNCED_WRITE = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
# After so many bytes the disk is told to begin with them: the fsync at the end then waits for the last of them alone.
_WRITEBACK_STEP = 16 << 20
_CLOSING_PAUSE_SECONDS = 0.02


class FileSpool:
    """Bytes on their way in, in a file without a name (or with a temporary one where that cannot be).

    Args:
        folder: where the file is.
        in_memory: whether a few bytes may be held until they are put. They are then written and made durable at once.
    """

    def __init__(self, folder: Path, *, in_memory: bool = False) -> None:
        self.size = 0
        self.head = b""
        self._hash = hashlib.sha256()
        self._folder = folder
        self.descriptor = -1
        self.is_open = True
        self._path: Path | None = None
        self._held: bytearray | None = bytearray()
        self._is_broken = False
        if not in_memory:
            self._open()
        self._synced = False
        self._linked = False
        self._begun = 0

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Take the next bytes (see `Spool.write`)."""
        if len(self.head) < HEAD_BYTES:
            self.head += bytes(block[: HEAD_BYTES - len(self.head)])
        self._hash.update(block)
        self.size += len(block)
        if self._held is not None and self.size <= MOST_HELD_BYTES:
            self._held += block
            return
        if self._held is not None:
            self._open()
        self._write(block)
        if self.size - self._begun >= _WRITEBACK_STEP:
            self._begin_writeback()

    def digest(self) -> str:
        """The 64 hex digits of what was written."""
        return self._hash.hexdigest()

    def held(self) -> bytes | None:
        """All bytes, while they are in memory (see `Spool.held`)."""
        return None if self._held is None else bytes(self._held)

    def link(self, target: str) -> None:
        """Make the bytes durable and give them the name *target*.

        Raises:
            FileExistsError: the name is taken. The bytes are durable all the same.
            StoreFull: no room.
            OSError: an fsync failed: nothing on this descriptor can be trusted any more.
        """
        if self._is_broken:
            raise OSError(errno.EIO, "an earlier fsync failed; what the next would say is not to be trusted")
        if self._linked:
            self._start_again()
        if not self._synced:
            self._make_durable()
            self._synced = True
        try:
            self._give_name(target)
        except OSError as fault:
            if fault.errno in _NO_ROOM:
                raise StoreFull from fault
            raise
        self._linked = True

    def close(self) -> None:
        """Let go of the file; without a name it is gone."""
        self.is_open, self._held = False, None
        if self.descriptor >= 0:
            _let_go(self.descriptor, at_once=not self._synced)
            self.descriptor = -1
        if self._path:
            self._path.unlink(missing_ok=True)
            self._path = None

    def _open(self) -> None:
        """From here on the bytes are in a file, those that were held too."""
        held, self._held = self._held, None
        self.descriptor, self._path = _open_nameless(self._folder)
        if held:
            self._write(held)

    def _write(self, block: bytes | bytearray | memoryview) -> None:
        view = memoryview(block)
        try:
            while view:
                view = view[os.write(self.descriptor, view) :]
        except OSError as fault:
            raise _told(fault) from fault

    def _make_durable(self) -> None:
        held, self._held = self._held, None
        try:
            if held is not None:
                self.descriptor, self._path = _open_nameless(self._folder)
                if self._write_synced(held):
                    return
            os.fsync(self.descriptor)
        except OSError as fault:
            self._is_broken = True
            raise _told(fault) from fault

    def _write_synced(self, content: bytearray) -> bool:
        """Write the first bytes of the file; true if they are durable already, which spares the fsync.

        RWF_SYNC is an fsync of this very write (pwritev2(2)).
        """
        written = 0
        if content and hasattr(os, "RWF_SYNC"):
            try:
                written = os.pwritev(self.descriptor, [content], 0, os.RWF_SYNC)
            except OSError as fault:
                if fault.errno not in _NO_SYNCED_WRITE:
                    raise
        if 0 < written == len(content):
            return True
        os.lseek(self.descriptor, written, os.SEEK_SET)
        self._write(memoryview(content)[written:])
        return False

    def _begin_writeback(self) -> None:
        """Have the disk begin with what it was not told of yet.

        "Not needed" makes Linux write dirty pages out, without a wait, and drop those that are written; a moment
        after the write none of these is.
        """
        with suppress(OSError, AttributeError):  # a hint; and not every system knows it
            os.posix_fadvise(self.descriptor, self._begun, self.size - self._begun, os.POSIX_FADV_DONTNEED)
        self._begun = self.size

    def _give_name(self, target: str) -> None:
        if self._path:
            os.link(self._path, target)
        else:
            # A directory descriptor, though unused with absolute paths, makes Python call linkat(2), which
            # follows the link in /proc to the nameless file; link(2) would not.
            os.link(f"/proc/self/fd/{self.descriptor}", target, src_dir_fd=self.descriptor, follow_symlinks=True)

    def _start_again(self) -> None:
        """Copy the bytes to a new file: a nameless one that had a name and lost it can't get another."""
        old, old_path = self.descriptor, self._path
        self.descriptor, self._path = _open_nameless(self._folder)
        self._synced = self._linked = False
        try:
            offset = 0
            while sent := os.sendfile(self.descriptor, old, offset, 1 << 30):
                offset += sent
        except OSError as fault:
            raise _told(fault) from fault
        finally:
            os.close(old)
            if old_path:
                old_path.unlink(missing_ok=True)


def _let_go(descriptor: int, *, at_once: bool) -> None:
    """Close a spool; one that was put, in a thread of its own.

    Closing the last descriptor of a nameless file removes its bytes, which
    takes a tenth of an upload's time, and happens only where they were in the
    store already. The uploader must not be able to tell by the clock.
    """
    if at_once:
        os.close(descriptor)
    else:
        _closer().put(descriptor)


@cache
def _closer() -> "SimpleQueue[int]":
    """Where descriptors go to be closed; made in the process that serves, not in one that forks it."""
    queue: SimpleQueue[int] = SimpleQueue()

    def close() -> None:
        while True:
            waiting = [queue.get()]
            time.sleep(_CLOSING_PAUSE_SECONDS)  # so that not every upload has to wake this thread
            while not queue.empty():
                waiting.append(queue.get())
            for descriptor in waiting:
                with suppress(OSError):  # the thread must outlive it
                    os.close(descriptor)

    Thread(target=close, name="spools", daemon=True).start()
    return queue


def _open_nameless(folder: Path) -> tuple[int, Path | None]:
    """A new file in *folder*: (descriptor, None), or (descriptor, path) where it needs a name."""
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o640), None
    except (OSError, AttributeError) as fault:
        if isinstance(fault, OSError) and fault.errno not in _NO_NAMELESS_FILES:
            raise _told(fault) from fault
    try:
        descriptor, name = tempfile.mkstemp(dir=folder)
    except OSError as fault:
        raise _told(fault) from fault
    return descriptor, Path(name)


def _told(fault: OSError) -> Exception:
    return StoreFull() if fault.errno in _NO_ROOM else fault
