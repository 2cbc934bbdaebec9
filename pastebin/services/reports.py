"""Reports: what was found out or done last, of each kind, for who asks later; a new one replaces the former."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from pastebin.extensions import now, reading, transaction
from pastebin.models import ReportRow


@dataclass(frozen=True)
class Report:
    """What was found, and when."""

    made_at: datetime
    facts: dict[str, Any]


def keep(name: str, **facts: object) -> None:
    """Keep a report in place of the former one of that name. What a power cut takes of it is found out again."""
    values = {"name": name, "made_at": now(), "facts": json.dumps(facts)}
    with transaction(durable=False) as connection:
        connection.execute(delete(ReportRow).where(ReportRow.name == name))
        connection.execute(insert(ReportRow).values(values))


def find(name: str) -> Report | None:
    """The last one of a name, if there was any."""
    with reading() as connection:
        row = connection.execute(select(ReportRow.__table__).where(ReportRow.name == name)).one_or_none()
    return Report(row.made_at, json.loads(row.facts)) if row else None
