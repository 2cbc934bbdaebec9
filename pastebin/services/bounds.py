"""How many bytes one request may send and an account may have: the settings, or what is set for it or for a key."""

from typing import Protocol

from sqlalchemy import func, select

from pastebin.config import exact_size, read_size, write_size
from pastebin.errors import BodyTooLarge
from pastebin.extensions import FOREVER, reading, settings
from pastebin.models import UserRow
from pastebin.services.actor import Actor
from pastebin.services.remembered import Remembered


class HasQuota(Protocol):
    """An account, as far as its storage goes."""

    @property
    def quota(self) -> int | None:
        """What is set for it in place of USER_QUOTA."""


UNBOUNDED = FOREVER
"""The quota of an account that may have as much as there is room for, whatever USER_QUOTA says."""


def largest_storage(account: HasQuota) -> int | None:
    """Bytes that all files of an account may have together; None where nothing but the disk bounds them."""
    quota = settings.USER_QUOTA if account.quota is None else account.quota
    return None if quota is None or quota >= UNBOUNDED else quota


def read_quota(text: str) -> int | None:
    """A quota as it is typed: a size; `none` for no bound; `default`, or nothing, for USER_QUOTA, which is None.

    Raises:
        ValueError: it is nothing of that; says what it must be.
    """
    word = text.strip().lower()
    if word in ("", "default"):
        return None
    return UNBOUNDED if word == "none" else read_size(text)


def write_quota(quota: int | None) -> str:
    """A quota as it would be typed, to the byte; nothing for USER_QUOTA."""
    if quota is None:
        return ""
    return "none" if quota >= UNBOUNDED else exact_size(quota)


def largest_body(actor: Actor | None) -> int:
    """Bytes that the files of one request may have together; None for whoever it may turn out to be."""
    if actor is None:
        return max(settings.MAX_FILE_SIZE, _largest_of_accounts.get())
    if actor.user is None:
        return min(settings.ANONYMOUS_MAX_FILE_SIZE, settings.MAX_FILE_SIZE)
    own = settings.MAX_FILE_SIZE if actor.user.max_file_size is None else actor.user.max_file_size
    return own if actor.max_file_size is None else min(own, actor.max_file_size)


def check_size(actor: Actor | None, size_bytes: int) -> None:
    """Make sure that this many bytes may be sent.

    Raises:
        BodyTooLarge: they may not; facts have the `limit`.
    """
    limit = largest_body(actor)
    if size_bytes > limit:
        raise BodyTooLarge(
            f"The upload is larger than {write_size(limit)}, which is what is taken here.{_hint(actor, limit)}",
            limit=limit,
        )


def largest_chunk() -> int:
    """Bytes that one part of an encrypted file may have."""
    return min(settings.MAX_CHUNK_SIZE, settings.MAX_FILE_SIZE)


def check_chunk(size_bytes: int) -> None:
    """Make sure that one part of an encrypted file may have so many bytes.

    Raises:
        BodyTooLarge: it may not; facts have the `limit`.
    """
    limit = largest_chunk()
    if size_bytes > limit:
        raise BodyTooLarge(f"A chunk has at most {write_size(limit)} here: send smaller ones.", limit=limit)


def _hint(actor: Actor | None, limit: int) -> str:
    """How to send more, where that can be said."""
    if actor is None:
        return ""
    if actor.is_nobody and limit < settings.MAX_FILE_SIZE:
        return f" With an account up to {write_size(settings.MAX_FILE_SIZE)}: log in, or send an API key."
    if actor.max_file_size == limit:
        return " This API key is bound to that."
    return ""


def _read_largest() -> int:
    with reading() as connection:
        return connection.execute(select(func.max(UserRow.max_file_size))).scalar_one() or 0


_largest_of_accounts = Remembered(_read_largest)
