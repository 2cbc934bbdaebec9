"""Check that records and bytes fit each other, and mend what can be mended."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from pastebin.blobs import BlobMissing
from pastebin.extensions import generation, now, reading, store, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, FileRow

_STEP_BYTES = 1 << 20


@dataclass
class Report:
    """What was looked at and found. `faults` are losses; `notes` are leftovers that the sweep removes by itself."""

    blobs: int = 0
    files: int = 0
    bytes_read: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)


def check(*, deep: bool = False, repair: bool = False) -> Report:
    """Compare every record with the store.

    Args:
        deep: read all bytes and hash them.
        repair: remove records whose bytes are lost or wrong, after moving nothing else: what is left is right.
    """
    report = Report()
    bad = [digest for digest in _check_blobs(report, deep) if repair]
    _check_references(report)
    _note_strays(report)
    if repair:
        _forget(report, bad)
        _mend_orphans(report)
    return report


def _check_blobs(report: Report, deep: bool) -> Iterator[str]:
    for digest, size, state in _all_blobs():
        if state == BlobState.DYING:
            report.notes.append(f"blob {digest} is being removed")
            continue
        report.blobs += 1
        if fault := _fault_of(digest, size, deep, report):
            names = ", ".join(_scalars(select(FileRow.id).where(FileRow.digest == digest))) or "no file"
            report.faults.append(f"blob {digest} {fault}; named by {names}")
            yield digest


def _fault_of(digest: str, size: int, deep: bool, report: Report) -> str | None:
    there = store.size(digest)
    if there is None:
        return "is missing"
    if there != size:
        return f"has {there} bytes instead of {size}"
    if deep:
        report.bytes_read += size
        try:
            if _hash_of(digest) != digest:
                return "has other bytes than its digest says"
        except (OSError, BlobMissing) as fault:
            return f"cannot be read: {fault}"
    return None


def _hash_of(digest: str) -> str:
    hashing = hashlib.sha256()
    with store.open(digest) as file:
        while block := file.read(_STEP_BYTES):
            hashing.update(block)
    return hashing.hexdigest()


def _check_references(report: Report) -> None:
    """Files whose blob has no row, and blobs without an address: neither can happen, so both are faults."""
    with reading() as connection:
        report.files = connection.execute(select(func.count()).select_from(FileRow)).scalar_one()
    for uuid in _scalars(select(FileRow.id).where(~_is_among(BlobRow.digest, FileRow.digest))):
        report.faults.append(f"file {uuid} names a blob that has no record")
    for digest in _scalars(select(BlobRow.digest).where(~_is_among(AddressRow.digest, BlobRow.digest))):
        report.faults.append(f"blob {digest} has no address")


def _note_strays(report: Report) -> None:
    for digest, _age in store.listing(0, 1):
        if not _scalars(select(BlobRow.digest).where(BlobRow.digest == digest)):
            report.notes.append(f"bytes {digest} have no record (an interrupted upload)")


def _forget(report: Report, digests: list[str]) -> None:
    """Remove the records of lost bytes: their addresses stay taken, so an upload of the same content heals them."""
    for digest in digests:
        with transaction() as connection:
            connection.execute(delete(FileRow).where(FileRow.digest == digest))
            connection.execute(delete(BlobRow).where(BlobRow.digest == digest))
            store.remove(digest)
        generation.advance()
        report.mended.append(f"forgot blob {digest} and the files that named it")


def _mend_orphans(report: Report) -> None:
    """Put blobs that no file names on the sweep's list."""
    unlisted = (
        ~_is_among(FileRow.digest, BlobRow.digest),
        BlobRow.orphaned_at.is_(None),
        BlobRow.state == BlobState.LIVE,
    )
    with transaction() as connection:
        count = connection.execute(update(BlobRow).where(*unlisted).values(orphaned_at=now())).rowcount
    if count:
        report.mended.append(f"listed {count} blobs that no file names for the next sweep")


def _all_blobs() -> Iterator[tuple[str, int, str]]:
    """Every blob's digest, size and state, in batches: no connection is held over the whole run."""
    last = ""
    query = select(BlobRow.digest, BlobRow.size, BlobRow.state).order_by(BlobRow.digest).limit(1000)
    while True:
        with reading() as connection:
            batch = connection.execute(query.where(BlobRow.digest > last)).all()
        if not batch:
            return
        for digest, size, state in batch:
            last = digest
            yield digest, size, state


def _is_among(column: InstrumentedAttribute[str], value: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return select(column).where(column == value).exists()


def _scalars(query: Select[str]) -> Sequence[str]:
    with reading() as connection:
        return connection.execute(query).scalars().all()
