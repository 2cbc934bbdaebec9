"""Counters shared by all workers and kept over restarts: attempts within a time, bytes within a day.

A place is taken before the work is done, in one transaction, so a limit holds
exactly however many ask at once. A window begins with the first use and ends
as one; nothing needs to run for it to end.
"""

import ipaddress
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, delete, insert, select, type_coerce, update
from sqlalchemy.orm import InstrumentedAttribute

from pastebin.config import DAY, Rate
from pastebin.errors import RateLimited
from pastebin.extensions import FOREVER, milliseconds, now, reading, settings, transaction
from pastebin.models import CounterRow
from pastebin.prepared import Prepared


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


def take_place(name: str, subject: str, rate: Rate) -> None:
    """Count one use of *name* by *subject*.

    Raises:
        RateLimited: all places of this window are taken; says when it ends.
    """
    if not settings.RATE_LIMITS:
        return
    # Looking first: a refused attempt costs the server no transaction.
    ends = _full_until(name, subject, rate.count)
    if ends is None:
        with transaction() as connection:
            ends = add(connection, name, subject, 1, at_most=rate.count, seconds=rate.seconds)
    if ends is not None:
        raise RateLimited(_seconds_until(ends))


def is_full(name: str, subject: str, rate: Rate) -> bool:
    """Whether no place is left, without taking one."""
    return settings.RATE_LIMITS and _full_until(name, subject, rate.count) is not None


def count(name: str, subject: str, rate: Rate) -> None:
    """Count one use, whether a place is left for it or not."""
    if settings.RATE_LIMITS:
        with transaction() as connection:
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
    moment = now()
    which = {"counter": name, "of": subject}
    plain = {**which, "amount": amount, "left": at_most - amount, "moment": milliseconds(moment)}
    if _ADD.count(connection, plain):
        return None
    row = connection.execute(_GET, which).one_or_none()
    running = row is not None and row.window_ends_at > moment
    used = row.used if row is not None and running else 0
    ends: datetime = row.window_ends_at if row is not None and running else moment + timedelta(seconds=seconds)
    if used + amount > at_most:
        return ends
    connection.execute(_INSERT if row is None else _SET, {**which, "total": used + amount, "ends": ends})
    return None


def sweep() -> None:
    """Forget windows that have ended."""
    with transaction() as connection:
        connection.execute(delete(CounterRow).where(CounterRow.window_ends_at <= now()))


def _full_until(name: str, subject: str, count: int) -> datetime | None:
    """The window's end if it is full."""
    with reading() as connection:
        row = connection.execute(_GET, {"counter": name, "of": subject}).one_or_none()
    return row.window_ends_at if row is not None and row.used >= count and row.window_ends_at > now() else None


def _seconds_until(time: datetime) -> int:
    return max(1, round((time - now()).total_seconds()))


def _plain(column: InstrumentedAttribute[datetime]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


_THIS = (CounterRow.name == bindparam("counter"), CounterRow.subject == bindparam("of"))
# What nearly every use needs: there is a window, it is running, and it has room.
_ADD = Prepared(
    update(CounterRow)
    .where(*_THIS, _plain(CounterRow.window_ends_at) > bindparam("moment", type_=BigInteger))
    .where(CounterRow.used <= bindparam("left", type_=BigInteger))
    .values(used=CounterRow.used + bindparam("amount", type_=BigInteger))
)
_GET = select(CounterRow.used, CounterRow.window_ends_at).where(*_THIS)
_SET = update(CounterRow).where(*_THIS).values(used=bindparam("total"), window_ends_at=bindparam("ends"))
_INSERT = insert(CounterRow).values(
    name=bindparam("counter"), subject=bindparam("of"), used=bindparam("total"), window_ends_at=bindparam("ends")
)
_FORGET = delete(CounterRow).where(*_THIS)
