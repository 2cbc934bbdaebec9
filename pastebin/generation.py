"""A mark that changes whenever something stops being served, seen at once by every process of this machine.

It lies in a small file that all of them have mapped: reading it costs a
fraction of a microsecond, so it can be read for every request.
"""

import mmap
import os
from pathlib import Path

from pastebin.edge import Edge

_BYTES = 16


class Generation:
    """The current mark. Whoever keeps a decision keeps the mark that was read before it, and compares.

    Args:
        edge: has a mark of its own, which changes with this one and after it.
    """

    def __init__(self, path: Path, edge: Edge | None = None) -> None:
        self._edge = edge
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            if os.fstat(descriptor).st_size < _BYTES:
                # With a block of its own: a hole could not be filled on a full disk.
                os.pwrite(descriptor, bytes(_BYTES), 0)
            self._map = mmap.mmap(descriptor, _BYTES)
        finally:
            os.close(descriptor)

    def read(self) -> bytes:
        """The mark now. One that is read while it changes equals neither the old nor the new one: that is safe."""
        return self._map[:_BYTES]

    def advance(self) -> None:
        """Change the mark: after the change is committed, and before anybody is told of it."""
        self._map[:_BYTES] = os.urandom(_BYTES)
        if self._edge:
            self._edge.turn()
