"""Takedowns: contents that must not be here, and the files of them that the public knew."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Model, Moment


class TakedownRow(Model):
    """A content that was taken down, by its digest: no upload of it is taken."""

    __tablename__ = "takedowns"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    # Whether its hash address was served then: else that must not tell that it was ever here.
    was_published: Mapped[bool]
    taken_down_at: Mapped[datetime] = mapped_column(Moment, index=True)


class TakenDownFileRow(Model):
    """A public file that went with a takedown. Private ones leave nothing behind."""

    __tablename__ = "taken_down_files"

    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("takedowns.digest", ondelete="CASCADE"), index=True)
