"""The outbox: mail that was asked for waits here until it is sent, beside requests and over restarts.

Requests only add rows, in the transaction of what they do. Each serving
process looks for what is due and claims it by moving it into the future, so
that one of them sends it, and a process that dies at it leaves it for the
next time. A mail is sent at least once: one that dies between sending and
forgetting sends it twice.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from pastebin.config import DAY
from pastebin.extensions import now, reading, settings, transaction
from pastebin.models import OutboxRow, UserRow
from pastebin.services import letters, limits, smtp, tickets
from pastebin.services.smtp import NotSent, Postponed, Undeliverable
from pastebin.services.tickets import Purpose

log = logging.getLogger(__name__)

_LIFE = timedelta(seconds=DAY)
# Longer than a conversation with a server usually takes: nobody else sends the same meanwhile.
_FIRST_PAUSE = timedelta(minutes=2)
_LONGEST_PAUSE = timedelta(hours=1)
# So many accounts with one address are written to; who has more knows their names.
_MOST_ACCOUNTS = 10


def is_open() -> bool:
    """Whether mail can be sent at all: links in it need BASE_URL."""
    return bool(settings.BASE_URL)


def add(connection: Connection, purpose: Purpose, email: str, user_id: int | None = None) -> None:
    """Ask for a mail inside the caller's transaction; nothing happens where none can be sent.

    Args:
        email: where to; without *user_id* what was typed by who forgot a password: an address, or a folded user name.
    """
    if is_open():
        moment = now()
        values = {"kind": purpose, "user_id": user_id, "email": email, "created_at": moment, "next_at": moment}
        connection.execute(insert(OutboxRow).values(values))


def withdraw(connection: Connection, user_id: int, *purposes: Purpose) -> None:
    """Take back what is not yet sent to an account."""
    connection.execute(delete(OutboxRow).where(OutboxRow.user_id == user_id, OutboxRow.kind.in_(purposes)))


def void(connection: Connection, user_id: int, *purposes: Purpose) -> None:
    """Make worthless what an account was sent, and take back what is not yet sent."""
    tickets.forget(connection, user_id, *purposes)
    withdraw(connection, user_id, *purposes)


def send_due() -> bool:
    """Send what is due; false where the server takes nothing at the moment, and a pause is in order."""
    while is_open() and _anything_due():
        row = _claim()
        if row is None:  # another process was quicker
            continue
        if row.user_id is None:
            _find_accounts(row)
        elif not _send(row):
            return False
    return True


def sweep() -> None:
    """Forget what is too old to be sent, also where nobody sends."""
    with transaction() as connection:
        connection.execute(delete(OutboxRow).where(OutboxRow.created_at <= now() - _LIFE))


def _is_due() -> tuple[ColumnElement[bool], ...]:
    return (OutboxRow.next_at <= now(), OutboxRow.created_at > now() - _LIFE)


def _anything_due() -> bool:
    """Asked every second: a look costs no transaction."""
    with reading() as connection:
        return connection.execute(select(OutboxRow.id).where(*_is_due()).limit(1)).first() is not None


def _claim() -> Row[*tuple[Any, ...]] | None:
    """The next row that is due; nobody else gets it until its next time has come."""
    with transaction() as connection:
        row = connection.execute(
            select(OutboxRow.__table__).where(*_is_due()).order_by(OutboxRow.next_at).limit(1)
        ).one_or_none()
        if row is not None:
            later = update(OutboxRow).where(OutboxRow.id == row.id)
            connection.execute(later.values(attempts=row.attempts + 1, next_at=now() + _pause(row.attempts)))
    return row


def _pause(attempts: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(attempts, 10)), _LONGEST_PAUSE)


def _find_accounts(row: Row[*tuple[Any, ...]]) -> None:
    """Ask for a mail to each account that is meant by what somebody typed, and has a confirmed address."""
    typed = row.email
    by_email = or_(UserRow.email == typed, func.lower(UserRow.email) == typed.lower())
    query = select(UserRow.id, UserRow.email).where(by_email if "@" in typed else UserRow.name_key == typed)
    query = query.where(UserRow.email_verified_at.is_not(None), UserRow.is_disabled.is_(False))
    with reading() as connection:
        found = connection.execute(query.order_by(UserRow.id).limit(_MOST_ACCOUNTS)).all()
    with transaction() as connection:
        for user in found:
            if _has_place(connection, user.id):
                add(connection, Purpose.RESET, user.email, user.id)
        _forget(connection, row.id)


def _has_place(connection: Connection, user_id: int) -> bool:
    """Whether the account may be sent one more (MAIL_RATE). Whoever asked is not told: it may not be theirs."""
    rate = settings.MAIL_RATE
    if not settings.RATE_LIMITS:
        return True
    full = limits.add(connection, "mail reset", str(user_id), 1, at_most=rate.count, seconds=rate.seconds)
    return full is None


def _send(row: Row[*tuple[Any, ...]]) -> bool:
    """Send one mail; false where the server is at fault. What is no longer wanted is dropped."""
    wanted = _wanted(row)
    if wanted is not None:
        try:
            smtp.send(letters.write(*wanted), row.email)
        except NotSent as fault:
            _leave(row, fault)
            return False
        except Postponed as fault:
            _leave(row, fault)
            return True
        except Exception as fault:  # noqa: BLE001 - one mail that cannot be written must not stop those after it
            why = fault if isinstance(fault, Undeliverable) else f"it could not be written ({type(fault).__name__})"
            log.error("mail %d (%s, to user %s) is given up: %s", row.id, row.kind, row.user_id, why)
    with transaction() as connection:
        _forget(connection, row.id)
    return True


def _leave(row: Row[*tuple[Any, ...]], fault: Exception) -> None:
    """Leave a mail for the next time, if there is one."""
    pause = _pause(row.attempts)
    is_last = now() + pause >= row.created_at + _LIFE
    what_next = "it is given up" if is_last else f"it is tried again in {round(pause / timedelta(minutes=1))} minutes"
    log.error("mail %d (%s, to user %s) was not sent, %s: %s", row.id, row.kind, row.user_id, what_next, fault)
    if is_last:
        with transaction() as connection:
            _forget(connection, row.id)


def _wanted(row: Row[*tuple[Any, ...]]) -> tuple[Purpose, str, str, str, datetime] | None:
    """What stands in the mail: a fresh ticket; None where the account is not as it was when the mail was asked for."""
    purpose = Purpose(row.kind)
    is_verified = UserRow.email_verified_at.is_not(None)
    wanted = select(UserRow.name).where(
        UserRow.id == row.user_id,
        UserRow.email == row.email,
        UserRow.is_disabled.is_(False),
        ~is_verified if purpose is Purpose.VERIFY else is_verified,
    )
    with transaction() as connection:
        name = connection.execute(wanted).scalar_one_or_none()
        if name is None:
            return None
        token, expires_at = tickets.issue(connection, purpose, row.user_id, row.email)
    return purpose, str(name), row.email, token, expires_at


def _forget(connection: Connection, number: int) -> None:
    connection.execute(delete(OutboxRow).where(OutboxRow.id == number))
