"""One at a time, over all threads and all processes of this machine."""

import fcntl
import os
from pathlib import Path
from threading import Lock


class Turn:
    """A lock that a file stands for, got in the order of asking.

    Threads of this process wait at a lock, and the first of them at a lock of
    the file. Not for nesting: whoever has it and asks again waits for ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = Lock()
        self._descriptor = -1

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()  # what has no turn must not keep it from the others for ever
            raise

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._threads.release()
