"""Files: find by address, spend a download, delete."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    false,
    or_,
    select,
    update,
)

from pastebin.addresses import is_uuid
from pastebin.errors import AmbiguousFile, FileNotFound
from pastebin.extensions import Moment, generation, now, reading, settings, transaction
from pastebin.models import AddressRow, BlobRow, FileRow
from pastebin.services import hashes, limits, references, secrets, tombstones, totals
from pastebin.services.actor import Actor, Scope
from pastebin.services.hashes import Lookup


@dataclass(frozen=True)
class StoredFile:
    """One upload. Sizes in bytes, times in UTC.

    `media_type` goes with its extension; `content_type` is what its content says itself that it is.
    """

    uuid: str
    digest: str
    address: str
    size: int
    owner_id: int | None
    filename: str
    name: str | None
    extension: str
    media_type: str
    content_type: str
    charset: str | None
    is_private: bool
    private_key: str | None
    expires_at: datetime | None
    download_limit: int | None
    downloads: int
    views: int
    created_at: datetime
    updated_at: datetime

    @property
    def by_hash(self) -> bool:
        """Whether its hash address may lead to it: public and unlimited."""
        return not self.is_private and self.download_limit is None

    @property
    def reference(self) -> str:
        """What URLs are built from: the hash address, or the UUID where that alone leads to it."""
        return self.address if self.by_hash else self.uuid

    @property
    def kept_as(self) -> str:
        """Under which name what is made of its content is kept.

        What was made of a private file must not make the page or the image of a stranger's file with the same bytes
        come sooner: its time would tell.
        """
        return self.digest if self.by_hash else self.uuid


@dataclass(frozen=True)
class PublicBlob:
    """What a hash address stands for: the content alone, while some live, public, unlimited file names it.

    `expires_at` is when the last such file goes. When the content was first
    stored is not part of it: that may have been privately.
    """

    digest: str
    address: str
    size: int
    extension: str
    media_type: str
    charset: str | None
    expires_at: datetime | None

    @property
    def reference(self) -> str:
        """The hash address."""
        return self.address

    @property
    def content_type(self) -> str:
        """What the content says itself that it is: nothing else is known of it."""
        return self.media_type

    @property
    def kept_as(self) -> str:
        """Under which name what is made of it is kept."""
        return self.digest


Found = StoredFile | PublicBlob

_WRONG_KEYS = "private key"
_BATCH = 500


def find(reference: str, actor: Actor, key: str | None = None) -> Found:
    """What an address leads to, for this actor.

    Args:
        reference: a UUID, a hash address, or any leading part of a digest of at least ADDRESS_LENGTH digits.
        key: the private key from the URL, for a private file.

    Raises:
        FileNotFound: unknown, deleted, expired, used up, or private and neither one's own nor unlocked.
        ContentRemoved: it was public, and taken down.
    """
    if is_uuid(reference):
        return find_file(reference, actor, key)
    return find_published(reference)


def find_file(uuid: str, actor: Actor, key: str | None = None) -> StoredFile:
    """The live file of a UUID that *actor* may read.

    Raises:
        FileNotFound: there is none; why, is not told.
        ContentRemoved: there was a public one, and it was taken down.
    """
    reader = actor.user_id if actor.may(Scope.FILE_READ) else None
    file = _one(_READABLE, uuid, reader=reader) or (_unlock(uuid, actor, key) if key else None)
    if file is None:
        tombstones.missing(uuid)
    return file


def get(uuid: str) -> StoredFile:
    """The live file of a UUID, whoever asks: for those who have proved their right otherwise.

    Raises:
        FileNotFound: there is none.
    """
    file = _one(_BY_UUID, uuid)
    if file is None:
        raise FileNotFound
    return file


def get_own(actor: Actor, uuid: str) -> StoredFile:
    """The actor's own live file of a UUID.

    Raises:
        FileNotFound: there is none, or it is somebody else's.
    """
    file = _one(_OWN, uuid, reader=actor.user_id)
    if file is None:
        raise FileNotFound
    return file


def find_published(hexdigits: str) -> PublicBlob:
    """What a hash address stands for.

    Raises:
        FileNotFound: no content has this address, or no live, public, unlimited file names it.
        ContentRemoved: what was published there was taken down.
    """
    row = hashes.resolve(_PUBLISHED, hexdigits)
    if row is None:
        tombstones.check_hash(hexdigits)
        raise FileNotFound
    return PublicBlob(*row)


def own_with_digest(actor: Actor, digest: str, at_most: int = 50) -> list[StoredFile]:
    """The caller's own live files with this content, newest first."""
    return [] if actor.is_nobody else _with_digest(digest, actor.user_id, at_most)


