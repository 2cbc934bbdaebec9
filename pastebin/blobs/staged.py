"""A store before which small contents wait elsewhere: to be read, they are as good as in it."""

from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path

from pastebin.blobs.base import BlobMissing, BlobStore, Choose, Spool
from pastebin.blobs.spool import MOST_HELD_BYTES
from pastebin.nameless import nameless_file


class StagedStore:
    """A store, and the contents that are on their way to it (see `BlobStore` for the promises).

    Args:
        store: where contents end up.
        content_of: the bytes of a digest that wait to be moved there, if it does.
    """

    def __init__(self, store: BlobStore, content_of: Callable[[str], bytes | None]) -> None:
        self._store = store
        self._content_of = content_of

    def spool(self, expected_bytes: int = 0) -> Spool:
        """A new spool (see `BlobStore.spool`)."""
        return self._store.spool(expected_bytes)

    def put(self, spool: Spool) -> str:
        """Keep the spooled bytes in the store (see `BlobStore.put`)."""
        return self._store.put(spool)

    def stands(self, digest: str, stamp: str) -> bool:
        """Whether what was put is still in the store."""
        return self._store.stands(digest, stamp)

    def open(self, digest: str, size: int | None = None) -> FileIO:
        """The open file (see `BlobStore.open`).

        What waits is looked for first: a stranger who uploads bytes that are in the store already, somebody's private
        ones perhaps, must get them back as slowly as new ones.
        """
        content = self._waiting(digest, size)
        return self._store.open(digest) if content is None else _as_file(content)

    def size(self, digest: str) -> int | None:
        """Size in bytes, or None."""
        content = self._waiting(digest)
        return self._store.size(digest) if content is None else len(content)

    def holds(self, digest: str, content: bytes) -> bool:
        """Whether the store itself has a digest, with these very bytes."""
        try:
            with self._store.open(digest) as file:
                return file.read(len(content) + 1) == content
        except BlobMissing:
            return False

    def remove(self, digest: str) -> None:
        """Remove the bytes from the store."""
        self._store.remove(digest)

    def listing(self, slice_number: int, slices: int, only: Choose = iter) -> Iterator[tuple[str, float]]:
        """What the store has (see `BlobStore.listing`)."""
        return self._store.listing(slice_number, slices, only)

    def clean(self, grace_seconds: float) -> int:
        """Remove what dead processes left in the store."""
        return self._store.clean(grace_seconds)

    def free_bytes(self) -> int:
        """Room above the reserve."""
        return self._store.free_bytes()

    def folder(self) -> Path | None:
        """Where the store lies on this machine, if it does."""
        return self._store.folder()

    def _waiting(self, digest: str, size: int | None = None) -> bytes | None:
        return None if size is not None and size > MOST_HELD_BYTES else self._content_of(digest)


def _as_file(content: bytes) -> FileIO:
    file = nameless_file("content")
    file.write(content)
    file.seek(0)
    return file
