"""Files: find by address, list, spend a download, delete."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, or_, select, update

from pastebin.addresses import is_hash, is_uuid
from pastebin.errors import AmbiguousFile, FileNotFound
from pastebin.extensions import Moment, generation, now, reading, settings, store, transaction
from pastebin.models import AddressRow, BlobRow, FileRow
from pastebin.services import limits, secrets
from pastebin.services.actor import Actor


@dataclass(frozen=True)
class StoredFile:
    """One upload. Sizes in bytes, times in UTC."""

    uuid: str
    digest: str
    address: str
    size: int
    owner_id: int | None
    filename: str
    name: str | None
    extension: str
    media_type: str
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


Found = StoredFile | PublicBlob


def find(reference: str, actor: Actor, key: str | None = None) -> Found:
    """What an address leads to, for this actor.

    Args:
        reference: a UUID, a hash address, or any leading part of a digest of at least ADDRESS_LENGTH digits.
        key: the private key from the URL, for a private file.

    Raises:
        FileNotFound: unknown, deleted, expired, used up, or private and neither one's own nor unlocked.
    """
    if is_uuid(reference):
        return find_file(reference, actor, key)
    return find_published(reference)


def find_file(uuid: str, actor: Actor, key: str | None = None) -> StoredFile:
    """The live file of a UUID that *actor* may read.

    Raises:
        FileNotFound: there is none; why, is not told.
    """
    file = get(uuid)
    if file.is_private and not actor.reads_as_owner(file.owner_id):
        _unlock(file, actor, key)
    return file


def get(uuid: str) -> StoredFile:
    """The live file of a UUID, whoever asks: for those who have proved their right otherwise.

    Raises:
        FileNotFound: there is none.
    """
    with reading() as connection:
        row = connection.execute(_BY_UUID, {"uuid": uuid.lower(), "moment": now()}).one_or_none()
    if row is None:
        raise FileNotFound
    return StoredFile(*row)


def find_published(hexdigits: str) -> PublicBlob:
    """What a hash address stands for.

    Raises:
        FileNotFound: no content has this address, or no live, public, unlimited file names it.
    """
    with reading() as connection:
        row = _resolve(connection, _PUBLISHED, hexdigits)
    if row is None or not row.is_served:
        raise FileNotFound
    return PublicBlob(*row[:-1])


def resolve(hexdigits: str) -> str | None:
    """The digest that a leading part of it means, or None (contract section 1)."""
    with reading() as connection:
        row = _resolve(connection, _KNOWN, hexdigits)
    return None if row is None else str(row.digest)


def _resolve(connection: Connection, lookup: "_Lookup", hexdigits: str) -> Row[*tuple[Any, ...]] | None:
    """The row of the digest that a leading part of it means.

    A published address means its own content, for ever. Else the part must
    fit exactly one digest that was ever stored: one that is gone counts, so
    that its links never come to mean something else.

    What is there but not served takes the same queries as what is not there.
    """
    if not is_hash(hexdigits):
        return None
    given = hexdigits.lower()
    moment = now()
    own = connection.execute(lookup.by_address, {"given": given, "moment": moment}).one_or_none()
    if own is not None and lookup.is_served(own):
        return own
    fitting = connection.execute(lookup.by_digest, {"given": given, "end": given + "g", "moment": moment}).all()
    if len(given) < settings.ADDRESS_LENGTH:  # an address from before the setting grew stays one
        return own
    return own or (fitting[0] if len(fitting) == 1 else None)


def md5_of(file: StoredFile) -> str:
    """The MD5 of a file's bytes, 32 hex digits: computed when first asked for, then kept."""
    which = BlobRow.digest == file.digest
    with reading() as connection:
        kept = connection.execute(select(BlobRow.md5).where(which)).scalar_one_or_none()
    if kept:
        return kept
    with store.open(file.digest) as blob:
        computed = hashlib.file_digest(blob, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    with transaction() as connection:
        connection.execute(update(BlobRow).where(which).values(md5=computed))
    return computed


def own_with_digest(actor: Actor, digest: str, at_most: int = 50) -> list[StoredFile]:
    """The caller's own live files with this content, newest first."""
    if actor.is_nobody:
        return []
    query = _FILES.where(FileRow.digest == digest, FileRow.owner_id == actor.user_id, _LIVE)
    return _all(query.order_by(FileRow.created_at.desc(), FileRow.id.desc()).limit(at_most))


def listing(owner_id: int, limit: int = 50, offset: int = 0) -> tuple[int, list[StoredFile]]:
    """How many live files a user has, and some of them, newest first."""
    mine = (FileRow.owner_id == owner_id, _LIVE)
    with reading() as connection:
        count = connection.execute(
            select(func.count()).select_from(FileRow).where(*mine), {"moment": now()}
        ).scalar_one()
    ordered = _FILES.where(*mine).order_by(FileRow.created_at.desc(), FileRow.id.desc())
    return count, _all(ordered.limit(limit).offset(offset))


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
    if is_uuid(reference):
        file = get(reference)
        if not actor.owns(file.owner_id):
            raise FileNotFound
        remove([file.uuid])
        return
    digest = resolve(reference)
    mine = own_with_digest(actor, digest) if digest else []
    if not mine:
        raise FileNotFound
    if len(mine) > 1:
        raise AmbiguousFile(ids=[f"{file.uuid}.{file.extension}" for file in mine])
    remove([mine[0].uuid])


def check_delete_token(uuid: str, token: str) -> StoredFile:
    """The live file that a deletion token is for.

    Raises:
        FileNotFound: no such file, or not its token; which, is not told.
    """
    with reading() as connection:
        kept = connection.execute(_DELETE_TOKEN, {"uuid": uuid.lower(), "moment": now()}).scalar_one_or_none()
    if kept is None or not secrets.same(secrets.hashed("", token), kept):
        raise FileNotFound
    return get(uuid)


def delete_by_token(uuid: str, token: str) -> None:
    """Delete the file that a deletion token is for.

    Raises:
        FileNotFound: no such file, or not its token.
    """
    remove([check_delete_token(uuid, token).uuid])


def remove(uuids: Sequence[str]) -> int:
    """Remove files in one transaction, whoever's they are; how many there were.

    Their blobs go with the next sweep where no other file names them.
    """
    with transaction() as connection:
        count = _remove(connection, uuids)
    generation.advance()
    return count


def _remove(connection: Connection, uuids: Sequence[str]) -> int:
    named = delete(FileRow).where(FileRow.id.in_(uuids)).returning(FileRow.digest)
    gone = connection.execute(named).scalars().all()
    still_named = select(FileRow.id).where(FileRow.digest == BlobRow.digest).exists()
    orphans = update(BlobRow).where(BlobRow.digest.in_(set(gone)), ~still_named)
    connection.execute(orphans.values(orphaned_at=now()))
    return len(gone)


def _unlock(file: StoredFile, actor: Actor, key: str | None) -> None:
    """Make sure that *key* opens a private file.

    Raises:
        FileNotFound: it does not, or too many wrong ones came from this address: then it is not even compared.
    """
    if key is None or file.private_key is None:
        raise FileNotFound
    subject = f"{limits.subject_of(actor.address)} {file.uuid}"
    if limits.is_full("private key", subject, settings.PRIVATE_KEY_RATE):
        raise FileNotFound
    if not secrets.same(key, file.private_key):
        limits.note_attempt("private key", subject, settings.PRIVATE_KEY_RATE)
        raise FileNotFound


def _all(query: Select[*tuple[Any, ...]]) -> list[StoredFile]:
    with reading() as connection:
        return [StoredFile(*row) for row in connection.execute(query, {"moment": now()})]


# ---- statements, built once: building one costs more than running it

_LIVE = and_(
    FileRow.expires_at > bindparam("moment", type_=Moment),
    or_(FileRow.download_limit.is_(None), FileRow.downloads < FileRow.download_limit),
)
_FILES: Select[*tuple[Any, ...]] = (
    select(
        FileRow.id, FileRow.digest, AddressRow.address, FileRow.size, FileRow.owner_id, FileRow.filename,
        FileRow.name, FileRow.extension, FileRow.media_type, BlobRow.charset, FileRow.is_private,
        FileRow.private_key, FileRow.expires_at, FileRow.download_limit, FileRow.downloads, FileRow.views,
        FileRow.created_at, FileRow.updated_at,
    )
    .join(BlobRow, BlobRow.digest == FileRow.digest)
    .join(AddressRow, AddressRow.digest == FileRow.digest)
)  # fmt: skip
_BY_UUID = _FILES.where(FileRow.id == bindparam("uuid"), _LIVE)
_DELETE_TOKEN = select(FileRow.delete_token_hash).where(FileRow.id == bindparam("uuid"), _LIVE)
_SPEND = update(FileRow).where(FileRow.id == bindparam("uuid"), _LIVE).values(downloads=FileRow.downloads + 1)


@dataclass(frozen=True)
class _Lookup:
    """A query by hash, in its two forms: by published address, and by leading part of the digest."""

    by_address: Select[*tuple[Any, ...]]
    by_digest: Select[*tuple[Any, ...]]
    is_served: Callable[[Row[*tuple[Any, ...]]], bool]

    @classmethod
    def of(cls, query: Select[*tuple[Any, ...]], is_served: Callable[[Row[*tuple[Any, ...]]], bool]) -> "_Lookup":
        fits = (AddressRow.digest >= bindparam("given"), AddressRow.digest < bindparam("end"))
        return cls(query.where(AddressRow.address == bindparam("given")), query.where(*fits).limit(2), is_served)


# When the last live, public, unlimited file of a content goes: one seek in ix_files_published.
_UNTIL = (
    select(FileRow.expires_at)
    .where(
        FileRow.digest == AddressRow.digest,
        FileRow.is_private.is_(False),
        FileRow.download_limit.is_(None),
        FileRow.expires_at > bindparam("moment", type_=Moment),
    )
    .order_by(FileRow.expires_at.desc())
    .limit(1)
    .scalar_subquery()
)
_KNOWN = _Lookup.of(select(AddressRow.digest), lambda row: True)
_PUBLISHED = _Lookup.of(
    select(
        AddressRow.digest, AddressRow.address, BlobRow.size, BlobRow.extension, BlobRow.media_type, BlobRow.charset,
        _UNTIL.label("expires_at"), _UNTIL.is_not(None).label("is_served"),
    ).outerjoin(BlobRow, BlobRow.digest == AddressRow.digest),
    lambda row: bool(row.is_served),
)  # fmt: skip
