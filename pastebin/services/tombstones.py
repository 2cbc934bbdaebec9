"""Tombstones: what stands where something public was taken down, so that its links say so (contract section 5).

What was private leaves none, and answers as if it had never been there.
"""

from typing import NoReturn

from sqlalchemy import bindparam, select, true

from pastebin.errors import ContentRemoved, FileNotFound
from pastebin.extensions import reading
from pastebin.models import AddressRow, TakedownRow, TakenDownFileRow
from pastebin.services import hashes
from pastebin.services.hashes import Lookup


def check_file(uuid: str) -> None:
    """Make sure that no public file of this UUID was taken down.

    Raises:
        ContentRemoved: one was.
    """
    with reading() as connection:
        reason = connection.execute(_OF_FILE, {"uuid": uuid.lower()}).scalar_one_or_none()
    if reason is not None:
        refuse(reason)


def missing(uuid: str) -> NoReturn:
    """Say that no file of this UUID is there.

    Raises:
        ContentRemoved: there was a public one, and it was taken down. FileNotFound: else; why, is not told.
    """
    check_file(uuid)
    raise FileNotFound


def check_hash(hexdigits: str) -> None:
    """Make sure that nothing was taken down that was published at this address.

    Raises:
        ContentRemoved: it was.
    """
    row = hashes.resolve(_OF_HASH, hexdigits)
    if row is not None:
        refuse(row.reason)


def refuse(reason: str) -> NoReturn:
    """Say that it was taken down, and why.

    Raises:
        ContentRemoved: always.
    """
    raise ContentRemoved(f"This content was taken down by the operator of this server: {reason}", reason=reason)


_OF_FILE = (
    select(TakedownRow.reason)
    .join(TakenDownFileRow, TakenDownFileRow.digest == TakedownRow.digest)
    .where(TakenDownFileRow.uuid == bindparam("uuid"))
)
_OF_HASH = Lookup.of(
    select(TakedownRow.reason)
    .select_from(AddressRow)
    .join(TakedownRow, TakedownRow.digest == AddressRow.digest)
    .where(TakedownRow.was_published == true())
)
