"""A store before which small contents wait elsewhere: to be read, they are as good as in it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path

from pastebin.blobs.base import BlobMissing, BlobStore, Spool


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

    def open(self, digest: str) -> FileIO:
        """The open file (see `BlobStore.open`)."""
        try:
            return self._store.open(digest)
        except BlobMissing:
            content = self._content_of(digest)
        # If it does not wait either, it may have been moved between the two looks.
        return self._store.open(digest) if content is None else _as_file(content)

    def size(self, digest: str) -> int | None:
        """Size in bytes, or None."""
        size = self._store.size(digest)
        if size is None and (content := self._content_of(digest)) is not None:
            return len(content)
        return size if size is not None else self._store.size(digest)

    def remove(self, digest: str) -> None:
        """Remove the bytes from the store."""
        self._store.remove(digest)

    def listing(self, slice_number: int, slices: int) -> Iterator[tuple[str, float]]:
        """What the store has (see `BlobStore.listing`)."""
        return self._store.listing(slice_number, slices)

    def clean(self, grace_seconds: float) -> int:
        """Remove what dead processes left in the store."""
        return self._store.clean(grace_seconds)

    def free_bytes(self) -> int:
        """Room above the reserve."""
        return self._store.free_bytes()

    def folder(self) -> Path | None:
        """Where the store lies on this machine, if it does."""
        return self._store.folder()


def _as_file(content: bytes) -> FileIO:
    """A file without a name, in memory where the system can, since the server wants a descriptor to send from."""
    if hasattr(os, "memfd_create"):
        file = FileIO(os.memfd_create("content"), "r+")
    else:
        descriptor, path = tempfile.mkstemp()
        os.unlink(path)
        file = FileIO(descriptor, "r+")
    file.write(content)
    file.seek(0)
    return file
