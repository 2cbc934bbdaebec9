"""Counters shared by all workers and kept over restarts: attempts within a time, bytes within a day.

A place is taken before the work is done, in one transaction, so a limit holds
exactly however many ask at once. A window begins with the first use and ends
as one; nothing needs to run for it to end.
"""

import ipaddress
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pastebin.config import DAY, Rate
from pastebin.errors import RateLimited
from pastebin.extensions import db, now, settings, transaction
from pastebin.models import CounterRow


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
    if (ends := _full_until(name, subject, rate.count)) is not None:
        raise RateLimited(_seconds_until(ends))
    with transaction() as session:
        ends = add(session, name, subject, 1, at_most=rate.count, seconds=rate.seconds)
    if ends is not None:
        raise RateLimited(_seconds_until(ends))


def take_place_quietly(name: str, subject: str, rate: Rate) -> None:
    """Count one use if a place is left; no error if none is."""
    if settings.RATE_LIMITS:
        with transaction() as session:
            add(session, name, subject, 1, at_most=rate.count, seconds=rate.seconds)


def is_full(name: str, subject: str, rate: Rate) -> bool:
    """Whether no place is left, without taking one."""
    return settings.RATE_LIMITS and _full_until(name, subject, rate.count) is not None


def forget(name: str, subject: str) -> None:
    """Give all places of a subject back (after a login that worked)."""
    if not settings.RATE_LIMITS:
        return
    with transaction() as session:
        session.execute(delete(CounterRow).where(CounterRow.name == name, CounterRow.subject == subject))


def add(session: Session, name: str, subject: str, amount: int, *, at_most: int, seconds: int = DAY) -> datetime | None:
    """Add to a counter inside the caller's transaction; the end of the window where that would pass *at_most*."""
    moment = now()
    row = session.execute(
        select(CounterRow.used, CounterRow.window_ends_at).where(CounterRow.name == name, CounterRow.subject == subject)
    ).one_or_none()
    running = row is not None and row.window_ends_at > moment
    used = row.used if row is not None and running else 0
    ends = row.window_ends_at if row is not None and running else moment + timedelta(seconds=seconds)
    if used + amount > at_most:
        return ends
    values = {"used": used + amount, "window_ends_at": ends}
    if row is None:
        session.add(CounterRow(name=name, subject=subject, **values))
    else:
        which = (CounterRow.name == name, CounterRow.subject == subject)
        session.execute(update(CounterRow).where(*which).values(**values))
    return None


def sweep() -> None:
    """Forget windows that have ended."""
    with transaction() as session:
        session.execute(delete(CounterRow).where(CounterRow.window_ends_at <= now()))


def _full_until(name: str, subject: str, count: int) -> datetime | None:
    """The window's end if it is full. A read only: a refused attempt costs the server next to nothing."""
    query = select(CounterRow.window_ends_at).where(
        CounterRow.name == name,
        CounterRow.subject == subject,
        CounterRow.used >= count,
        CounterRow.window_ends_at > now(),
    )
    return db.session.execute(query).scalar_one_or_none()


def _seconds_until(time: datetime) -> int:
    return max(1, round((time - now()).total_seconds()))
