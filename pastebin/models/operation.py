"""How the server is run: what is switched off, what staff did, and what was found out lately."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Model, Moment

# SQLite numbers rows by themselves only where the key is plainly an INTEGER.
_Numbered = BigInteger().with_variant(Integer, "sqlite")


class SwitchRow(Model):
    """A kill switch that is on. Those that are off have no row."""

    __tablename__ = "switches"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class AuditRow(Model):
    """Something that staff did, or the command line. Rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_done_at", "done_at"),
        Index("ix_audit_actor", "actor_name", "id"),
        Index("ix_audit_act", "act", "id"),
    )

    id: Mapped[int] = mapped_column(_Numbered, primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Moment)
    # Empty for the command line. The name as it was then: accounts come and go.
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(32))
    # What it was done to, and how: a JSON object.
    facts: Mapped[str] = mapped_column(Text)


class ReportRow(Model):
    """What was found out or done last, of each kind: what takes too long to be found out at every look."""

    __tablename__ = "reports"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    # A JSON object.
    facts: Mapped[str] = mapped_column(Text)
