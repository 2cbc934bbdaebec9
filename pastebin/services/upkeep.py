"""The sweep: what is due to go, goes; in exactly one worker at a time.

Removing bytes is kept apart from uploads of the same bytes by the database. A
blob is first marked dying in one transaction and unlinked inside a later one;
an upload that meets the mark, or no row, makes sure in its own transaction
that its bytes are there, and puts them again if not.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from pastebin.extensions import clear_log, now, reading, settings, store, transaction
from pastebin.models import BlobRow, BlobState, FileRow, LeaseRow
from pastebin.services import (
    closing,
    derivatives,
    encrypted,
    figures,
    files,
    health,
    keys,
    limits,
    outbox,
    references,
    reports,
    sessions,
    staging,
    strays,
    takedowns,
    tickets,
)

log = logging.getLogger(__name__)

_BATCH = 200
# The sweep that runs by itself looks for stray bytes in one part of the store at a time: of so many, or of more where
# there is so much that a part would have more names than that.
_SLICES = 32
_MOST_NAMES = 500
_LEASE = "sweep"


@dataclass
class Swept:
    """What a sweep removed, and what it moved."""

    files: int = 0
    blobs: int = 0
    strays: int = 0
    moved: int = 0

    def __str__(self) -> str:
        return (
            f"{self.files} expired or used-up files, {self.blobs} blobs that no file names, "
            f"{self.strays} stray pieces of interrupted uploads; moved {self.moved} small contents into the store"
        )


def sweep(*, slices: int = 1, slice_number: int = 0) -> Swept:
    """Remove what has expired or is used up, blobs that no file names, and stray bytes past their grace.

    What is staged and stays is moved into the store.

    Args:
        slices: into how many parts the store is divided when looking for strays.
        slice_number: which of them is looked through.
    """
    began = time.monotonic()
    try:
        swept = _sweep(slices, slice_number)
    finally:
        clear_log()  # also of what an earlier sweep removed while somebody was reading
    reports.keep(health.SWEEP, **asdict(swept), seconds=round(time.monotonic() - began, 1))
    figures.keep()
    return swept


def _sweep(slices: int, slice_number: int) -> Swept:
    closing.sweep()
    takedowns.sweep()
    swept = Swept(files=_remove_due_files() + encrypted.sweep())
    swept.blobs = _remove_orphans()
    derivatives.sweep()
    swept.strays = store.clean(settings.SWEEP_GRACE) + _remove_strays(slice_number, slices)
    sessions.sweep()
    keys.sweep()
    tickets.sweep()
    outbox.sweep()
    limits.sweep()
    swept.moved = staging.move_to_store()
    return swept


def take_turn() -> bool:
    """Whether the sweep is due and this worker is the one that does it now."""
    until = now() + timedelta(seconds=settings.SWEEP_INTERVAL)
    mine = update(LeaseRow).where(LeaseRow.name == _LEASE, LeaseRow.until <= now()).values(until=until)
    try:
        with transaction() as connection:
            if connection.execute(mine).rowcount == 1:
                return True
            if connection.execute(select(LeaseRow.name).where(LeaseRow.name == _LEASE)).first() is None:
                connection.execute(insert(LeaseRow).values(name=_LEASE, until=until))
                return True
    except IntegrityError:  # another worker made the row first
        return False
    return False


def sweep_by_turn() -> Swept | None:
    """The sweep as workers do it by themselves: if it is due, in one of them, a part of the store at a time."""
    if settings.SWEEP_INTERVAL == 0 or not take_turn():
        return None
    many = figures.kept()
    slices = _slices(many.counts.stored if many else 0)
    swept = sweep(slices=slices, slice_number=int(time.time() / settings.SWEEP_INTERVAL) % slices)
    log.info("sweep: removed %s", swept)
    return swept


def _slices(stored: int) -> int:
    """Into how many parts a store of so many contents is divided: a power of two, so that it seldom changes."""
    return 1 << (max(_SLICES, -(-stored // _MOST_NAMES)) - 1).bit_length()


def _remove_due_files() -> int:
    """Files that have expired, or whose downloads are used up: each by an index of its own."""
    removed = 0
    for due in (FileRow.expires_at <= now(), FileRow.downloads >= FileRow.download_limit):
        while batch := _scalars(select(FileRow.id).where(due).limit(_BATCH)):
            removed += files.remove(batch, due)
    return removed


def _remove_orphans() -> int:
    """Blobs that no file names any more, and those that an interrupted sweep had marked."""
    removed = 0
    while batch := _scalars(select(BlobRow.digest).where(BlobRow.orphaned_at.is_not(None)).limit(_BATCH)):
        _mark(batch)
        removed += sum(_unlink(digest) for digest in batch)
    left_over = _scalars(select(BlobRow.digest).where(BlobRow.state == BlobState.DYING))
    return removed + sum(_unlink(digest) for digest in left_over)


def _mark(digests: Sequence[str]) -> None:
    """Mark as dying those that still nothing names, and take the others off the list."""
    listed = update(BlobRow).where(BlobRow.digest.in_(digests))
    with transaction() as connection:
        connection.execute(listed.where(references.NAMED).values(orphaned_at=None))
        connection.execute(listed.where(~references.NAMED).values(state=BlobState.DYING, orphaned_at=None))


def _unlink(digest: str) -> bool:
    """Remove a marked blob's bytes and row, unless an upload took it back meanwhile.

    The bytes go while the transaction holds the row: an upload waits, finds no
    row afterwards, and puts its bytes again.
    """
    with transaction() as connection:
        gone = delete(BlobRow).where(BlobRow.digest == digest, BlobRow.state == BlobState.DYING)
        if connection.execute(gone).rowcount == 0:
            return False
        staging.forget(connection, digest)
        store.remove(digest)
    return True


def _remove_strays(slice_number: int, slices: int) -> int:
    """Bytes that no row names: an upload was cut off between its bytes and its record."""
    found = store.listing(slice_number, slices, only=strays.among)
    return sum(strays.remove(digest) for digest, age_seconds in found if age_seconds > settings.SWEEP_GRACE)


def _scalars(query: Select[str]) -> Sequence[str]:
    with reading() as connection:
        return connection.execute(query).scalars().all()
