"""Take files in: bytes first, then the record, then the answer.

The order is what the promises rest on (contract section 3, last line): the
bytes are durable before a record names them, or with it (`staging`), and the
record is committed before anybody is told. A crash between leaves bytes that
nobody names, which the sweep removes after a grace period; never a record
without bytes.
"""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from pastebin import filetypes
from pastebin.blobs import Spool, StoreBusy, StoreFull
from pastebin.errors import (
    FieldsInvalid,
    ServiceUnavailable,
    StorageFull,
    TypeNotAllowed,
)
from pastebin.extensions import FOREVER, instant, milliseconds, moment, now, settings, store
from pastebin.models import BlobState
from pastebin.services import bounds, limits, secrets, staging, strays
from pastebin.services.actor import Actor
from pastebin.services.files import StoredFile
from pastebin.services.group_commit import commit_together
from pastebin.services.recording import BlobRecord, Recording, SweptAway, record

log = logging.getLogger(__name__)

# How often bytes that the sweep takes away in between are put again.
_MOST_TRIES = 20


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


def new_spool(expected_bytes: int = 0) -> Spool:
    """Where the next file is received.

    Raises:
        StorageFull: the disk is below its reserve, or would be with that many bytes more.
        ServiceUnavailable: too many uploads are under way.
    """
    try:
        return store.spool(expected_bytes)
    except StoreFull as fault:
        raise StorageFull from fault
    except StoreBusy as fault:
        raise ServiceUnavailable("Too many uploads are under way. Nothing was kept; try again in a minute.") from fault


def check_room() -> None:
    """Make sure, in the middle of an upload, that the disk is still above its reserve.

    Raises:
        StorageFull: it is not: what is in the reserve is for reads, deletions and what others have begun.
    """
    if store.free_bytes() < 0:
        raise StorageFull


def take_in(
    actor: Actor, incoming: Sequence[Incoming], rules: Rules, place: limits.Wanted | None = None
) -> list[Uploaded]:
    """Keep files, all or none; returns when their bytes and their records would survive a power cut.

    Args:
        place: of a rate limit, to be taken with the records.

    Raises:
        RateLimited: others took the last places meanwhile.
        BodyTooLarge: together larger than this actor may send.
        TypeNotAllowed: one of a type that ALLOWED_TYPES does not name.
        FieldsInvalid: rules that this actor may not make.
        StorageLimit: no room left in the actor's quota.
        StorageFull: no room left on the disk. Nothing is kept.
    """
    bounds.check_size(actor, sum(file.spool.size for file in incoming))
    rules = check_rules(actor, rules)
    described = [_Described.of(file) for file in incoming]
    for file in described:
        _check_type(file)
    made = [_row_of(actor, file, rules) for file in described]
    size_bytes = sum(file.spool.size for file in described)
    _keep(described, Recording(actor, size_bytes, [], [record for record, _ in made], place))
    return [_told(record, token, file) for (record, token), file in zip(made, described, strict=True)]


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
    was_put: bool = False

    @property
    def content_type(self) -> str:
        """What the content says itself that it is, whatever its name says."""
        return filetypes.media_type_for("", self.sniffed, self.charset)

    @classmethod
    def of(cls, file: Incoming) -> "_Described":
        sniffed = filetypes.sniff(file.spool.head)
        unnamed = "paste.txt" if file.charset else "stdin.bin"
        filename = filetypes.sanitise_filename(file.filename) or unnamed
        extension = filetypes.choose_extension(filename, sniffed, file.charset)
        media_type = filetypes.media_type_for(extension, sniffed, file.charset)
        return cls(file.spool, file.spool.digest(), filename, extension, media_type, sniffed, file.charset)

    def put(self) -> BlobRecord:
        """Make the bytes durable, unless they are to be staged; what is to be recorded of them.

        Raises:
            StoreFull: the disk is full.
        """
        content = staging.to_stage(self.spool)
        stamp = ""
        if content is None:
            stamp = store.put(self.spool)
            self.was_put = True
        row = {
            "digest": self.digest,
            "size": self.spool.size,
            "media_type": self.content_type,
            "extension": filetypes.choose_extension(None, self.sniffed, self.charset),
            "charset": self.charset,
            "state": BlobState.LIVE,
            "created_at": milliseconds(now()),
            "orphaned_at": None,
        }
        return BlobRecord(row, stamp, content)


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


def _row_of(actor: Actor, file: _Described, rules: Rules) -> tuple[dict[str, Any], str]:
    """The file's record as the database keeps it, and the deletion token of which it keeps the hash."""
    token, created_at = secrets.random_token(), time.time_ns() // 1000
    record = {
        "id": str(uuid.uuid4()),
        "digest": file.digest,
        "owner_id": actor.user_id,
        "size": file.spool.size,
        "filename": file.filename,
        "name": rules.name,
        "extension": file.extension,
        "media_type": file.media_type,
        "is_private": rules.privacy is not Privacy.PUBLIC,
        "private_key": secrets.random_token() if rules.privacy is Privacy.BY_KEY else None,
        "expires_at": FOREVER if rules.expires_at is None else milliseconds(rules.expires_at),
        "download_limit": rules.download_limit,
        "downloads": 0,
        "views": 0,
        "md5": None,
        "delete_token_hash": secrets.hashed("", token),
        "created_at": created_at,
        "updated_at": created_at // 1000,
    }
    return record, token


def _keep(files: Sequence[_Described], recording: Recording) -> None:
    """Bytes, then records. No database lock is held while the disk is waited for."""
    try:
        _put_and_record(files, recording)
    except BaseException:
        _take_back(files)
        if recording.place:
            recording.place.place = None  # rolled back, if it had been taken
        raise


def _take_back(files: Sequence[_Described]) -> None:
    """Remove the bytes of a refused upload: they must not fill the disk until the sweep comes."""
    try:
        for file in files:
            if file.was_put:
                strays.remove(file.digest)
    except (SQLAlchemyError, OSError):
        log.warning("bytes of a refused upload are left to the sweep", exc_info=True)


def _put_and_record(files: Sequence[_Described], recording: Recording) -> None:
    for _ in range(_MOST_TRIES):
        try:
            blobs = [file.put() for file in files]
            commit_together(record, replace(recording, blobs=blobs))
        except StoreFull as fault:
            raise StorageFull from fault
        except (SweptAway, IntegrityError):
            # An IntegrityError is another worker giving out the same address at this very moment (PostgreSQL).
            continue
        for file, blob in zip(files, blobs, strict=True):
            file.address = blob.address
        return
    raise ServiceUnavailable("The upload could not be recorded. Try again.")


def _told(row: dict[str, Any], token: str, file: _Described) -> Uploaded:
    created_at, updated_at = instant(row["created_at"]), moment(row["updated_at"])
    stored = StoredFile(
        row["id"], file.digest, file.address, row["size"], row["owner_id"], row["filename"], row["name"],
        row["extension"], row["media_type"], file.content_type, file.charset, row["is_private"], row["private_key"],
        None if row["expires_at"] == FOREVER else moment(row["expires_at"]), row["download_limit"],
        row["downloads"], row["views"], created_at, updated_at,
    )  # fmt: skip
    return Uploaded(stored, token)
