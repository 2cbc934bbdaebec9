"""What names a blob: files, and chunks of encrypted files. Bytes that nothing names any more go with the next sweep."""

from collections.abc import Iterable
from itertools import islice

from sqlalchemy import ColumnElement, Connection, or_, select, update

from pastebin.extensions import now
from pastebin.models import BlobRow, ChunkRow, FileRow

NAMED: ColumnElement[bool] = or_(
    select(FileRow.id).where(FileRow.digest == BlobRow.digest).exists(),
    select(ChunkRow.file_id).where(ChunkRow.digest == BlobRow.digest).exists(),
)
"""That something names a row of blobs."""


# A statement takes so many values and no more (SQLite: 32,766); a large encrypted file has more chunks.
_BATCH = 1000


def dropped(connection: Connection, digests: Iterable[str]) -> None:
    """Put on the sweep's list those blobs that nothing names any more, inside the transaction that let go of them."""
    left = iter(sorted(digests))
    while batch := list(islice(left, _BATCH)):
        unnamed = update(BlobRow).where(BlobRow.digest.in_(batch), ~NAMED)
        connection.execute(unnamed.values(orphaned_at=now()))
