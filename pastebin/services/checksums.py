"""Checksums that a protocol asks for beside the digest."""

import hashlib
import logging
from threading import BoundedSemaphore

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from pastebin.blobs import BlobMissing
from pastebin.errors import FileNotFound, ServiceUnavailable
from pastebin.extensions import reading, store, transaction
from pastebin.models import FileRow
from pastebin.services.files import StoredFile

log = logging.getLogger(__name__)

# Each takes a thread and reads a whole file.
_hashing = BoundedSemaphore(2)
_LONGEST_WAIT_SECONDS = 10


def md5_of(file: StoredFile) -> str:
    """The MD5 of a file's bytes, 32 hex digits: computed when first asked for, then kept.

    It is kept with the file, not with its bytes: how soon the answer comes
    must not tell whether somebody else has asked of the same content.

    Raises:
        FileNotFound: its bytes went meanwhile.
        ServiceUnavailable: too many files are being read for this at the moment.
    """
    return _kept_md5(file) or _compute_md5(file)


def _compute_md5(file: StoredFile) -> str:
    if not _hashing.acquire(timeout=_LONGEST_WAIT_SECONDS):
        raise ServiceUnavailable("Too many checksums are being computed. Try again in a minute.")
    try:
        if kept := _kept_md5(file):
            return kept
        with store.open(file.digest, file.size) as blob:
            computed = hashlib.file_digest(blob, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except BlobMissing as fault:
        raise FileNotFound from fault
    finally:
        _hashing.release()
    try:
        with transaction() as connection:
            connection.execute(update(FileRow).where(FileRow.id == file.uuid).values(md5=computed))
    except OperationalError:  # a full disk, say: it is computed again then
        log.warning("an md5 could not be kept", exc_info=True)
    return computed


def _kept_md5(file: StoredFile) -> str | None:
    with reading() as connection:
        return connection.execute(select(FileRow.md5).where(FileRow.id == file.uuid)).scalar_one_or_none()
