"""Counters shared by all workers and kept over restarts: attempts within a time, bytes within a day.

A place is taken before the work is done, in one transaction, so a limit holds
exactly however many ask at once. A window begins with the first use and ends
as one; nothing needs to run for it to end.
"""

import ipaddress
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    String,
    bindparam,
    delete,
    insert,
    literal_column,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from pastebin.config import DAY, Rate
from pastebin.errors import RateLimited
from pastebin.extensions import FOREVER, milliseconds, now, reading, settings, transaction
from pastebin.extensions import moment as moment_of
from pastebin.models import CounterRow
from pastebin.prepared import Prepared
from pastebin.services.group_commit import commit_together


@lru_cache(maxsize=1024)
def subject_of(address: str) -> str:
    """What an address counts as: itself, or for IPv6 its /64, which is one customer's."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)


@dataclass(frozen=True)
class Place:
    """A place that was taken within a window: of how many, how many are left, and when the window ends."""

    name: str
    subject: str
    limit: int
    left: int
    ends_at: datetime

    @property
    def seconds_left(self) -> int:
        """Until the window ends: at least one."""
        return _seconds_until(self.ends_at)


@dataclass
class Wanted:
    """A place that was there when it was looked for; `place` once it is taken."""

    name: str
    subject: str
    rate: Rate
    place: Place | None = None


def look(name: str, subject: str, rate: Rate) -> Wanted | None:
    """See that a place is left for one use of *name* by *subject*; None where rate limits are off.

    Looking costs no transaction: a refused attempt is cheap.

    Raises:
        RateLimited: all places of this window are taken; says when it ends.
    """
    if not settings.RATE_LIMITS:
        return None
    if _ample.get((name, subject, rate), 0.0) < time.monotonic():
        ends = _full_until(name, subject, rate.count)
        if ends is not None:
            raise RateLimited(_seconds_until(ends), limit=rate.count)
    return Wanted(name, subject, rate)


def take(wanted: Wanted) -> Place:
    """Take a place that was looked for, in a transaction of its own.

    Raises:
        RateLimited: others were quicker.
    """
    commit_together(take_within, wanted, durable=False)
    return cast(Place, wanted.place)


def take_within(connection: Connection, wanted: Iterable[Wanted]) -> None:
    """Take places inside the caller's transaction: they are taken if that commits.

    Those of one subject are taken together, and where they do not all fit none is.

    Raises:
        RateLimited: others were quicker.
    """
    alike: dict[tuple[str, str, Rate], list[Wanted]] = {}
    for each in wanted:
        alike.setdefault((each.name, each.subject, each.rate), []).append(each)
    for (name, subject, rate), together in alike.items():
        used, ends = _add(connection, name, subject, len(together), at_most=rate.count, seconds=rate.seconds)
        if used is None:
            raise RateLimited(_seconds_until(ends), limit=rate.count)
        for number, each in enumerate(reversed(together)):
            each.place = Place(name, subject, rate.count, rate.count - used + number, ends)
        if rate.count - used >= _AMPLE_PLACES:
            _note_ample(together[0])


# Of whom so many places were left a moment ago, places are not looked for: what counts is whether one can be taken.
_AMPLE_PLACES = 200
_AMPLE_SECONDS = 1.0
_MOST_NOTED = 10_000
_ample: dict[tuple[str, str, Rate], float] = {}


def _note_ample(wanted: Wanted) -> None:
    if len(_ample) >= _MOST_NOTED:
        _ample.clear()
    _ample[wanted.name, wanted.subject, wanted.rate] = time.monotonic() + _AMPLE_SECONDS


def take_place(name: str, subject: str, rate: Rate) -> Place | None:
    """Count one use of *name* by *subject*; None where rate limits are off.

    Raises:
        RateLimited: all places of this window are taken; says when it ends.
    """
    wanted = look(name, subject, rate)
    return None if wanted is None else take(wanted)


def give_back(place: Place) -> None:
    """Take back the counting of a use: what came of it does not count."""
    with transaction(durable=False) as connection:
        _GIVE_BACK.count(connection, {"counter": place.name, "of": place.subject, "ends": milliseconds(place.ends_at)})


def is_full(name: str, subject: str, rate: Rate) -> bool:
    """Whether no place is left, without taking one."""
    return settings.RATE_LIMITS and _full_until(name, subject, rate.count) is not None


def count(name: str, subject: str, rate: Rate) -> None:
    """Count one use, whether a place is left for it or not."""
    if settings.RATE_LIMITS:
        with transaction(durable=False) as connection:
            add(connection, name, subject, 1, at_most=FOREVER, seconds=rate.seconds)


def forget(name: str, subject: str) -> None:
    """Give all places of a subject back (after a login that worked)."""
    if settings.RATE_LIMITS:
        with transaction() as connection:
            connection.execute(_FORGET, {"counter": name, "of": subject})


def add(
    connection: Connection, name: str, subject: str, amount: int, *, at_most: int, seconds: int = DAY
) -> datetime | None:
    """Add to a counter inside the caller's transaction; the end of the window where that would pass *at_most*."""
    used, ends = _add(connection, name, subject, amount, at_most=at_most, seconds=seconds)
    return ends if used is None else None


