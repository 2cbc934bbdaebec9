"""What every store promises."""

from collections.abc import Callable, Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import Protocol


class StoreFull(Exception):
    """The volume is below its reserve, or has no room at all."""


class StoreBusy(Exception):
    """So many spools are open that one more would take the descriptors that everything else needs."""


class BlobMissing(Exception):
    """The store has no bytes under this digest."""


class Spool(Protocol):
    """Where an upload waits while it is hashed: one pass, on the store's own volume.

    A spool that is not put leaves nothing behind when it is closed, nor when
    the process dies.
    """

    size: int
    """Bytes written so far."""

    head: bytes
    """The first bytes, `HEAD_BYTES` of them or all there are."""

    def write(self, block: bytes | bytearray | memoryview) -> None:
        """Take the next bytes.

        Raises:
            StoreFull: the volume has no room. What was written is of no use.
        """

    def digest(self) -> str:
        """The 64 hex digits of what was written."""

    def held(self) -> bytes | None:
        """All bytes, where they are few and nothing but this process's memory has them yet."""

    def close(self) -> None:
        """Let go of it. Closing twice is no error."""


Choose = Callable[[Iterable[str]], Iterable[str]]
"""Some of many digests."""


class BlobStore(Protocol):
    """Immutable bytes under their own SHA-256."""

    def spool(self, expected_bytes: int = 0) -> Spool:
        """A new, empty spool.

        Args:
            expected_bytes: what will be written, where that is known.

        Raises:
            StoreFull: that many bytes would take the volume below its reserve.
            StoreBusy: too many spools are open in this process.
        """

    def put(self, spool: Spool) -> str:
        """Keep the spooled bytes under their digest; returns a stamp for `stands`.

        Durable on return: a power cut an instant later loses nothing. Putting
        bytes that are there already is no error, takes as long, and makes them
        young again for the sweep. Two puts of the same bytes may race. The
        spool stays usable: it can be put again should the bytes be swept away
        before a record names them.

        Raises:
            StoreFull: the volume has no room. Nothing is kept.
            OSError: the bytes could not be made durable. Nothing is promised.
        """

    def stands(self, digest: str, stamp: str) -> bool:
        """Whether what `put` stamped is still there, untouched since. Quick: safe inside a transaction."""

    def open(self, digest: str, size: int | None = None) -> FileIO:
        """The bytes as an open file with a descriptor; stays readable when they are removed meanwhile.

        Args:
            size: how many they are, where that is known: it may spare a look.

        Raises:
            BlobMissing: there are none.
        """

    def size(self, digest: str) -> int | None:
        """Size in bytes, or None where there are none."""

    def remove(self, digest: str) -> None:
        """Remove the bytes. Removing what is not there is no error."""

    def listing(self, slice_number: int, slices: int, only: Choose = iter) -> Iterator[tuple[str, float]]:
        """Digest and age in seconds of what is stored, in the given one of *slices* parts.

        Args:
            only: which of many digests, more or less in order, are to be listed; the age of others is not looked up.
        """

    def clean(self, grace_seconds: float) -> int:
        """Remove what dead processes left half-done, older than that; how many."""

    def free_bytes(self) -> int:
        """Room above the reserve; negative below it."""

    def folder(self) -> Path | None:
        """Where it lies on this machine, if it does."""
