"""Files that their clients encrypted (seed 004): look, download, delete. They are nobody's, and found by UUID alone.

The server cannot read them, and does not try: chunks are blobs like any
other, never sniffed, and no hash leads to them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.exc import OperationalError

from pastebin.errors import (
    ChunkNotFound,
    DeletePasswordInvalid,
    DownloadLimitReached,
    FileNotFound,
    UploadUnfinished,
)
from pastebin.extensions import Moment, is_disk_full, now, reading, transaction
from pastebin.models import ChunkRow, EncryptedFileRow, ParticipantRow
from pastebin.services import delete_passwords, references, tombstones

METADATA = -1
"""The place of what is no chunk: the encrypted name and type."""

# How much one transaction removes, while whoever writes waits. A file may have twenty thousand chunks.
_BATCH = 20
_BATCH_CHUNKS = 1000


@dataclass(frozen=True)
class EncryptedFile:
    """One upload. `size` is that of all chunks, in bytes, as they lie here; `downloads` the most of any chunk.

    `expires_at` is when it goes as its uploader asked, also while it is unfinished.
    """

    uuid: str
    is_finished: bool
    size: int
    expires_at: datetime
    download_limit: int | None
    downloads: int
    chunk_count: int
    last_chunk: int | None

    @property
    def is_in_order(self) -> bool:
        """Whether its chunks are 0, 1, 2 and so on, with none left out."""
        return self.last_chunk == self.chunk_count - 1


@dataclass(frozen=True)
class Chunk:
    """A part of a finished file, ready to leave."""

    uuid: str
    place: int
    digest: str
    size: int
    is_limited: bool


def find(uuid: str) -> EncryptedFile:
    """What is known of a file, finished or not.

    Raises:
        FileNotFound: unknown, deleted, expired, used up, or given up. ContentRemoved: taken down.
    """
    uuid = uuid.lower()
    with reading() as connection:
        row = connection.execute(_FILE, {"uuid": uuid, "moment": now()}).one_or_none()
    if row is None:
        tombstones.missing(uuid)
    return EncryptedFile(*row)


def find_finished(uuid: str) -> EncryptedFile:
    """A file that can be downloaded.

    Raises:
        FileNotFound: there is none, or its upload is not finished. ContentRemoved: taken down.
    """
    file = find(uuid)
    if not file.is_finished:
        raise FileNotFound
    return file


def chunks_of(file: EncryptedFile) -> list[int]:
    """The places of its chunks, in order."""
    with reading() as connection:
        return list(connection.execute(_CHUNKS, {"uuid": file.uuid}).scalars())


def addresses_of(file: EncryptedFile) -> list[str]:
    """Where its parts came from, as far as that is kept."""
    with reading() as connection:
        return list(connection.execute(_ADDRESSES, {"uuid": file.uuid}).scalars())


def find_metadata(uuid: str) -> Chunk | None:
    """The encrypted metadata of a finished file, where it has any.

    Raises:
        FileNotFound, ContentRemoved: see `find`. UploadUnfinished: its upload is.
    """
    return _part(uuid, METADATA)


def find_chunk(uuid: str, place: int) -> Chunk:
    """A chunk of a finished file.

    Raises:
        FileNotFound, ContentRemoved: see `find`. UploadUnfinished: its upload is. ChunkNotFound: it has no such chunk.
        DownloadLimitReached: this one was served as often as it may be.
    """
    chunk = _part(uuid, place)
    if chunk is None:
        raise ChunkNotFound
    return chunk


def _part(uuid: str, place: int) -> Chunk | None:
    uuid = uuid.lower()
    with reading() as connection:
        row = connection.execute(_PART, {"uuid": uuid, "at": place, "moment": now()}).one_or_none()
    if row is None:
        tombstones.missing(uuid)
    if not row.is_finished:
        raise UploadUnfinished
    if row.digest is None:
        return None
    limit = row.download_limit if place != METADATA else None
    if limit is not None and row.downloads >= limit:
        raise DownloadLimitReached
    return Chunk(uuid, place, row.digest, row.size, limit is not None)


def count_download(chunk: Chunk) -> None:
    """Count one download of a chunk: of a limited file exactly as many succeed as there are, however many ask at once.

    With the last one of its last chunk a file is deleted, in the same transaction.

    Raises:
        DownloadLimitReached: none is left.
    """
    which = {"uuid": chunk.uuid, "at": chunk.place, "moment": now()}
    if not chunk.is_limited:
        _count_unlimited(which)
        return
    with transaction() as connection:
        # Two last chunks must not each leave the end to the other (PostgreSQL).
        connection.execute(_LOCK, {"uuid": chunk.uuid})
        if connection.execute(_SPEND, which).rowcount == 0:
            raise DownloadLimitReached
        remove_within(connection, EncryptedFileRow.id == chunk.uuid, _USED_UP)


def _count_unlimited(which: dict[str, Any]) -> None:
    """No promise rests on it: it neither waits for the disk nor fails where that is full."""
    try:
        with transaction(durable=False) as connection:
            connection.execute(_COUNT, which)
    except OperationalError as fault:
        if not is_disk_full(fault):
            raise


def delete_by_password(uuid: str, password: str | None) -> None:
    """Delete a file, finished or not, by the password that its uploader chose.

    Raises:
        FileNotFound, ContentRemoved: see `find`. DeletePasswordInvalid: wrong, absent, or none was set.
    """
    uuid = find(uuid).uuid
    with reading() as connection:
        kept = connection.execute(_DELETE_PASSWORD, {"uuid": uuid}).scalar_one_or_none()
    if password is None or not delete_passwords.fits(kept, password):
        raise DeletePasswordInvalid
    with transaction() as connection:
        remove_within(connection, EncryptedFileRow.id == uuid)


def remove_within(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Remove files that meet the conditions, inside the caller's transaction; how many there were.

    Their blobs go with the next sweep where nothing else names them.
    """
    found = select(EncryptedFileRow.id).where(*conditions).limit(_BATCH).with_for_update()
    uuids = connection.execute(found).scalars().all()
    if uuids:
        gone = delete(ChunkRow).where(ChunkRow.file_id.in_(uuids)).returning(ChunkRow.digest)
        digests = set(connection.execute(gone).scalars())
        connection.execute(delete(ParticipantRow).where(ParticipantRow.file_id.in_(uuids)))
        connection.execute(delete(EncryptedFileRow).where(EncryptedFileRow.id.in_(uuids)))
        references.dropped(connection, digests)
    return len(uuids)


