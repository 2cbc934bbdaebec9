"""What names a blob: files, and chunks of encrypted files. Bytes that nothing names any more go with the next sweep."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, or_, select, update

from pastebin.extensions import now
from pastebin.models import BlobRow, ChunkRow, FileRow

NAMED: ColumnElement[bool] = or_(
    select(FileRow.id).where(FileRow.digest == BlobRow.digest).exists(),
    select(ChunkRow.file_id).where(ChunkRow.digest == BlobRow.digest).exists(),
)
"""That something names a row of blobs."""

Value = TypeVar("Value")

# A statement takes so many values and no more (SQLite: 32,766); a large encrypted file has more chunks.
_BATCH = 1000


def dropped(connection: Connection, digests: Iterable[str]) -> None:
    """Put on the sweep's list those blobs that nothing names any more, inside the transaction that let go of them."""
    for batch in in_batches(sorted(digests)):
        unnamed = update(BlobRow).where(BlobRow.digest.in_(batch), ~NAMED)
        connection.execute(unnamed.values(orphaned_at=now()))


def in_batches(values: Iterable[Value]) -> Iterator[list[Value]]:
    """So many at a time as a statement takes."""
    left = iter(values)
    while batch := list(islice(left, _BATCH)):
        yield batch
