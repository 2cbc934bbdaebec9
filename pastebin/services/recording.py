"""What the database is told of uploads: blobs, addresses, files and what they count as, several requests at a time.

It stands inside one transaction of everybody's (`group_commit`), in which the
whole machine's other writers wait: so the statements are few, whatever their
number of rows, and the same for content that is known and content that is
not. An upload's time must not tell which it was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, String, Table, bindparam, func, select
from sqlalchemy.sql import ClauseElement

from pastebin.addresses import shortest_address
from pastebin.config import DAY, write_size
from pastebin.errors import StorageLimit
from pastebin.extensions import settings, store
from pastebin.models import AddressRow, BlobRow, FileRow, TakedownRow
from pastebin.prepared import PreparedMany, Values, inserting
from pastebin.services import limits, staging, tombstones, totals
from pastebin.services.actor import Actor


@dataclass
class BlobRecord:
    """A content: its row, and the stamp of the bytes that were put, or the bytes themselves if they are to be staged.

    `address` is known once it is recorded.
    """

    row: Values
    stamp: str
    content: bytes | None = None
    address: str = ""

    @property
    def digest(self) -> str:
        """64 hex digits."""
        return str(self.row["digest"])


@dataclass
class Recording:
    """What one request adds, all of it or nothing: its contents and its files (rows as the database keeps them).

    `blobs` are known once the bytes were put, and others if they had to be put again.
    `place` is the one that it takes of a rate limit; `also` what else is written with it, and may refuse it;
    `advice` what to do where an address has sent as much as it may.
    """

    actor: Actor
    size_bytes: int
    blobs: Sequence[BlobRecord] = ()
    files: Sequence[Values] = ()
    place: limits.Wanted | None = None
    also: Callable[[Connection], None] | None = None
    advice: str = "Try again tomorrow, or log in."


class SweptAway(Exception):
    """Bytes that were put have gone again before their record was written: they must be put once more."""


def record(connection: Connection, recordings: Sequence[Recording]) -> None:
    """Write down uploads inside the caller's transaction, and see that their bytes are there.

    Raises:
        RateLimited: others took the last places meanwhile.
        StorageLimit: no room left in an actor's quota.
        ContentRemoved: a content of this digest was taken down.
        Whatever an `also` raises.
        SweptAway: a sweep was quicker.
    """
    limits.take_within(connection, [recording.place for recording in recordings if recording.place])
    _charge(connection, recordings)
    blobs = [blob for recording in recordings for blob in recording.blobs]
    _name(connection, blobs)
    staging.stage(connection, {blob.digest: blob.content for blob in blobs if blob.content is not None}.items())
    _INSERT_FILES.each(connection, [file for recording in recordings for file in recording.files])
    for recording in recordings:
        if recording.also:
            recording.also(connection)
    # The rows are ours until the commit, and the sweep unlinks in a transaction that has them: the bytes stay from now.
    if not all(store.stands(blob.digest, blob.stamp) for blob in blobs if blob.content is None):
        raise SweptAway


def _charge(connection: Connection, recordings: Sequence[Recording]) -> None:
    """Count the bytes of accounts, and those of people without one by their address."""
    totals.add(
        connection,
        [
            (recording.actor.user_id, file["size"])
            for recording in recordings
            if recording.actor.user_id is not None
            for file in recording.files
        ],
    )
    used: Counter[str] = Counter()
    advice: dict[str, str] = {}
    for recording in recordings:
        if recording.actor.is_nobody:
            subject = limits.subject_of(recording.actor.address)
            used[subject] += recording.size_bytes
            advice[subject] = recording.advice
    quota = settings.ANONYMOUS_QUOTA if used else 0
    for subject, size_bytes in sorted(used.items()):
        if limits.add(connection, "anonymous bytes", subject, size_bytes, at_most=quota, seconds=DAY) is not None:
            left = max(0, quota - limits.used(connection, "anonymous bytes", subject))
            raise StorageLimit(
                f"It needs {write_size(size_bytes)}; {write_size(left)} of the {write_size(quota)} that one address "
                f"may send a day without an account are left. {advice[subject]}",
                limit=quota,
            )


def _name(connection: Connection, blobs: Iterable[BlobRecord]) -> None:
    """See to it that every blob has its row, live, and its address."""
    # In one order everywhere, so that two transactions never wait for each other (PostgreSQL).
    by_digest: dict[str, BlobRecord] = {}
    for blob in blobs:
        if blob.digest not in by_digest or blob.row["media_type"]:
            by_digest[blob.digest] = blob
    distinct = {digest: by_digest[digest] for digest in sorted(by_digest)}
    rows = _KNOWN.rows(connection, [{"of": digest} for digest in distinct])
    known = [four for row in rows for four in _by_four(row or ())]
    addresses: dict[str, str] = {}
    newest: str | None = None  # the nearest before it of those that the database does not know yet
    for digest, (own, before, after, removed_because) in zip(distinct, known, strict=True):
        if removed_because is not None:
            tombstones.refuse(removed_because)
        addresses[digest] = own or shortest_address(digest, (before, after, newest), settings.ADDRESS_LENGTH)
        newest = newest if own else digest
    for blob in blobs:
        blob.address = addresses[blob.digest]
    _ADD_ADDRESSES.each(connection, [{"digest": digest, "address": addresses[digest]} for digest in distinct])
    _ADD_OR_REVIVE_BLOBS.each(connection, [blob.row for blob in distinct.values()])


def _by_four(row: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
    return zip(row[0::4], row[1::4], row[2::4], row[3::4], strict=True)


def _known(count: int) -> ClauseElement:
    """For each digest four seeks: its address, the digests ever stored before and after it, why it was taken down."""
    columns = []
    for number in range(count):
        digest = bindparam(f"of_{number}", type_=String)
        columns += [
            select(AddressRow.address).where(AddressRow.digest == digest).scalar_subquery(),
            select(func.max(AddressRow.digest)).where(AddressRow.digest < digest).scalar_subquery(),
            select(func.min(AddressRow.digest)).where(AddressRow.digest > digest).scalar_subquery(),
            select(TakedownRow.reason).where(TakedownRow.digest == digest).scalar_subquery(),
        ]
    return select(*columns)


_KNOWN = PreparedMany(_known)
_ADD_ADDRESSES = inserting(cast(Table, AddressRow.__table__), "(digest) DO NOTHING")
# What an encrypted chunk is, nobody looks at; who uploads the same bytes as a file must not be told so.
_ADD_OR_REVIVE_BLOBS = inserting(
    cast(Table, BlobRow.__table__),
    "(digest) DO UPDATE SET state = excluded.state, orphaned_at = NULL,"
    " media_type = COALESCE(NULLIF(excluded.media_type, ''), blobs.media_type),"
    " extension = COALESCE(NULLIF(excluded.extension, ''), blobs.extension),"
    " charset = COALESCE(excluded.charset, blobs.charset)",
)
_INSERT_FILES = inserting(cast(Table, FileRow.__table__))