def _with_digest(digest: str, owner_id: int | None, at_most: int = 50) -> list[StoredFile]:
    query = FILES.where(FileRow.digest == digest, *among(owner_id), LIVE)
    return fetch(query.order_by(*NEWEST_FIRST).limit(at_most))


def among(owner_id: int | None) -> list[ColumnElement[bool]]:
    """That a file is one of this owner's; None: anybody's."""
    return [] if owner_id is None else [FileRow.owner_id == owner_id]


def find_among(owner_id: int | None, reference: str) -> StoredFile:
    """The live file of a UUID, or of a hash that fits just one, among one owner's files; None: among everybody's.

    Raises:
        FileNotFound: there is none.
        AmbiguousFile: several of them have this hash; facts name them.
    """
    if is_uuid(reference):
        found = _one(_BY_UUID if owner_id is None else _OWN, reference, reader=owner_id)
        if found is None:
            raise FileNotFound
        return found
    row = hashes.resolve(_ANY_CONTENT if owner_id is None else _OWN_CONTENT, reference, owner_id)
    fitting = _with_digest(row.digest, owner_id) if row else []
    if not fitting:
        raise FileNotFound
    if len(fitting) > 1:
        raise AmbiguousFile(ids=[f"{file.uuid}.{file.extension}" for file in fitting])
    return fitting[0]


def spend_download(uuid: str) -> None:
    """Take one of a limited file's downloads: exactly as many succeed as there are, however many ask at once.

    Raises:
        FileNotFound: none is left.
    """
    with transaction() as connection:
        taken = connection.execute(_SPEND, {"uuid": uuid, "moment": now()})
    if taken.rowcount == 0:
        raise FileNotFound


def delete_own(actor: Actor, reference: str) -> None:
    """Delete a file of the caller's own, by UUID or by a hash with which the caller has just one.

    Raises:
        FileNotFound: no such file of the caller's.
        AmbiguousFile: several files of the caller's have this hash; facts name them.
    """
    if actor.user_id is None:
        raise FileNotFound
    remove([find_among(actor.user_id, reference).uuid])


def check_delete_token(uuid: str, token: str) -> StoredFile:
    """The live file that a deletion token is for.

    Raises:
        FileNotFound: no such file, or not its token; which, is not told.
    """
    file = _one(_DELETABLE, uuid, token_hash=secrets.hashed("", token))
    if file is None:
        raise FileNotFound
    return file


def delete_by_token(uuid: str, token: str) -> None:
    """Delete the file that a deletion token is for.

    Raises:
        FileNotFound: no such file, or not its token.
    """
    remove([check_delete_token(uuid, token).uuid])


def remove(
    uuids: Sequence[str], *conditions: ColumnElement[bool], also: Callable[[Connection, int], None] | None = None
) -> int:
    """Remove those of the files that (still) meet the conditions, whoever's they are; how many there were.

    Their blobs go with the next sweep where no other file names them.

    Args:
        also: what is to be done in the same transaction, with that number.
    """
    with transaction() as connection:
        count = remove_within(connection, FileRow.id.in_(uuids), *conditions)
        if also:
            also(connection, count)
    generation.advance()
    return count


def in_batches(which: ColumnElement[bool]) -> Iterator[Sequence[str]]:
    """UUIDs of files, some at a time, until there are none: for whoever removes each batch before the next.

    So others write in between, and what is cut off has removed some files wholly.
    """
    some = select(FileRow.id).where(which).limit(_BATCH)
    while True:
        with reading() as connection:
            batch = connection.execute(some).scalars().all()
        if not batch:
            return
        yield batch


