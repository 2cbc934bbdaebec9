"""Take files in: what they are called, what they are, by which rules, and then kept (`keeping`)."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any

from pastebin import filetypes
from pastebin.blobs import Spool
from pastebin.errors import FieldsInvalid, TypeNotAllowed
from pastebin.extensions import FOREVER, instant, milliseconds, moment, now, settings
from pastebin.services import bounds, limits, secrets
from pastebin.services.actor import Actor
from pastebin.services.files import StoredFile
from pastebin.services.keeping import Content, keep
from pastebin.services.recording import Recording


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
    size_bytes = sum([file.spool.size for file in incoming])
    bounds.check_size(actor, size_bytes)
    rules = check_rules(actor, rules)
    described = [_Described.of(file) for file in incoming]
    for file in described:
        _check_type(file)
    made = [_row_of(actor, file, rules) for file in described]
    contents = [file.content for file in described]
    keep(contents, Recording(actor, size_bytes, files=[record for record, _ in made], place=place))
    return [_told(record, token, content) for (record, token), content in zip(made, contents, strict=True)]


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

    content: Content
    filename: str
    extension: str
    media_type: str

    @classmethod
    def of(cls, file: Incoming) -> "_Described":
        sniffed = filetypes.sniff(file.spool.head)
        unnamed = "paste.txt" if file.charset else "stdin.bin"
        filename = filetypes.sanitise_filename(file.filename) or unnamed
        extension = filetypes.choose_extension(filename, sniffed, file.charset)
        by_itself = filetypes.media_type_for("", sniffed, file.charset)
        own_extension = filetypes.choose_extension(None, sniffed, file.charset)
        content = Content(file.spool, file.spool.digest(), by_itself, own_extension, file.charset)
        return cls(content, filename, extension, filetypes.media_type_for(extension, sniffed, file.charset))


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
        "digest": file.content.digest,
        "owner_id": actor.user_id,
        "size": file.content.spool.size,
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


def _told(row: dict[str, Any], token: str, content: Content) -> Uploaded:
    created_at, updated_at = instant(row["created_at"]), moment(row["updated_at"])
    stored = StoredFile(
        row["id"], content.digest, content.address, row["size"], row["owner_id"], row["filename"], row["name"],
        row["extension"], row["media_type"], content.media_type, content.charset, row["is_private"],
        row["private_key"], None if row["expires_at"] == FOREVER else moment(row["expires_at"]),
        row["download_limit"], row["downloads"], row["views"], created_at, updated_at,
    )  # fmt: skip
    return Uploaded(stored, token)
