"""Small contents wait in the database, and are moved into the store by the sweep.

A few KiB are durable with the commit that records them. Made durable as a
file of their own before it, they would cost an upload three waits for the
disk instead of one, and several times the work.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Connection, String, Table, bindparam, delete, select

from pastebin.blobs import Spool, StoreBusy, StoreFull
from pastebin.extensions import reading, settings, store, transaction
from pastebin.models import StagedRow
from pastebin.prepared import Prepared, inserting
from pastebin.services import strays

log = logging.getLogger(__name__)

_BATCH = 64


def to_stage(spool: Spool) -> bytes | None:
    """The bytes of an upload, where they are so few that they are staged."""
    return spool.held() if spool.size <= settings.STAGING_SIZE else None


def stage(connection: Connection, contents: Iterable[tuple[str, bytes]]) -> None:
    """Keep contents, by their digest, inside the transaction that records them. The bytes of a digest never change."""
    _STAGE.count(connection, [{"digest": digest, "content": content} for digest, content in contents])


def content_of(digest: str) -> bytes | None:
    """The bytes of a digest that is staged."""
    with reading() as connection:
        return _content(connection, digest)


def is_whole(connection: Connection, digest: str) -> bool:
    """Whether a digest is staged, with the right bytes."""
    content = _content(connection, digest)
    return content is not None and hashlib.sha256(content).hexdigest() == digest


def forget(connection: Connection, digest: str) -> None:
    """Remove a staged content with the record that it belongs to."""
    connection.execute(_FORGET, {"of": digest})


def move_to_store() -> int:
    """Move everything that is staged by now into the store; how many contents were moved."""
    moved = 0
    try:
        while count := _move(_next_batch()):
            moved += count
    except (StoreFull, StoreBusy):
        log.warning("the store has no room for staged contents now; they stay in the database until the next sweep")
    return moved


def _next_batch() -> Sequence[tuple[str, bytes]]:
    with reading() as connection:
        rows = connection.execute(select(StagedRow.digest, StagedRow.content).limit(_BATCH)).all()
    return [(row.digest, row.content) for row in rows]


def _move(batch: Sequence[tuple[str, bytes]]) -> int:
    """Bytes first, as with an upload, and then the record that they need not wait any more."""
    if not batch:
        return 0
    stamps = {digest: _put(content) for digest, content in batch}
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


def _put(content: bytes) -> str:
    spool = store.spool(len(content))
    try:
        spool.write(content)
        return store.put(spool)
    finally:
        spool.close()


def _content(connection: Connection, digest: str) -> bytes | None:
    row = _CONTENT.row(connection, {"of": digest})
    return None if row is None else bytes(row[0])


_STAGE = inserting(cast(Table, StagedRow.__table__), "(digest) DO NOTHING")
_CONTENT = Prepared(select(StagedRow.content).where(StagedRow.digest == bindparam("of", type_=String)))
_FORGET = delete(StagedRow).where(StagedRow.digest == bindparam("of"))
