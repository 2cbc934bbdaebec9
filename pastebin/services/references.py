"""What names a blob: files, and chunks of encrypted files. Bytes that nothing names any more go with the next sweep."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, or_, select, update

from pastebin.extensions import now
from pastebin.models import BlobRow, ChunkRow, FileRow

NAMED: ColumnElement[bool] = or_(
    select(FileRow.id).where(FileRow.digest == BlobRow.digest).exists(),
    select(ChunkRow.file_id).where(ChunkRow.digest == BlobRow.digest).exists(),
)
"""That something names a row of blobs."""


def dropped(connection: Connection, digests: Collection[str]) -> None:
    """Put on the sweep's list those blobs that nothing names any more, inside the transaction that let go of them."""
    unnamed = update(BlobRow).where(BlobRow.digest.in_(digests), ~NAMED)
    connection.execute(unnamed.values(orphaned_at=now()))
