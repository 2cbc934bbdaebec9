"""Blobs, and the addresses that were ever given to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Model, Moment
from pastebin.models.partial import partial_index


class BlobState(StrEnum):
    """Whether a blob's bytes can be counted on."""

    LIVE = "live"
    # Marked by the sweep, which will unlink the bytes: an upload of the same
    # content that meets this state must see to it that they are there again.
    DYING = "dying"


class AddressRow(Model):
    """A digest that was stored once, and the address it got then. Never deleted, never given to other content."""

    __tablename__ = "addresses"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Never given twice: SQLite's writers take turns, and look first; PostgreSQL has a constraint (migration 0001).
    address: Mapped[str] = mapped_column(String(64))


class BlobRow(Model):
    """Bytes that are kept, by their digest: in the store, or staged."""

    __tablename__ = "blobs"
    __table_args__ = (
        partial_index("ix_blobs_orphaned", "orphaned_at", where="orphaned_at IS NOT NULL"),
        partial_index("ix_blobs_dying", "state", where="state = 'dying'"),
    )

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    # What the content itself says it is, whatever a file calls it.
    media_type: Mapped[str] = mapped_column(String(127))
    extension: Mapped[str] = mapped_column(String(33))
    charset: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8), default=BlobState.LIVE)
    created_at: Mapped[datetime] = mapped_column(Moment)
    # Set when the last file that named it went; the sweep's list of work.
    orphaned_at: Mapped[datetime | None] = mapped_column(Moment)


class StagedRow(Model):
    """The bytes of a small content, as committed with its record; the sweep moves them into the store.

    A table of its own: its rows come and go, and the blobs' pages stay dense.
    """

    __tablename__ = "staged"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staged_at: Mapped[datetime] = mapped_column(Moment)
    content: Mapped[bytes] = mapped_column(LargeBinary)