def used(connection: Connection, name: str, subject: str) -> int:
    """How much of a counter's window is used; none where it has ended."""
    row = connection.execute(_GET, {"counter": name, "of": subject}).one_or_none()
    return row.used if row is not None and row.window_ends_at > now() else 0


def _add(
    connection: Connection, name: str, subject: str, amount: int, *, at_most: int, seconds: int
) -> tuple[int | None, datetime]:
    """How much is used with this, or None where it would pass *at_most*; and the end of the window."""
    moment = now()
    which = {"counter": name, "of": subject}
    plain = {**which, "amount": amount, "left": at_most - amount, "moment": milliseconds(moment)}
    if added := _ADD.row(connection, plain):
        return added[0], moment_of(added[1])
    row = connection.execute(_GET, which).one_or_none()
    running = row is not None and row.window_ends_at > moment
    used = row.used if row is not None and running else 0
    ends: datetime = row.window_ends_at if row is not None and running else moment + timedelta(seconds=seconds)
    if used + amount > at_most:
        return None, ends
    connection.execute(_INSERT if row is None else _SET, {**which, "total": used + amount, "ends": ends})
    return used + amount, ends


def sweep() -> None:
    """Forget windows that have ended."""
    with transaction() as connection:
        connection.execute(delete(CounterRow).where(CounterRow.window_ends_at <= now()))


def _full_until(name: str, subject: str, count: int) -> datetime | None:
    """The window's end if it is full."""
    with reading() as connection:
        used, ends = _USED.row(connection, {"counter": name, "of": subject}) or (0, 0)
    return moment_of(ends) if used >= count and ends > milliseconds(now()) else None


def _seconds_until(time: datetime) -> int:
    return max(1, round((time - now()).total_seconds()))


def _plain(column: InstrumentedAttribute[datetime]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


_THIS = (
    CounterRow.name == bindparam("counter", type_=String),
    CounterRow.subject == bindparam("of", type_=String),
)
# What nearly every use needs: there is a window, it is running, and it has room.
_ADD = Prepared(
    update(CounterRow)
    .where(*_THIS, _plain(CounterRow.window_ends_at) > bindparam("moment", type_=BigInteger))
    .where(CounterRow.used <= bindparam("left", type_=BigInteger))
    .values(used=CounterRow.used + bindparam("amount", type_=BigInteger))
    .returning(CounterRow.used, _plain(CounterRow.window_ends_at))
)
_USED = Prepared(select(CounterRow.used, _plain(CounterRow.window_ends_at)).where(*_THIS))
_GIVE_BACK = Prepared(
    update(CounterRow)
    .where(
        *_THIS,
        CounterRow.used > literal_column("0"),
        _plain(CounterRow.window_ends_at) == bindparam("ends", type_=BigInteger),
    )
    .values(used=CounterRow.used - literal_column("1"))
)
_GET = select(CounterRow.used, CounterRow.window_ends_at).where(*_THIS)
_SET = update(CounterRow).where(*_THIS).values(used=bindparam("total"), window_ends_at=bindparam("ends"))
_INSERT = insert(CounterRow).values(
    name=bindparam("counter"), subject=bindparam("of"), used=bindparam("total"), window_ends_at=bindparam("ends")
)
_FORGET = delete(CounterRow).where(*_THIS)
