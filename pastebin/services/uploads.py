"""Take files in: bytes first, then the record, then the answer.

The order is what the promises rest on (contract section 3, last line): the
bytes are durable before a record names them, and the record is committed
before anybody is told. A crash between leaves bytes that nobody names, which
the sweep removes after a grace period; never a record without bytes.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from fnmatch import fnmatchcase

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pastebin import filetypes
from pastebin.addresses import shortest_address
from pastebin.blobs import Spool, StoreFull
from pastebin.config import DAY
from pastebin.errors import BodyTooLarge, FieldsInvalid, StorageFull, StorageLimit, TypeNotAllowed
from pastebin.extensions import now, settings, store, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, FileRow
from pastebin.services import limits, secrets
from pastebin.services.actor import Actor
from pastebin.services.files import StoredFile


class Privacy(Enum):
    """Who may read a file."""

    PUBLIC = "public"
    BY_KEY = "key"
    OWNER_ONLY = "owner"


@dataclass(frozen=True)
class Rules:
    """What the uploader asks of all files of one request."""

    expires_at: datetime | None = None
    download_limit: int | None = None
    privacy: Privacy = Privacy.PUBLIC
    name: str | None = None


@dataclass(frozen=True)
class Incoming:
    """One file on its way in: its bytes, the name it came with, and the charset its bytes are valid in, if any."""

    spool: Spool
    filename: str | None
    charset: str | None


@dataclass(frozen=True)
class Uploaded:
    """A file that was taken in, and the token that deletes it, which is not kept."""

    file: StoredFile
    delete_token: str


def largest_body(actor: Actor | None) -> int:
    """Bytes that the files of one request may have together; None for whoever it may turn out to be."""
    if actor is not None and actor.is_nobody:
        return min(settings.ANONYMOUS_MAX_FILE_SIZE, settings.MAX_FILE_SIZE)
    return settings.MAX_FILE_SIZE


def check_size(actor: Actor | None, size_bytes: int) -> None:
    """Make sure that this many bytes may be sent.

    Raises:
        BodyTooLarge: they may not; facts have the `limit`.
    """
    limit = largest_body(actor)
    if size_bytes > limit:
        raise BodyTooLarge(f"The upload is larger than the {limit} bytes that are taken here.", limit=limit)


def new_spool(expected_bytes: int = 0) -> Spool:
    """Where the next file is received.

    Raises:
        StorageFull: the disk is below its reserve, or would be with that many bytes more.
    """
    try:
        return store.spool(expected_bytes)
    except StoreFull as fault:
        raise StorageFull from fault


def take_in(actor: Actor, incoming: Sequence[Incoming], rules: Rules) -> list[Uploaded]:
    """Keep files, all or none; returns when their bytes and their records would survive a power cut.

    Raises:
        BodyTooLarge: together larger than this actor may send.
        TypeNotAllowed: one of a type that ALLOWED_TYPES does not name.
        FieldsInvalid: rules that this actor may not make.
        StorageLimit: no room left in the actor's quota.
        StorageFull: no room left on the disk. Nothing is kept.
    """
    check_size(actor, sum(file.spool.size for file in incoming))
    rules = check_rules(actor, rules)
    described = [_Described.of(file) for file in incoming]
    for file in described:
        _check_type(file)
    made = [_row_of(actor, file, rules) for file in described]
    _record(actor, described, [row for row, _ in made])
    return [_told(row, token, file) for (row, token), file in zip(made, described, strict=True)]


def check_rules(actor: Actor, rules: Rules) -> Rules:
    """The rules as they will be kept.

    Raises:
        FieldsInvalid: an expiry longer than nobody may ask for, or privacy that needs an owner.
    """
    if not actor.is_nobody:
        return rules
    if rules.privacy is Privacy.OWNER_ONLY:
        raise FieldsInvalid("private=owner needs an account: log in or send an API key.", fields=["private"])
    longest = settings.ANONYMOUS_MAX_EXPIRY
    if longest is None:
        return rules
    last = now() + timedelta(seconds=longest)
    if rules.expires_at is None:
        return Rules(last, rules.download_limit, rules.privacy, rules.name)
    if rules.expires_at > last:
        raise FieldsInvalid(
            f"Without an account an upload is kept for {longest} seconds at most; ask for less in expire.",
            fields=["expire"], limit=longest,
        )  # fmt: skip
    return rules


@dataclass
class _Described:
    """A file with all that its content and its name say of it."""

    spool: Spool
    digest: str
    filename: str
    extension: str
    media_type: str
    sniffed: filetypes.Sniffed
    charset: str | None
    address: str = ""
    stamp: str = ""

    @classmethod
    def of(cls, file: Incoming) -> "_Described":
        sniffed = filetypes.sniff(file.spool.head)
        unnamed = "paste.txt" if file.charset else "stdin.bin"
        filename = filetypes.sanitise_filename(file.filename) or unnamed
        extension = filetypes.choose_extension(filename, sniffed, file.charset)
        media_type = filetypes.media_type_for(extension, sniffed, file.charset)
        return cls(file.spool, file.spool.digest(), filename, extension, media_type, sniffed, file.charset)


def _check_type(file: _Described) -> None:
    """ALLOWED_TYPES names media types (`image/*` too) and extensions (`.zip`)."""
    allowed = settings.ALLOWED_TYPES
    if not allowed:
        return
    by_extension = any(f".{file.extension}".endswith(rule) for rule in allowed if rule.startswith("."))
    if not by_extension and not any(fnmatchcase(file.media_type, rule) for rule in allowed):
        raise TypeNotAllowed(
            f"Files of type {file.media_type} are not taken here, only: {', '.join(allowed)}.", allowed=list(allowed)
        )


def _row_of(actor: Actor, file: _Described, rules: Rules) -> tuple[FileRow, str]:
    token, moment = secrets.random_token(), now()
    row = FileRow(
        id=str(uuid.uuid4()),
        digest=file.digest,
        owner_id=actor.user_id,
        size=file.spool.size,
        filename=file.filename,
        name=rules.name,
        extension=file.extension,
        media_type=file.media_type,
        is_private=rules.privacy is not Privacy.PUBLIC,
        private_key=secrets.random_token() if rules.privacy is Privacy.BY_KEY else None,
        expires_at=rules.expires_at,
        download_limit=rules.download_limit,
        downloads=0,
        views=0,
        delete_token_hash=secrets.hashed("", token),
        created_at=moment,
        updated_at=moment,
    )
    return row, token


class _SweptAway(Exception):
    """Bytes that were put have gone again before their record was written: put them once more."""


def _record(actor: Actor, files: Sequence[_Described], rows: Sequence[FileRow]) -> None:
    """Bytes, then records. No database lock is held while the disk is waited for."""
    for _ in range(20):
        try:
            for file in files:
                file.stamp = store.put(file.spool)
            with transaction() as session:
                _charge(session, actor, sum(file.spool.size for file in files))
                for file in files:
                    _name_blob(session, file)
                session.add_all(rows)
            return
        except StoreFull as fault:
            raise StorageFull from fault
        except (_SweptAway, IntegrityError):
            # An IntegrityError is another worker giving out the same address at this very moment (PostgreSQL).
            # The rolled-back records are as good as new: the next round adds them again.
            continue
    raise StorageFull("The upload could not be recorded. Nothing was kept; try again.")


def _charge(session: Session, actor: Actor, size_bytes: int) -> None:
    if not actor.is_nobody:
        return
    subject = limits.subject_of(actor.address)
    ends = limits.add(session, "anonymous bytes", subject, size_bytes, at_most=settings.ANONYMOUS_QUOTA, seconds=DAY)
    if ends is not None:
        raise StorageLimit(
            f"Without an account {settings.ANONYMOUS_QUOTA} bytes a day are taken from one address. "
            "Try again tomorrow, or log in.",
            limit=settings.ANONYMOUS_QUOTA,
        )


def _name_blob(session: Session, file: _Described) -> None:
    """See to it, inside the transaction, that the blob's row stands and its bytes are there."""
    row = session.execute(select(BlobRow).where(BlobRow.digest == file.digest).with_for_update()).scalar_one_or_none()
    address = session.execute(select(AddressRow.address).where(AddressRow.digest == file.digest)).scalar_one_or_none()
    file.address = address or _give_address(session, file.digest)
    if row is None:
        content_type = filetypes.media_type_for("", file.sniffed, file.charset)
        extension = filetypes.choose_extension(None, file.sniffed, file.charset)
        session.add(
            BlobRow(
                digest=file.digest, size=file.spool.size, media_type=content_type, extension=extension,
                charset=file.charset, state=BlobState.LIVE, created_at=now(),
            )
        )  # fmt: skip
        session.flush()
    else:
        row.state, row.orphaned_at = BlobState.LIVE, None
    # The sweep unlinks inside a transaction of its own, so the bytes can't go from here on.
    if not store.stands(file.digest, file.stamp):
        raise _SweptAway


def _give_address(session: Session, digest: str) -> str:
    before = select(AddressRow.digest).where(AddressRow.digest < digest).order_by(AddressRow.digest.desc()).limit(1)
    after = select(AddressRow.digest).where(AddressRow.digest > digest).order_by(AddressRow.digest).limit(1)
    neighbours = session.execute(before).scalar_one_or_none(), session.execute(after).scalar_one_or_none()
    address = shortest_address(digest, neighbours, settings.ADDRESS_LENGTH)
    session.add(AddressRow(digest=digest, address=address))
    session.flush()
    return address


def _told(row: FileRow, token: str, file: _Described) -> Uploaded:
    stored = StoredFile(
        row.id, row.digest, file.address, row.size, row.owner_id, row.filename, row.name, row.extension,
        row.media_type, file.charset, row.is_private, row.private_key, row.expires_at, row.download_limit,
        0, 0, row.created_at, row.updated_at,
    )  # fmt: skip
    return Uploaded(stored, token)