def remove_within(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Remove files that meet the conditions, inside the caller's transaction: their rows, and what they count as."""
    named = delete(FileRow).where(*conditions).returning(FileRow.digest, FileRow.owner_id, FileRow.size)
    gone = connection.execute(named).all()
    totals.subtract(connection, [(row.owner_id, row.size) for row in gone])
    references.dropped(connection, {row.digest for row in gone})
    return len(gone)


def _unlock(uuid: str, actor: Actor, key: str) -> StoredFile | None:
    """The private file that *key* opens; None too where too many wrong ones came from this address.

    Every wrong one is counted, also one for a file that is not there and one
    that was not compared: else the time that counting takes would tell. Those
    for files that are not there share one counter of the address, so that
    guessing at UUIDs does not fill the database.
    """
    address, rate = limits.subject_of(actor.address), settings.PRIVATE_KEY_RATE
    of_file = f"{address} {uuid.lower()}"
    is_locked = limits.is_full(_WRONG_KEYS, of_file, rate)
    file = None if is_locked else _one(_UNLOCKED, uuid, key=key)
    if file is None:
        with reading() as connection:
            is_there = connection.execute(_EXISTS, {"uuid": uuid.lower()}).first() is not None
        limits.count(_WRONG_KEYS, of_file if is_there else f"{address} -", rate)
    return file


def _one(query: Select[*tuple[Any, ...]], uuid: str, **values: str | int | None) -> StoredFile | None:
    """The live file of a UUID, where the query shows it."""
    with reading() as connection:
        row = connection.execute(query, {"uuid": uuid.lower(), "moment": now(), **values}).one_or_none()
    return None if row is None else StoredFile(*row)


def fetch(query: Select[*tuple[Any, ...]]) -> list[StoredFile]:
    """The files that a query on `FILES` shows."""
    with reading() as connection:
        return [StoredFile(*row) for row in connection.execute(query, {"moment": now()})]


# ---- statements, built once: building one costs more than running it

LIVE = and_(
    FileRow.expires_at > bindparam("moment", type_=Moment),
    or_(FileRow.download_limit.is_(None), FileRow.downloads < FileRow.download_limit),
)
# Of what a hash address may lead to. In these words the partial indexes are found; with "IS 0" they are not.
PUBLISHED = and_(FileRow.is_private == false(), FileRow.download_limit.is_(None))
NEWEST_FIRST = (FileRow.created_at.desc(), FileRow.id.desc())
FILES: Select[*tuple[Any, ...]] = (
    select(
        FileRow.id, FileRow.digest, AddressRow.address, FileRow.size, FileRow.owner_id, FileRow.filename,
        FileRow.name, FileRow.extension, FileRow.media_type, BlobRow.media_type, BlobRow.charset, FileRow.is_private,
        FileRow.private_key, FileRow.expires_at, FileRow.download_limit, FileRow.downloads, FileRow.views,
        FileRow.created_at, FileRow.updated_at,
    )
    .join(BlobRow, BlobRow.digest == FileRow.digest)
    .join(AddressRow, AddressRow.digest == FileRow.digest)
)  # fmt: skip
_EXISTS = select(FileRow.created_at).where(FileRow.id == bindparam("uuid"))
_BY_UUID = FILES.where(FileRow.id == bindparam("uuid"), LIVE)
# Who may have a file is part of the query: what comes out of the database and is refused then takes longer than
# what is not there, and a patient clock would see it.
_OWN = _BY_UUID.where(FileRow.owner_id == bindparam("reader"))
_READABLE = _BY_UUID.where(or_(FileRow.is_private == false(), FileRow.owner_id == bindparam("reader")))
_UNLOCKED = _BY_UUID.where(FileRow.is_private.is_(True), FileRow.private_key == bindparam("key"))
_DELETABLE = _BY_UUID.where(FileRow.delete_token_hash == bindparam("token_hash"))
_SPEND = update(FileRow).where(FileRow.id == bindparam("uuid"), LIVE).values(downloads=FileRow.downloads + 1)


# When the last live, public, unlimited file of a content goes: one seek in ix_files_published.
_UNTIL = (
    select(FileRow.expires_at)
    .where(
        FileRow.digest == AddressRow.digest,
        PUBLISHED,
        FileRow.expires_at > bindparam("moment", type_=Moment),
    )
    .order_by(FileRow.expires_at.desc())
    .limit(1)
    .scalar_subquery()
)
_PUBLISHED = Lookup.of(
    select(
        AddressRow.digest, AddressRow.address, BlobRow.size, BlobRow.extension, BlobRow.media_type, BlobRow.charset,
        _UNTIL.label("expires_at"),
    )
    .join(BlobRow, BlobRow.digest == AddressRow.digest)
    .where(_UNTIL.is_not(None))
)  # fmt: skip
_OWN_CONTENT = Lookup.of(
    select(AddressRow.digest).where(
        select(FileRow.id)
        .where(FileRow.digest == AddressRow.digest, FileRow.owner_id == bindparam("reader"), LIVE)
        .exists()
    )
)
_ANY_CONTENT = Lookup.of(
    select(AddressRow.digest).where(select(FileRow.id).where(FileRow.digest == AddressRow.digest, LIVE).exists())
)
