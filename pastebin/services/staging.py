"""Small contents wait in the database, and are moved into the store by the sweep.

A few KiB are durable with the commit that records them. Made durable as a
file of their own before it, they would cost an upload three waits for the
disk instead of one, and several times the work.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Connection, String, Table, bindparam, delete, select

from pastebin.blobs import Spool, StoreBusy, StoreFull
from pastebin.extensions import reading, settings, store, this_millisecond, transaction
from pastebin.models import StagedRow
from pastebin.prepared import Prepared, inserting
from pastebin.services import strays

log = logging.getLogger(__name__)

_BATCH = 64


def to_stage(spool: Spool) -> bytes | None:
    """The bytes of an upload, where they are so few that they are staged."""
    return spool.held() if spool.size <= settings.STAGING_SIZE else None


def stage(connection: Connection, contents: Iterable[tuple[str, bytes]]) -> None:
    """Keep contents, by their digest, inside the transaction that records them.

    What is staged already is written once more, if only its time: it must not be quicker for being known.
    """
    moment = this_millisecond()
    rows = [{"digest": digest, "staged_at": moment, "content": content} for digest, content in contents]
    _STAGE.each(connection, rows)


def content_of(digest: str) -> bytes | None:
    """The bytes of a digest that is staged."""
    with reading() as connection:
        row = _CONTENT.row(connection, {"of": digest})
    return None if row is None else bytes(row[0])


def forget(connection: Connection, digest: str) -> None:
    """Remove a staged content with the record that it belongs to."""
    connection.execute(_FORGET, {"of": digest})


def move_to_store() -> int:
    """Move what is staged into the store, each content at most once; how many were moved.

    What cannot be moved now stays staged until the next sweep.
    """
    moved, last = 0, ""
    try:
        while batch := _next_batch(last):
            moved += _move(batch)
            last = batch[-1][0]
    except (StoreFull, StoreBusy):
        log.warning("the store takes nothing at the moment; staged contents stay in the database until the next sweep")
    return moved


def _next_batch(last: str) -> Sequence[tuple[str, bytes]]:
    following = select(StagedRow.digest, StagedRow.content).where(StagedRow.digest > last)
    with reading() as connection:
        rows = connection.execute(following.order_by(StagedRow.digest).limit(_BATCH)).all()
    return [(row.digest, row.content) for row in rows]


def _move(batch: Sequence[tuple[str, bytes]]) -> int:
    """Bytes first, as with an upload, and then the record that they need not wait any more."""
    stamps = {digest: stamp for digest, content in batch if (stamp := _put(digest, content))}
    moved, gone = 0, []
    with transaction() as connection:
        for digest, stamp in stamps.items():
            if not store.stands(digest, stamp):
                continue  # it stays staged
            if connection.execute(_FORGET, {"of": digest}).rowcount:
                moved += 1
            else:
                gone.append(digest)
    for digest in gone:  # removed, or moved, by another sweep meanwhile
        strays.remove(digest)
    return moved


def _put(digest: str, content: bytes) -> str:
    """Put a content into the store; its stamp, or nothing where that failed for it alone.

    Raises:
        StoreFull, StoreBusy: it would fail for all.
    """
    try:
        spool = store.spool(len(content))
        try:
            spool.write(content)
            stamp = store.put(spool)
            if not store.holds(digest, content):  # the store had other bytes of this length under its name: rotten ones
                store.remove(digest)
                stamp = store.put(spool)
            return stamp
        finally:
            spool.close()
    except OSError:
        log.exception("the staged content %s could not be put into the store", digest)
        return ""


_STAGE = inserting(cast(Table, StagedRow.__table__), "(digest) DO UPDATE SET staged_at = excluded.staged_at")
_CONTENT = Prepared(select(StagedRow.content).where(StagedRow.digest == bindparam("of", type_=String)))
_FORGET = delete(StagedRow).where(StagedRow.digest == bindparam("of"))
