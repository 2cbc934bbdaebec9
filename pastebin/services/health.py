"""Whether all is well: what answers, how much room there is, whether what goes on by itself goes on."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from pastebin.config import write_size
from pastebin.extensions import db, now, reading, settings, store
from pastebin.models import OutboxRow
from pastebin.services import outbox, reports, switches
from pastebin.services.reports import Report

SWEEP = "sweep"
"""The name of the sweep's report."""

BEGAN_AT = now()
"""When this process began."""

# So long a mail may take before it is a sign that something is wrong: two attempts.
_PATIENCE = timedelta(minutes=10)
# After so many intervals without a sweep it is not just busy.
_MISSED_SWEEPS = 3
_LONGEST_WITHOUT_SWEEP = timedelta(days=7)
_MOST_COUNTED = 1000


@dataclass(frozen=True)
class Room:
    """Of the volume that has the store. Bytes; `free` is what uploads may take: above the reserve, negative below."""

    total: int
    free: int
    reserve: int

    @property
    def used(self) -> int:
        """What is taken, by whomever."""
        return max(0, self.total - self.free - self.reserve)


@dataclass(frozen=True)
class Mails:
    """Mails that wait to be sent; `count` goes up to a thousand. `oldest_at` is when the first was asked for."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Health:
    """How it stands. `problems` are sentences that say what is wrong and what to do; none: all is well."""

    problems: tuple[str, ...]
    room: Room | None
    database_bytes: int | None
    mails: Mails
    sweep: Report | None
    began_at: datetime


def failing() -> list[str]:
    """Which of `database` and `store` do not answer."""
    silent = []
    try:
        with reading() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        silent.append("database")
    try:
        store.free_bytes()
    except OSError:
        silent.append("store")
    return silent


def look() -> Health:
    """How it stands now. Nothing of it takes longer the more there is."""
    room, mails, sweep = _room(), _mails(), reports.find(SWEEP)
    problems = (*_of_room(room), *_of_sweep(sweep), *_of_mail(mails), *_of_switches())
    return Health(problems, room, _database_bytes(), mails, sweep, BEGAN_AT)


def _room() -> Room | None:
    folder = store.folder()
    try:
        return Room(shutil.disk_usage(folder).total, store.free_bytes(), settings.STORAGE_RESERVE) if folder else None
    except OSError:
        return None


def _mails() -> Mails:
    first = select(func.min(OutboxRow.created_at))
    some = select(OutboxRow.id).limit(_MOST_COUNTED).subquery()
    with reading() as connection:
        count = connection.execute(select(func.count()).select_from(some)).scalar_one()
        return Mails(count, connection.execute(first).scalar_one() if 0 < count < _MOST_COUNTED else None)


def _database_bytes() -> int | None:
    """SQLite's files; None where it is elsewhere."""
    if db.engine.dialect.name != "sqlite":
        return None
    path = str(db.engine.url.database)
    return sum(_size_of(Path(path + end)) for end in ("", "-wal"))


def _size_of(path: Path) -> int:
    """In bytes; 0 for what is not there: a log goes with the last connection."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _of_room(room: Room | None) -> list[str]:
    if room is None:
        return ["The folder of the files cannot be looked at. The log says why."]
    if room.free < 0:
        return ["The disk is below its reserve, and uploads are refused. Make room, or delete files."]
    if room.free < max(room.reserve, settings.MAX_CHUNK_SIZE):
        return [f"The disk has only {write_size(room.free)} left for uploads. Make room, or delete files."]
    return []


def _of_sweep(sweep: Report | None) -> list[str]:
    interval = timedelta(seconds=settings.SWEEP_INTERVAL)
    longest = interval * _MISSED_SWEEPS + timedelta(minutes=1) if interval else _LONGEST_WITHOUT_SWEEP
    since = sweep.made_at if sweep else BEGAN_AT
    if interval:
        since = max(since, BEGAN_AT)  # while the server was stopped nothing was missed
    if now() - since <= longest:
        return []
    if not interval:
        return ["There was no sweep for a week, and none runs by itself (SWEEP_INTERVAL). Run: pastebin sweep"]
    return ["The sweep, which removes what has expired, does not come to its end any more. The log says why."]


def _of_mail(mails: Mails) -> list[str]:
    if not outbox.is_open() and (settings.SMTP_HOST or settings.REQUIRE_VERIFIED_EMAIL):
        return ["No mail is sent: links in it need BASE_URL, which is not set."]
    if mails.count >= _MOST_COUNTED or (mails.oldest_at and now() - mails.oldest_at > _PATIENCE):
        return ["Mails wait that the mail server does not take. The log says why."]
    return []


def _of_switches() -> list[str]:
    return [f"{each.effect} is switched off for everybody but staff." for each in sorted(switches.on())]
