"""The audit log: what staff did, and what was done on the command line."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from pastebin.extensions import now, reading, transaction
from pastebin.models import AuditRow
from pastebin.services import standing
from pastebin.services.actor import Actor

COMMAND_LINE = "(command line)"

_MOST_DIFFERENT = 100


@dataclass(frozen=True)
class Act:
    """One entry: who did what, to what, when."""

    done_at: datetime
    actor_id: int | None
    actor_name: str
    act: str
    facts: dict[str, object]


def note(connection: Connection, actor: Actor | None, act: str, **facts: object) -> None:
    """Write an act down inside the transaction that does it: neither is there without the other.

    Args:
        actor: staff, or None for the command line.
        facts: what it was done to, in plain values; nothing secret.

    Raises:
        SessionInvalid, PermissionMissing: since the request began, the actor lost what it takes.
    """
    if actor is not None:
        standing.check_staff(connection, actor)
    user = actor.user if actor else None
    values = {
        "done_at": now(),
        "actor_id": user.id if user else None,
        "actor_name": user.name if user else COMMAND_LINE,
        "act": act,
        "facts": json.dumps(facts, sort_keys=True),
    }
    connection.execute(insert(AuditRow).values(values))


def note_command(act: str, **facts: object) -> None:
    """Write down what the command line did, where that has no transaction of ours."""
    with transaction() as connection:
        note(connection, None, act, **facts)


def listing(limit: int = 50, offset: int = 0, *, actor: str = "", act: str = "") -> tuple[int, list[Act]]:
    """How many entries there are, and some of them, newest first; of one actor and one kind of act, if these are said.

    Args:
        actor: the name as it was then; `COMMAND_LINE` too.
    """
    wanted = [column == text for column, text in ((AuditRow.actor_name, actor), (AuditRow.act, act)) if text]
    ordered = select(AuditRow.__table__).where(*wanted).order_by(AuditRow.id.desc()).limit(limit).offset(offset)
    with reading() as connection:
        count = connection.execute(select(func.count()).select_from(AuditRow).where(*wanted)).scalar_one()
        rows = connection.execute(ordered).all()
    return count, [Act(row.done_at, row.actor_id, row.actor_name, row.act, json.loads(row.facts)) for row in rows]


def actors() -> list[str]:
    """Whose acts there are."""
    return _different(AuditRow.actor_name)


def acts() -> list[str]:
    """Which kinds of acts there are."""
    return _different(AuditRow.act)


def _different(column: InstrumentedAttribute[str]) -> list[str]:
    """The different values of an indexed column: a seek for each, however many rows have it (DISTINCT reads all)."""
    found: list[str] = []
    first, following = select(func.min(column)), select(func.min(column)).where(column > bindparam("last"))
    with reading() as connection:
        value: str | None = connection.execute(first).scalar_one()
        while value is not None and len(found) < _MOST_DIFFERENT:
            found.append(value)
            value = connection.execute(following, {"last": value}).scalar_one()
    return found
