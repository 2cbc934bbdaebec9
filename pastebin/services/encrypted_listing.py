"""Encrypted files as staff see them: that they are there, how large, and until when. More of them nobody here knows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from pastebin.addresses import is_uuid
from pastebin.errors import FileNotFound
from pastebin.extensions import now, reading, transaction
from pastebin.models import ChunkRow, EncryptedFileRow
from pastebin.services import audit, encrypted
from pastebin.services.actor import Actor


@dataclass(frozen=True)
class EncryptedEntry:
    """One of them. `size` in bytes, of all chunks as they lie here; `downloads` the most of any chunk.

    `expires_at` is when it goes if nothing changes: while it is unfinished a day after it was begun. `created_at` is
    None for those from before it was noted.
    """

    uuid: str
    is_finished: bool
    size: int
    chunk_count: int
    downloads: int
    download_limit: int | None
    created_at: datetime | None
    expires_at: datetime


def listing(search: str = "", limit: int = 50, offset: int = 0) -> tuple[int, list[EncryptedEntry]]:
    """How many there are whose UUID begins with *search*, and some of them, newest first."""
    matching = [EncryptedFileRow.expires_at > now(), *_begins_with(search.lower())]
    newest_first = (EncryptedFileRow.created_at.desc().nulls_last(), EncryptedFileRow.id.desc())
    shown = _ENTRIES.where(*matching).order_by(*newest_first).limit(limit).offset(offset)
    with reading() as connection:
        count = connection.execute(select(func.count()).select_from(EncryptedFileRow).where(*matching)).scalar_one()
        return count, [EncryptedEntry(*row) for row in connection.execute(shown)]


def get(uuid: str) -> EncryptedEntry:
    """One of them.

    Raises:
        FileNotFound: there is none of this UUID.
    """
    if not is_uuid(uuid):
        raise FileNotFound
    this = _ENTRIES.where(EncryptedFileRow.id == uuid.lower(), EncryptedFileRow.expires_at > now())
    with reading() as connection:
        row = connection.execute(this).one_or_none()
    if row is None:
        raise FileNotFound
    return EncryptedEntry(*row)


def delete(actor: Actor, uuid: str) -> EncryptedEntry:
    """Delete one, whatever its password; what it was.

    Raises:
        FileNotFound: there is none of this UUID.
    """
    entry = get(uuid)
    with transaction() as connection:
        if encrypted.remove_within(connection, EncryptedFileRow.id == entry.uuid) == 0:
            raise FileNotFound
        audit.note(connection, actor, "delete encrypted", uuid=entry.uuid, size=entry.size)
    return entry


def _begins_with(text: str) -> list[ColumnElement[bool]]:
    """By a range, which an index knows: a UUID has nothing above "f"."""
    return [EncryptedFileRow.id >= text, EncryptedFileRow.id < f"{text}g"] if text else []


_ENTRIES = select(
    EncryptedFileRow.id, EncryptedFileRow.is_finished, EncryptedFileRow.size, EncryptedFileRow.chunk_count,
    select(func.coalesce(func.max(ChunkRow.downloads), 0))
    .where(ChunkRow.file_id == EncryptedFileRow.id, ChunkRow.place != encrypted.METADATA)
    .scalar_subquery(),
    EncryptedFileRow.download_limit, EncryptedFileRow.created_at, EncryptedFileRow.expires_at,
)  # fmt: skip
