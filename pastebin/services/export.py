"""All files of an account as one ZIP archive, made while it is sent.

Nothing is held while the client is waited for but an open file and the
`Inventory`: no connection of the database, no transaction, no lock.
"""

import json
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from io import FileIO
from typing import Any, cast

from pastebin.blobs import BlobMissing
from pastebin.errors import FileNotFound
from pastebin.extensions import generation, reading, store
from pastebin.services import catalogue, files, standing
from pastebin.services.actor import Actor
from pastebin.services.files import StoredFile
from pastebin.services.inventory import Inventory
from pastebin.services.zip_records import Entry, descriptor, directory_header, end_of_directory, local_header

LISTING = "files.json"
"""The last entry: what is told of each file, in the words of whoever asks for the archive."""

# Read at once; what is not more than this is read before its header is written, which then says all.
_PIECE_BYTES = 128 * 1024
# Small pieces are joined until they are worth sending.
_BLOCK_BYTES = 32 * 1024

_BELIEVED_SECONDS = 1

Describe = Callable[[StoredFile], dict[str, Any]]


class ContentIncomplete(Exception):
    """A file that is there has no bytes, or too few: the archive must not look whole."""


def archive(actor: Actor, describe: Describe) -> Generator[bytes, None, None]:
    """The bytes of a ZIP archive with all live files of the actor's, oldest first, and `LISTING` as its last entry.

    Files that were uploaded after it began are left out, so that it ends; so
    are those that are deleted before their turn.

    Args:
        describe: what is to be told of a file; `archiveName` is added.

    Raises:
        ContentIncomplete, OSError: bytes are missing or cannot be read. What was sent has no end, and opens nowhere.
        SessionInvalid: the actor's session or key has ended meanwhile: there is no more for it.
    """
    begun = datetime.now(UTC)
    with closing(Inventory(store.folder())) as inventory:
        yield from _joined(_parts(actor, begun, describe, inventory))


def _parts(actor: Actor, begun: datetime, describe: Describe, inventory: Inventory) -> Iterator[bytes]:
    writer = ArchiveWriter(inventory)
    inventory.name_for(LISTING)  # nobody else's
    for file in _files(actor, begun):
        if (blob := _open(file)) is None:
            continue
        with blob:
            name = inventory.name_for(file.filename)
            about = json.dumps({**describe(file), "archiveName": name}, separators=(",", ":")).encode()
            yield from writer.entry(name, file.created_at, file.size, _pieces(blob, file), about)
    listing = _Listing(inventory)
    yield from writer.entry(LISTING, begun, listing.size, listing.pieces())
    yield from writer.end()


class ArchiveWriter:
    """Makes an archive that is never read again or gone back in: what its end needs waits in the inventory.

    The standard library's `zipfile` would keep half a KiB in memory for every
    entry, and write its whole directory at once.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._offset = 0

    def entry(
        self, name: str, modified_at: datetime, size: int, pieces: Iterable[bytes], about: bytes = b""
    ) -> Iterator[bytes]:
        """The bytes of one entry, and those around them; *pieces* are *size* bytes together."""
        entry = Entry(name, modified_at, size, self._offset, crc_follows=size > _PIECE_BYTES)
        if not entry.crc_follows:
            content = b"".join(pieces)
            entry, pieces = replace(entry, crc=zlib.crc32(content)), (content,)
        header = local_header(entry)
        yield header
        crc = 0
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            yield piece
        entry = replace(entry, crc=crc)
        footer = descriptor(entry) if entry.crc_follows else b""
        yield footer
        self._offset += len(header) + size + len(footer)
        self._inventory.add(directory_header(entry), about)

    def end(self) -> Iterator[bytes]:
        """The directory: without it nobody takes what came before for an archive."""
        yield from self._inventory.directory()
        yield end_of_directory(self._inventory.count, self._inventory.directory_bytes, self._offset)


class _Listing:
    """`{"count": …, "items": […]}`, a line for each file."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._head = b'{"count":%d,"items":[' % inventory.count
        commas = max(0, inventory.count - 1)
        self.size = len(self._head) + inventory.about_bytes + inventory.count + commas + len(_LISTING_END)

    def pieces(self) -> Iterator[bytes]:
        """Its bytes."""
        yield self._head
        for number, about in enumerate(self._inventory.abouts()):
            yield (b",\n" if number else b"\n") + about
        yield _LISTING_END


_LISTING_END = b"\n]}\n"


def _files(actor: Actor, until: datetime) -> Iterator[StoredFile]:
    """The account's files, each as it is when its turn comes: that may be hours after the first one's.

    What was read of the next ones is believed for a moment, and only while nothing is removed or changed.
    """
    last = None
    while True:
        mark, read_at = generation.read(), time.monotonic()
        with reading() as connection:
            standing.check(connection, actor)
        batch = catalogue.following(cast(int, actor.user_id), last, until)
        if not batch:
            return
        for file in batch:
            yield file
            last = file
            if generation.read() != mark or time.monotonic() - read_at > _BELIEVED_SECONDS:
                break


def _open(file: StoredFile) -> FileIO | None:
    """A file's bytes; None where it was deleted, and they with it, since its row was read.

    Raises:
        ContentIncomplete: there are none, and it is still there.
    """
    try:
        return store.open(file.digest, file.size)
    except BlobMissing as fault:
        try:
            files.get(file.uuid)
        except FileNotFound:
            return None
        raise ContentIncomplete(f"the store has no bytes {file.digest}, which the file {file.uuid} names") from fault


def _pieces(blob: FileIO, file: StoredFile) -> Iterator[bytes]:
    left = file.size
    while left > 0:
        piece = blob.read(min(left, _PIECE_BYTES))
        if not piece:
            raise ContentIncomplete(f"of the bytes {file.digest}, which the file {file.uuid} names, {left} are missing")
        left -= len(piece)
        yield piece


def _joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks that are worth sending."""
    waiting, size = [], 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= _BLOCK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