def with_content(digest: str) -> ColumnElement[bool]:
    """That a file has a chunk, or metadata, of this content."""
    # By the few chunks of this content: asking it of each file goes through all of them.
    return EncryptedFileRow.id.in_(select(ChunkRow.file_id).where(ChunkRow.digest == digest))


def remove(*conditions: ColumnElement[bool]) -> int:
    """Remove all files that meet the conditions, some at a time; how many there were."""
    removed = 0
    while True:
        with transaction() as connection:
            batch = remove_within(connection, *conditions)
        removed += batch
        if batch < _BATCH:
            return removed


def sweep() -> int:
    """Remove files that have expired, and uploads that were not finished in time; how many."""
    due = EncryptedFileRow.expires_at <= now()
    with reading() as connection:
        if connection.execute(select(EncryptedFileRow.id).where(due).limit(1)).first() is None:
            return 0
        large = select(EncryptedFileRow.id).where(due, EncryptedFileRow.chunk_count > _BATCH_CHUNKS)
        uuids = connection.execute(large).scalars().all()
    for uuid in uuids:
        _empty(uuid)
    return remove(due)


def _empty(uuid: str) -> None:
    """Let go of the chunks of a file that nobody can read or add to any more, some at a time."""
    some = select(ChunkRow.place).where(ChunkRow.file_id == uuid).limit(_BATCH_CHUNKS)
    gone = delete(ChunkRow).where(ChunkRow.file_id == uuid, ChunkRow.place.in_(some)).returning(ChunkRow.digest)
    removed = _BATCH_CHUNKS
    while removed == _BATCH_CHUNKS:
        with transaction() as connection:
            digests = connection.execute(gone).scalars().all()
            references.dropped(connection, set(digests))
        removed = len(digests)


# ---- statements, built once

_THIS = EncryptedFileRow.id == bindparam("uuid")
LIVE = EncryptedFileRow.expires_at > bindparam("moment", type_=Moment)
_LOCK = select(EncryptedFileRow.id).where(_THIS).with_for_update()
_DELETE_PASSWORD = select(EncryptedFileRow.delete_password_hash).where(_THIS)
_ITS_CHUNKS = (ChunkRow.file_id == bindparam("uuid"), ChunkRow.place != METADATA)
_CHUNKS = select(ChunkRow.place).where(*_ITS_CHUNKS).order_by(ChunkRow.place)
_FILE = select(
    EncryptedFileRow.id, EncryptedFileRow.is_finished, EncryptedFileRow.size, EncryptedFileRow.kept_until,
    EncryptedFileRow.download_limit,
    select(func.coalesce(func.max(ChunkRow.downloads), 0)).where(*_ITS_CHUNKS).scalar_subquery(),
    EncryptedFileRow.chunk_count, select(func.max(ChunkRow.place)).where(*_ITS_CHUNKS).scalar_subquery(),
).where(_THIS, LIVE)  # fmt: skip
_ADDRESSES = (
    select(ParticipantRow.address).where(ParticipantRow.file_id == bindparam("uuid")).order_by(ParticipantRow.address)
)
_OF_FILE = and_(ChunkRow.file_id == EncryptedFileRow.id, ChunkRow.place == bindparam("at"))
_PART = (
    select(
        EncryptedFileRow.is_finished, EncryptedFileRow.download_limit, ChunkRow.digest, ChunkRow.size,
        ChunkRow.downloads,
    )
    .select_from(EncryptedFileRow)
    .outerjoin(ChunkRow, _OF_FILE)
    .where(_THIS, LIVE)
)  # fmt: skip
_OF_LIVE = exists().where(
    _THIS,
    EncryptedFileRow.is_finished,
    LIVE,
    or_(EncryptedFileRow.download_limit.is_(None), ChunkRow.downloads < EncryptedFileRow.download_limit),
)
_COUNT = (
    update(ChunkRow)
    .where(ChunkRow.file_id == bindparam("uuid"), ChunkRow.place == bindparam("at"))
    .values(downloads=ChunkRow.downloads + 1)
)
_SPEND = _COUNT.where(_OF_LIVE)
# Every chunk was served as often as it may be. Chunks alone count: the metadata is read before anybody downloads.
_USED_UP = ~exists().where(
    ChunkRow.file_id == EncryptedFileRow.id,
    ChunkRow.place != METADATA,
    ChunkRow.downloads < EncryptedFileRow.download_limit,
)
