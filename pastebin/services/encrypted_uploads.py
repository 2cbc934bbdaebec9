"""Uploads of encrypted files (seed 004): begun, filled with chunks in any order, finished once.

Until it is finished nobody can read any of it; from then on nothing of it
changes. What is not finished within a day is given up.
"""

import secrets as randomness
import uuid as uuids
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from pastebin.blobs import Spool
from pastebin.config import DAY, HOUR, write_size
from pastebin.errors import BodyTooLarge, ChunkMissing, FieldsInvalid, UploadClosed, UploadPasswordInvalid
from pastebin.extensions import now, reading, settings, transaction
from pastebin.models import ChunkRow, EncryptedFileRow, ParticipantRow
from pastebin.services import delete_passwords, limits, references, secrets
from pastebin.services.actor import Actor
from pastebin.services.encrypted import LIVE, METADATA
from pastebin.services.keeping import Content, keep
from pastebin.services.recording import Recording

MOST_CHUNKS = 20_000

_PASSWORD_BYTES = 32


@dataclass(frozen=True)
class Wanted:
    """What is asked of a new file; `expires_at` is None for as long as it may be kept."""

    expires_at: datetime | None
    download_limit: int | None
    delete_password: str | None


def longest_seconds() -> int:
    """How long a file may be kept: MAX_RETENTION_HOURS, or ANONYMOUS_MAX_EXPIRY if that is less."""
    retention = settings.MAX_RETENTION_HOURS * HOUR
    longest = settings.ANONYMOUS_MAX_EXPIRY
    return retention if longest is None else min(retention, longest)


def begin(actor: Actor, wanted: Wanted) -> tuple[str, str]:
    """Begin an upload: its UUID, and the password for its chunks, of which a hash is kept.

    Raises:
        FieldsInvalid: an expiry that has passed or is too far, or a password that is too long.
    """
    uuid, password = str(uuids.uuid4()), randomness.token_urlsafe(_PASSWORD_BYTES)
    kept_until = _expiry(wanted.expires_at)
    chosen = wanted.delete_password
    if chosen is not None and len(chosen) > delete_passwords.LONGEST:
        raise FieldsInvalid(
            f"deletepassword has at most {delete_passwords.LONGEST} characters.", fields=["deletepassword"]
        )
    row = {
        "id": uuid,
        "upload_password_hash": secrets.hashed("", password),
        "delete_password_hash": None if chosen is None else delete_passwords.hashed(chosen),
        "expires_at": min(kept_until, now() + timedelta(seconds=DAY)),
        "kept_until": kept_until,
        "created_at": now(),
        "download_limit": wanted.download_limit,
    }
    with transaction() as connection:
        connection.execute(insert(EncryptedFileRow).values(**row))
        _note_address(connection, uuid, actor.address)
    return uuid, password


def check_password(uuid: str, password: str | None) -> None:
    """Make sure, before a body is read, that an upload is open and this is its password.

    Raises:
        UploadClosed: it is finished, given up, or was never begun. UploadPasswordInvalid: it is another one.
    """
    with reading() as connection:
        _open_upload(connection, uuid.lower(), password)


def put(
    actor: Actor, uuid: str, password: str | None, place: int, spool: Spool, rate: limits.Wanted | None = None
) -> None:
    """Keep a chunk, or at `METADATA` the metadata, in place of what was there; durable on return.

    Args:
        rate: a place of a rate limit, to be taken with the record.

    Raises:
        UploadClosed, UploadPasswordInvalid: see `check_password`, also if it was finished meanwhile.
        BodyTooLarge: the file would be larger than MAX_FILE_SIZE, or have too many chunks.
        RateLimited, StorageLimit, StorageFull, ContentRemoved: as with every upload.
    """
    part = _Part(uuid.lower(), password, place, Content(spool, spool.digest()), actor.address)
    keep([part.content], Recording(actor, spool.size, place=rate, also=part.note, advice="Try again tomorrow."))


def finish(actor: Actor, uuid: str, password: str | None, places: Sequence[int]) -> None:
    """Turn an upload into a file of these chunks; others that were uploaded are dropped. Durable on return.

    Raises:
        UploadClosed, UploadPasswordInvalid: see `check_password`.
        ChunkMissing: one was never uploaded: the upload goes on.
    """
    uuid = uuid.lower()
    with transaction() as connection:
        row = _open_upload(connection, uuid, password)
        chunks = connection.execute(_PARTS, {"uuid": uuid}).all()
        wanted, sizes = set(places), {chunk.place: chunk.size for chunk in chunks}
        if missing := sorted(wanted - sizes.keys()):
            raise ChunkMissing(f"Chunk {missing[0]} was not uploaded.")
        _drop(connection, uuid, sizes.keys() - wanted)
        values = {
            "upload_password_hash": None,
            "is_finished": True,
            "expires_at": row.kept_until,
            "size": sum(sizes[place] for place in wanted),
            "chunk_count": len(wanted),
        }
        connection.execute(update(EncryptedFileRow).where(EncryptedFileRow.id == uuid).values(**values))
        _note_address(connection, uuid, actor.address)


