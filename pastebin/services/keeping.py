"""Keep received bytes: first they are durable, then a record names them (contract section 3, last line).

The bytes are durable before their record, or with it (`staging`), and the
record is committed before anybody is told. A crash between leaves bytes that
nobody names, which the sweep removes after a grace period; never a record
without bytes.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from pastebin.blobs import Spool, StoreBusy, StoreFull
from pastebin.errors import ServiceUnavailable, StorageFull
from pastebin.extensions import NotDurable, store, this_millisecond
from pastebin.models import BlobState
from pastebin.services import staging, strays
from pastebin.services.group_commit import commit_together
from pastebin.services.recording import BlobRecord, Recording, SweptAway, record

log = logging.getLogger(__name__)

# How often bytes that the sweep takes away in between are put again.
_MOST_TRIES = 20


@dataclass
class Content:
    """A content in its spool, and what is recorded of it; `address` is known once it is.

    `media_type` and `extension` are what it says itself that it is; empty where nobody looks at it.
    """

    spool: Spool
    digest: str
    media_type: str = ""
    extension: str = ""
    charset: str | None = None
    address: str = ""
    was_put: bool = False

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
            "media_type": self.media_type,
            "extension": self.extension,
            "charset": self.charset,
            "state": BlobState.LIVE,
            "created_at": this_millisecond(),
            "orphaned_at": None,
        }
        return BlobRecord(row, stamp, content)


def new_spool(expected_bytes: int = 0) -> Spool:
    """Where the next content is received.

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


def keep(contents: Sequence[Content], recording: Recording) -> None:
    """Bytes, then records; durable on return. No database lock is held while the disk is waited for.

    Raises:
        StorageFull: no room left on the disk. Nothing is kept.
        NotDurable: it is kept, and a power cut might take it.
        Whatever refuses the record (see `recording.record`).
    """
    try:
        _put_and_record(contents, recording)
    except NotDurable:
        raise  # all of it is there
    except BaseException:
        _take_back(contents)
        if recording.place:
            recording.place.place = None  # rolled back, if it had been taken
        raise


def _put_and_record(contents: Sequence[Content], recording: Recording) -> None:
    for _ in range(_MOST_TRIES):
        try:
            recording.blobs = blobs = [content.put() for content in contents]
            commit_together(record, recording)
        except StoreFull as fault:
            raise StorageFull from fault
        except (SweptAway, IntegrityError):
            # An IntegrityError is another worker giving out the same address at this very moment (PostgreSQL).
            continue
        for content, blob in zip(contents, blobs, strict=True):
            content.address = blob.address
        return
    raise ServiceUnavailable("The upload could not be recorded. Try again.")


def _take_back(contents: Sequence[Content]) -> None:
    """Remove the bytes of a refused upload: they must not fill the disk until the sweep comes."""
    try:
        for content in contents:
            if content.was_put:
                strays.remove(content.digest)
    except (SQLAlchemyError, OSError):
        log.warning("bytes of a refused upload are left to the sweep", exc_info=True)
