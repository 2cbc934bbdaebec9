"""Request bodies that are made while they are read, so that a test sees how much was taken."""

from __future__ import annotations

import io

MIB = 1 << 20


class StreamedBody(io.RawIOBase):
    """*beginning*, then filler without end; `taken` counts the bytes that were read.

    It says of itself that it has *declared* bytes, so the test client sends
    that as its Content-Length; an end before that is a client that hung up.

    Args:
        ends_at: bytes after which nothing more comes; None for never.
    """

    def __init__(self, beginning: bytes = b"", *, declared: int = MIB, ends_at: int | None = None) -> None:
        super().__init__()
        self.taken = 0
        self._beginning = beginning
        self._declared = declared
        self._ends_at = ends_at
        self._position = 0

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Only so that the test client can measure it."""
        self._position = offset + (self._declared if whence == io.SEEK_END else 0)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the io module's own buffers are these
        left = len(buffer) if self._ends_at is None else min(len(buffer), self._ends_at - self.taken)
        piece = self._beginning[self.taken : self.taken + left] or bytes(left)
        buffer[: len(piece)] = piece
        self.taken += len(piece)
        return len(piece)


class UnreadableBody(StreamedBody):
    """A body that fails the test when anybody reads it."""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as above
        raise AssertionError("the body was read")


def unknown_length() -> dict[str, object]:
    """What makes the test client send a body as chunked: without a length, ended by the server below."""
    return {
        "headers": {"Transfer-Encoding": "chunked"},
        "environ_overrides": {"wsgi.input_terminated": True},
    }
