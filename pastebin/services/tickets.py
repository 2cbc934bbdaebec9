"""Tickets: what a link in a mail is worth, once. Random, signed, kept only as hashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from pastebin.errors import LinkInvalid
from pastebin.extensions import now, reading, settings, transaction
from pastebin.models import TicketRow
from pastebin.services import secrets

HANDED_OVER = ""
"""The address of a ticket that was sent to none: staff hand it over. It speaks for the account whatever its address."""


class Purpose(StrEnum):
    """What a ticket is for."""

    VERIFY = "verify"
    RESET = "reset"

    @property
    def prefix(self) -> str:
        """What its tokens begin with, and are signed for: one is no use as another."""
        return secrets.VERIFY_PREFIX if self is Purpose.VERIFY else secrets.RESET_PREFIX

    @property
    def lifetime(self) -> timedelta:
        """How long one works."""
        return timedelta(seconds=settings.VERIFY_LIFETIME if self is Purpose.VERIFY else settings.RESET_LIFETIME)

    @property
    def ask(self) -> str:
        """The page where another can be asked for."""
        return "/account" if self is Purpose.VERIFY else "/forgot"


@dataclass(frozen=True)
class Ticket:
    """Whose account it is for, and the address that it was sent to."""

    user_id: int
    email: str


def issue(
    connection: Connection, purpose: Purpose, user_id: int, email: str, lifetime: timedelta | None = None
) -> tuple[str, datetime]:
    """A new ticket, made inside the caller's transaction: its token, which is not kept, and when it ends.

    Args:
        lifetime: in place of the purpose's own.
    """
    token = secrets.issue(purpose.prefix)
    expires_at = now() + (lifetime or purpose.lifetime)
    values = {
        "id_hash": secrets.hashed(purpose.prefix, token),
        "purpose": purpose,
        "user_id": user_id,
        "email": email,
        "expires_at": expires_at,
    }
    connection.execute(insert(TicketRow).values(values))
    return token, expires_at


def find(purpose: Purpose, token: str) -> Ticket:
    """What a token is worth, without using it.

    Raises:
        LinkInvalid: forged (the database is not asked), used or expired.
    """
    query = select(TicketRow.user_id, TicketRow.email).where(*_standing(purpose, token))
    with reading() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise LinkInvalid(ask=purpose.ask)
    return Ticket(row.user_id, row.email)


def use(connection: Connection, purpose: Purpose, token: str) -> Ticket:
    """Use a token up, inside the transaction that does what it is for: of many at once, one succeeds.

    Raises:
        LinkInvalid: forged, used or expired.
    """
    used = delete(TicketRow).where(*_standing(purpose, token)).returning(TicketRow.user_id, TicketRow.email)
    row = connection.execute(used).one_or_none()
    if row is None:
        raise LinkInvalid(ask=purpose.ask)
    return Ticket(row.user_id, row.email)


def forget(connection: Connection, user_id: int, *purposes: Purpose) -> None:
    """Make the tickets of an account worthless, inside the caller's transaction."""
    connection.execute(delete(TicketRow).where(TicketRow.user_id == user_id, TicketRow.purpose.in_(purposes)))


def sweep() -> None:
    """Forget tickets that have expired."""
    with transaction() as connection:
        connection.execute(delete(TicketRow).where(TicketRow.expires_at <= now()))


def _standing(purpose: Purpose, token: str) -> tuple[ColumnElement[bool], ...]:
    """Which row a token names, while it works.

    Raises:
        LinkInvalid: it is none of ours.
    """
    if not secrets.stands(purpose.prefix, token):
        raise LinkInvalid(ask=purpose.ask)
    id_hash = secrets.hashed(purpose.prefix, token)
    return (TicketRow.id_hash == id_hash, TicketRow.purpose == purpose, TicketRow.expires_at > now())
