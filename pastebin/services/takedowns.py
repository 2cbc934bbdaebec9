"""Takedowns: remove a content for good, whoever's files name it, and take no upload of it any more.

Not a plain deletion: that removes files and says nothing of their content.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from pastebin.addresses import DIGEST_LENGTH, is_hash
from pastebin.errors import FieldsInvalid, TakedownNotFound
from pastebin.extensions import generation, now, reading, transaction
from pastebin.models import ChunkRow, EncryptedFileRow, FileRow, TakedownRow, TakenDownFileRow
from pastebin.services import audit, encrypted, names
from pastebin.services.actor import Actor
from pastebin.services.files import (
    FILES,
    LIVE,
    NEWEST_FIRST,
    PUBLISHED,
    StoredFile,
    fetch,
    in_batches,
    remove_within,
)

LONGEST_REASON = 1000

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Takedown:
    """A content that was taken down."""

    digest: str
    reason: str
    taken_down_at: datetime


def make(actor: Actor | None, digest: str, reason: str) -> tuple[Takedown, int]:
    """Take a content down: remove every file of it, at once in every worker; also how many there were.

    A content that was never here can be taken down too: no upload of it is
    taken then.

    Args:
        actor: None for the command line.
        reason: shown to whoever asks for what was public of it.

    Raises:
        FieldsInvalid: no digest, or no reason.
    """
    made = Takedown(_check_digest(digest), _check_reason(reason), now())
    with transaction() as connection:
        files = _count(connection, made.digest)
        _write(connection, made, was_published=_is_published(connection, made.digest))
        audit.note(connection, actor, "takedown", digest=made.digest, reason=made.reason, count=files)
    # From here on no upload of it is taken. Files go in batches, for there may be many, and others write in between.
    return made, _remove(made.digest)


@dataclass(frozen=True)
class Affected:
    """What a takedown would remove: how many files, encrypted ones among them, and the newest that are not."""

    count: int
    newest: list[StoredFile]


def affected(digest: str) -> Affected | None:
    """What has a content now; None where this is no digest."""
    if len(digest) != DIGEST_LENGTH or not is_hash(digest):
        return None
    with reading() as connection:
        count = _count(connection, digest.lower())
    some = FILES.where(FileRow.digest == digest.lower()).order_by(*NEWEST_FIRST).limit(_MOST_SHOWN)
    return Affected(count, fetch(some))


def sweep() -> None:
    """Go on with takedowns that were cut off."""
    unfinished = select(TakedownRow.digest).where(
        or_(
            select(FileRow.id).where(FileRow.digest == TakedownRow.digest).exists(),
            select(ChunkRow.file_id).where(ChunkRow.digest == TakedownRow.digest).exists(),
        )
    )
    with reading() as connection:
        left = connection.execute(unfinished).scalars().all()
    for digest in left:
        _remove(digest)


def lift(actor: Actor | None, digest: str) -> None:
    """Take a takedown back: the content may be uploaded again. Files that went with it do not come back.

    Raises:
        TakedownNotFound: there is none of this digest.
    """
    digest = digest.lower()
    with transaction() as connection:
        if connection.execute(delete(TakedownRow).where(TakedownRow.digest == digest)).rowcount == 0:
            raise TakedownNotFound
        audit.note(connection, actor, "lift takedown", digest=digest)
    generation.advance()


def listing(limit: int = 50, offset: int = 0) -> tuple[int, list[Takedown]]:
    """How many takedowns there are, and some of them, newest first."""
    newest_first = (TakedownRow.taken_down_at.desc(), TakedownRow.digest)
    ordered = select(TakedownRow.__table__).order_by(*newest_first).limit(limit).offset(offset)
    with reading() as connection:
        count = connection.execute(select(func.count()).select_from(TakedownRow)).scalar_one()
        rows = connection.execute(ordered).all()
    return count, [Takedown(row.digest, row.reason, row.taken_down_at) for row in rows]


def _is_published(connection: Connection, digest: str) -> bool:
    """Whether its hash address leads anywhere: to a live, public, unlimited file."""
    published = (FileRow.digest == digest, PUBLISHED, LIVE)
    return connection.execute(select(FileRow.id).where(*published).limit(1), {"moment": now()}).first() is not None


def _remove(digest: str) -> int:
    """Remove all files of a content, and leave a tombstone for each that strangers could read; how many there were."""
    removed = 0
    for batch in in_batches(FileRow.digest == digest):
        these = FileRow.id.in_(batch)
        known = select(FileRow.id, FileRow.digest).where(these, ~FileRow.is_private, LIVE)
        with transaction() as connection:
            connection.execute(insert(TakenDownFileRow).from_select(["uuid", "digest"], known), {"moment": now()})
            removed += remove_within(connection, these)
        generation.advance()
    return removed + _remove_encrypted(digest)


def _remove_encrypted(digest: str) -> int:
    """Remove the encrypted files that have the content as a chunk: whoever has a link could read them."""
    removed = 0
    some = select(EncryptedFileRow.id, EncryptedFileRow.is_finished).where(encrypted.with_content(digest)).limit(1)
    while True:
        with transaction() as connection:
            file = connection.execute(some).one_or_none()
            if file is None:
                return removed
            if file.is_finished:
                connection.execute(insert(TakenDownFileRow).values(uuid=file.id, digest=digest))
            removed += encrypted.remove_within(connection, EncryptedFileRow.id == file.id)


def _count(connection: Connection, digest: str) -> int:
    """How many files have this content, encrypted ones among them."""
    plain = select(func.count()).where(FileRow.digest == digest)
    with_chunk = select(func.count()).select_from(EncryptedFileRow).where(encrypted.with_content(digest))
    return int(connection.execute(plain).scalar_one() + connection.execute(with_chunk).scalar_one())


def _write(connection: Connection, made: Takedown, *, was_published: bool) -> None:
    """A second takedown of the same content says another reason, and forgets nothing."""
    values = {"reason": made.reason, "taken_down_at": made.taken_down_at}
    again = update(TakedownRow).where(TakedownRow.digest == made.digest)
    if was_published:
        again = again.values(was_published=True)
    if connection.execute(again.values(**values)).rowcount == 0:
        connection.execute(insert(TakedownRow).values(digest=made.digest, was_published=was_published, **values))


def _check_digest(text: str) -> str:
    if len(text) != DIGEST_LENGTH or not is_hash(text):
        raise FieldsInvalid(
            f"This is not a SHA-256: {DIGEST_LENGTH} hex digits, as sha256sum prints them.",
            fields=["digest"],
        )
    return text.lower()


def _check_reason(text: str) -> str:
    if not text:
        raise FieldsInvalid("Say why: the reason is shown to whoever asks for the content.", fields=["reason"])
    return names.check(text, called="reason", at_most=LONGEST_REASON)
