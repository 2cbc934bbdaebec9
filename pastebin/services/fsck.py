"""Check that records and bytes fit each other, and mend what can be mended."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from pastebin.blobs import BlobMissing
from pastebin.extensions import generation, now, reading, store, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, ChunkRow, EncryptedFileRow, FileRow
from pastebin.services import encrypted, files, references, staging, totals

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
    # Of the faults, how many a repair did away with.
    faults_mended: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether no fault is left."""
        return self.faults_mended == len(self.faults)


def check(*, deep: bool = False, repair: bool = False) -> Report:
    """Compare every record with the store.

    Args:
        deep: read all bytes and hash them.
        repair: remove records whose bytes are lost or wrong. Bytes that cannot be read (missing rights, a failing
            disk) are a fault too, but are left as they are: they may be right. Accounts are counted anew.
    """
    report = Report()
    bad = list(_check_blobs(report, deep))
    _check_references(report)
    are_counted_rightly = _check_totals(report)
    _note_strays(report)
    if repair:
        if not are_counted_rightly:
            _mend_totals(report)
        for digest in bad:
            _forget(report, digest, deep)
        _mend_orphans(report)
    return report


class _Unreadable(Exception):
    """Bytes that are there and cannot be read now: neither right nor wrong."""


def _check_blobs(report: Report, deep: bool) -> Iterator[str]:
    """Notes every fault; the digests whose bytes are lost or wrong."""
    for digest, size, state in _all_blobs():
        if state == BlobState.DYING:
            report.notes.append(f"blob {digest} is being removed")
            continue
        report.blobs += 1
        report.bytes_read += size if deep else 0
        try:
            fault = _fault_of(digest, size, deep)
        except _Unreadable as unreadable:
            _note_fault(report, digest, str(unreadable))
            continue
        if fault and _stands(digest):
            _note_fault(report, digest, fault)
            yield digest


def _note_fault(report: Report, digest: str, fault: str) -> None:
    files = _scalars(select(FileRow.id).where(FileRow.digest == digest))
    chunks = _scalars(select(ChunkRow.file_id).where(ChunkRow.digest == digest))
    names = ", ".join([*files, *chunks]) or "no file"
    report.faults.append(f"blob {digest} {fault}; named by {names}")


def _stands(digest: str) -> bool:
    """Whether the record is still there: the sweep of a running server may have removed it since it was read."""
    live = select(BlobRow.digest).where(BlobRow.digest == digest, BlobRow.state == BlobState.LIVE)
    return bool(_scalars(live))


def _fault_of(digest: str, size: int, deep: bool) -> str | None:
    """What is wrong with the bytes, if anything.

    Raises:
        _Unreadable: nobody can say.
    """
    try:
        there = store.size(digest)
        if there is None:
            return "is missing"
        if there != size:
            return f"has {there} bytes instead of {size}"
        if deep and _hash_of(digest) != digest:
            return "has other bytes than its digest says"
    except BlobMissing:
        return "is missing"
    except OSError as fault:
        raise _Unreadable(f"cannot be read: {fault}") from fault
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
        for table in (FileRow, EncryptedFileRow):
            report.files += connection.execute(select(func.count()).select_from(table)).scalar_one()
    for uuid in _scalars(select(FileRow.id).where(~_is_among(BlobRow.digest, FileRow.digest))):
        report.faults.append(f"file {uuid} names a blob that has no record")
    for uuid in _scalars(select(ChunkRow.file_id).where(~_is_among(BlobRow.digest, ChunkRow.digest)).distinct()):
        report.faults.append(f"encrypted file {uuid} names a blob that has no record")
    for digest in _scalars(select(BlobRow.digest).where(~_is_among(AddressRow.digest, BlobRow.digest))):
        report.faults.append(f"blob {digest} has no address")


def _check_totals(report: Report) -> bool:
    """What accounts have, against their files; whether all is well."""
    with reading() as connection:
        wrong = totals.wrong(connection)
    for user_id, right in wrong:
        report.faults.append(f"account {user_id} is counted wrongly: it has {right.files} files")
    return not wrong


def _mend_totals(report: Report) -> None:
    """Count anew, where nobody can upload in between."""
    with transaction() as connection:
        for user_id, right in totals.wrong(connection):
            totals.correct(connection, user_id, right)
            report.faults_mended += 1
            report.mended.append(f"counted the files of account {user_id} anew")


def _note_strays(report: Report) -> None:
    for digest, _age in store.listing(0, 1):
        if not _scalars(select(BlobRow.digest).where(BlobRow.digest == digest)):
            report.notes.append(f"bytes {digest} have no record (an interrupted upload)")


def _forget(report: Report, digest: str, deep: bool) -> None:
    """Remove the records of lost bytes: their address stays taken, so an upload of the same content heals it.

    Beside a running server the same content may have been uploaded anew since
    it was found bad: it is looked at again where no upload can be recorded.
    """
    with transaction() as connection:
        row = connection.execute(select(BlobRow.size).where(BlobRow.digest == digest)).one_or_none()
        try:
            is_bad = row is not None and _fault_of(digest, row.size, deep) is not None
        except _Unreadable:
            return
        if is_bad:
            files.remove_within(connection, FileRow.digest == digest)
            while encrypted.remove_within(connection, encrypted.with_content(digest)):
                pass
            connection.execute(delete(BlobRow).where(BlobRow.digest == digest))
            staging.forget(connection, digest)
            store.remove(digest)
    report.faults_mended += 1
    if is_bad:
        generation.advance()
        report.mended.append(f"forgot blob {digest} and the files that named it")


def _mend_orphans(report: Report) -> None:
    """Put blobs that no file names on the sweep's list."""
    unlisted = (
        ~references.NAMED,
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
