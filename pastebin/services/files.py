"""Files: find by address, list, spend a download, delete."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from pastebin.addresses import DIGEST_LENGTH, is_hash, is_uuid
from pastebin.errors import AmbiguousFile, FileNotFound
from pastebin.extensions import db, now, settings, store, transaction
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

_FILE_COLUMNS = (
    FileRow.id,
    FileRow.digest,
    AddressRow.address,
    FileRow.size,
    FileRow.owner_id,
    FileRow.filename,
    FileRow.name,
    FileRow.extension,
    FileRow.media_type,
    BlobRow.charset,
    FileRow.is_private,
    FileRow.private_key,
    FileRow.expires_at,
    FileRow.download_limit,
    FileRow.downloads,
    FileRow.views,
    FileRow.created_at,
    FileRow.updated_at,
)
_FILES: Select[*tuple[Any, ...]] = (
    select(*_FILE_COLUMNS)
    .join(BlobRow, BlobRow.digest == FileRow.digest)
    .join(AddressRow, AddressRow.digest == FileRow.digest)
)


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
    if file.is_private and not actor.owns(file.owner_id):
        _unlock(file, actor, key)
    return file


def get(uuid: str) -> StoredFile:
    """The live file of a UUID, whoever asks: for those who have proved their right otherwise.

    Raises:
        FileNotFound: there is none.
    """
    row = db.session.execute(_FILES.where(FileRow.id == uuid.lower(), _is_live())).one_or_none()
    db.session.rollback()
    if row is None:
        raise FileNotFound
    return StoredFile(*row)


def find_published(hexdigits: str) -> PublicBlob:
    """What a hash address stands for.

    Raises:
        FileNotFound: no content has this address, or no live, public, unlimited file names it.
    """
    known = resolve(hexdigits)
    row = None
    if known is not None:
        row = db.session.execute(
            select(
                BlobRow.digest, AddressRow.address, BlobRow.size, BlobRow.extension, BlobRow.media_type,
                BlobRow.charset, FileRow.expires_at,
            )
            .join(AddressRow, AddressRow.digest == BlobRow.digest)
            .join(FileRow, FileRow.digest == BlobRow.digest)
            .where(BlobRow.digest == known, *_is_published(), FileRow.expires_at > now())
            .order_by(FileRow.expires_at.desc())
            .limit(1)
        ).one_or_none()  # fmt: skip
    db.session.rollback()
    if row is None:
        raise FileNotFound
    return PublicBlob(*row)


def resolve(hexdigits: str) -> str | None:
    """The digest that a leading part of it means, or None (contract section 1).

    A published address means its own content, for ever. Else the part must
    fit exactly one digest that was ever stored: one that is gone counts, so
    that its links never come to mean something else.
    """
    if not is_hash(hexdigits) or len(hexdigits) < settings.ADDRESS_LENGTH:
        return None
    given = hexdigits.lower()
    if len(given) < DIGEST_LENGTH:
        exact = db.session.execute(select(AddressRow.digest).where(AddressRow.address == given)).scalar_one_or_none()
        if exact is not None:
            return exact
    fitting = select(AddressRow.digest).where(AddressRow.digest >= given, AddressRow.digest < given + "g").limit(2)
    digests = db.session.scalars(fitting).all()
    return digests[0] if len(digests) == 1 else None


def md5_of(file: StoredFile) -> str:
    """The MD5 of a file's bytes, 32 hex digits: computed when first asked for, then kept."""
    kept = db.session.execute(select(BlobRow.md5).where(BlobRow.digest == file.digest)).scalar_one_or_none()
    db.session.rollback()
    if kept:
        return kept
    with store.open(file.digest) as bytes_:
        computed = hashlib.file_digest(bytes_, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    with transaction() as session:
        session.execute(update(BlobRow).where(BlobRow.digest == file.digest).values(md5=computed))
    return computed


def own_with_digest(actor: Actor, digest: str, at_most: int = 50) -> list[StoredFile]:
    """The caller's own live files with this content, newest first."""
    if actor.is_nobody:
        return []
    query = _FILES.where(FileRow.digest == digest, FileRow.owner_id == actor.user_id, _is_live())
    return _all(query.order_by(FileRow.created_at.desc(), FileRow.id.desc()).limit(at_most))


def listing(owner_id: int, limit: int = 50, offset: int = 0) -> tuple[int, list[StoredFile]]:
    """How many live files a user has, and some of them, newest first."""
    mine = (FileRow.owner_id == owner_id, _is_live())
    count = db.session.execute(select(func.count()).select_from(FileRow).where(*mine)).scalar_one()
    ordered = _FILES.where(*mine).order_by(FileRow.created_at.desc(), FileRow.id.desc())
    return count, _all(ordered.limit(limit).offset(offset))


def spend_download(uuid: str) -> None:
    """Take one of a limited file's downloads: exactly as many succeed as there are, however many ask at once.

    Raises:
        FileNotFound: none is left.
    """
    with transaction() as session:
        taken = session.execute(
            update(FileRow).where(FileRow.id == uuid, _is_live()).values(downloads=FileRow.downloads + 1)
        )
        if taken.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
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
    db.session.rollback()
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
    kept = db.session.execute(
        select(FileRow.delete_token_hash).where(FileRow.id == uuid.lower(), _is_live())
    ).scalar_one_or_none()
    if kept is None or not secrets.same(secrets.hashed("", token), kept):
        db.session.rollback()
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
    with transaction() as session:
        return remove_within(session, uuids)


def remove_within(session: Session, uuids: Sequence[str]) -> int:
    """Remove files inside the caller's transaction; how many there were."""
    gone = session.execute(delete(FileRow).where(FileRow.id.in_(uuids)).returning(FileRow.digest)).scalars().all()
    still_named = select(FileRow.id).where(FileRow.digest == BlobRow.digest).exists()
    session.execute(
        update(BlobRow).where(BlobRow.digest.in_(set(gone)), ~still_named).values(orphaned_at=now())
    )  # fmt: skip
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
        limits.take_place_quietly("private key", subject, settings.PRIVATE_KEY_RATE)
        raise FileNotFound


def _is_live() -> ColumnElement[bool]:
    left = or_(FileRow.download_limit.is_(None), FileRow.downloads < FileRow.download_limit)
    return and_(FileRow.expires_at > now(), left)


def _is_published() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FileRow.is_private.is_(False), FileRow.download_limit.is_(None)


def _all(query: Select[*tuple[Any, ...]]) -> list[StoredFile]:
    rows: Sequence[Row[*tuple[Any, ...]]] = db.session.execute(query).all()
    db.session.rollback()
    return [StoredFile(*row) for row in rows]