def _expiry(wanted: datetime | None) -> datetime:
    moment = now()
    last = moment + timedelta(seconds=longest_seconds())
    if wanted is None:
        return last
    if wanted <= moment:
        raise FieldsInvalid("expire has passed already: it is a Unix timestamp in the future.", fields=["expire"])
    if wanted > last:
        raise FieldsInvalid(
            f"expire is too far: files are kept for {longest_seconds() / HOUR:g} hours at most.", fields=["expire"]
        )
    return wanted


def _open_upload(connection: Connection, uuid: str, password: str | None) -> Row[Any]:
    """The row of an upload that is open, held until the end of a transaction."""
    row = connection.execute(_UPLOAD, {"uuid": uuid, "moment": now()}).one_or_none()
    if row is None or row.upload_password_hash is None:
        raise UploadClosed
    if password is None or not secrets.same(secrets.hashed("", password), row.upload_password_hash):
        raise UploadPasswordInvalid
    return row


@dataclass(frozen=True)
class _Part:
    """A part that has come, and where it belongs."""

    uuid: str
    password: str | None
    place: int
    content: Content
    address: str

    def note(self, connection: Connection) -> None:
        """Write it down, within the bounds of its file, inside the transaction that records its bytes."""
        row = _open_upload(connection, self.uuid, self.password)
        which = {"uuid": self.uuid, "at": self.place}
        former = connection.execute(_PART, which).one_or_none()
        if self.place != METADATA:
            size = row.size - (former.size if former else 0) + self.content.spool.size
            count = row.chunk_count + (former is None)
            _check_bounds(size, count)
            connection.execute(_SET_SIZE, {"uuid": self.uuid, "total": size, "chunks": count})
        values = {**which, "of": self.content.digest, "bytes": self.content.spool.size}
        connection.execute(_INSERT_PART if former is None else _REPLACE_PART, values)
        if former and former.digest != self.content.digest:
            references.dropped(connection, {former.digest})
        _note_address(connection, self.uuid, self.address)


def _check_bounds(size: int, count: int) -> None:
    limit = settings.MAX_FILE_SIZE
    if size > limit:
        raise BodyTooLarge(f"The file is larger than {write_size(limit)}, which is what is taken here.", limit=limit)
    if count > MOST_CHUNKS:
        raise BodyTooLarge(f"A file has at most {MOST_CHUNKS} chunks: send larger ones.", limit=MOST_CHUNKS)


def _drop(connection: Connection, uuid: str, places: Iterable[int]) -> None:
    """Let go of chunks that the file does not consist of."""
    dropped: set[str] = set()
    for batch in references.in_batches(places):
        gone = delete(ChunkRow).where(ChunkRow.file_id == uuid, ChunkRow.place.in_(batch))
        dropped.update(connection.execute(gone.returning(ChunkRow.digest)).scalars())
    references.dropped(connection, dropped)


def _note_address(connection: Connection, uuid: str, address: str) -> None:
    """Where RECORD_ADDRESSES is on, and once an address."""
    if not settings.RECORD_ADDRESSES:
        return
    row = {"file_id": uuid, "address": address[:64]}
    known = select(ParticipantRow.file_id).filter_by(**row)
    if connection.execute(known).first() is None:
        connection.execute(insert(ParticipantRow).values(**row))


_UPLOAD = select(EncryptedFileRow.__table__).where(EncryptedFileRow.id == bindparam("uuid"), LIVE).with_for_update()
_PARTS = select(ChunkRow.place, ChunkRow.size).where(ChunkRow.file_id == bindparam("uuid"), ChunkRow.place != METADATA)
_THIS_PART = (ChunkRow.file_id == bindparam("uuid"), ChunkRow.place == bindparam("at"))
_PART = select(ChunkRow.digest, ChunkRow.size).where(*_THIS_PART)
_SET_SIZE = (
    update(EncryptedFileRow)
    .where(EncryptedFileRow.id == bindparam("uuid"))
    .values(size=bindparam("total"), chunk_count=bindparam("chunks"))
)
_INSERT_PART = insert(ChunkRow).values(
    file_id=bindparam("uuid"), place=bindparam("at"), digest=bindparam("of"), size=bindparam("bytes"), downloads=0
)
_REPLACE_PART = update(ChunkRow).where(*_THIS_PART).values(digest=bindparam("of"), size=bindparam("bytes"))
