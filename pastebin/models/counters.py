"""Counters shared by all workers: rate limits, daily quotas, and who does the sweep."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Model, Moment


class CounterRow(Model):
    """How much of something a subject used since a window began."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(128), primary_key=True)
    used: Mapped[int] = mapped_column(BigInteger)
    window_ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class LeaseRow(Model):
    """A task that one worker at a time does, and until when it is taken."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime] = mapped_column(Moment)
