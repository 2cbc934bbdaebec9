"""How many bytes one request may send, whoever sends it: MAX_FILE_SIZE, or what is set for an account or a key."""

from sqlalchemy import func, select

from pastebin.config import write_size
from pastebin.errors import BodyTooLarge
from pastebin.extensions import reading, settings
from pastebin.models import UserRow
from pastebin.services.actor import Actor
from pastebin.services.remembered import Remembered


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
