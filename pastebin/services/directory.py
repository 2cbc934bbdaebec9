"""The directory of accounts, as staff see and change it; whatever they change is written into the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update

from pastebin.errors import FieldsInvalid, UserNotFound
from pastebin.extensions import generation, now, reading, transaction
from pastebin.models import SessionRow, UserRow
from pastebin.services import audit, emails, keys, outbox, standing
from pastebin.services.actor import Actor
from pastebin.services.tickets import Purpose


@dataclass(frozen=True)
class Account:
    """An account. Sizes in bytes; `max_file_size` is None where MAX_FILE_SIZE holds, `quota` where USER_QUOTA does."""

    id: int
    name: str
    email: str | None
    is_verified: bool
    is_staff: bool
    is_disabled: bool
    max_file_size: int | None
    quota: int | None
    file_count: int
    used_bytes: int
    created_at: datetime


@dataclass(frozen=True)
class Presence:
    """Who is logged in, and which programs have a key. Logins that have ended are not known."""

    session_count: int
    last_login_at: datetime | None
    key_count: int
    key_last_used_at: datetime | None


class Kind(StrEnum):
    """Which accounts a list shows."""

    ALL = ""
    STAFF = "staff"
    DISABLED = "disabled"


# What a list can be ordered by; with "-" the other way round.
_COLUMNS = {
    "name": UserRow.name_key, "files": UserRow.file_count, "size": UserRow.used_bytes, "created": UserRow.created_at,
}  # fmt: skip
ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    **{name: (column.asc(), UserRow.id.asc()) for name, column in _COLUMNS.items()},
    **{f"-{name}": (column.desc(), UserRow.id.desc()) for name, column in _COLUMNS.items()},
}


@dataclass(frozen=True)
class Changes:
    """What is to be changed of an account: what is None stays."""

    is_staff: bool | None = None
    is_disabled: bool | None = None


def listing(
    search: str = "", limit: int = 50, offset: int = 0, *, kind: Kind = Kind.ALL, order: str = "name"
) -> tuple[int, list[Account]]:
    """How many accounts there are whose name or e-mail has *search* in it, and some of them.

    Args:
        order: one of `ORDERS`.
    """
    matching: list[ColumnElement[bool]] = [UserRow.closed_at.is_(None), *_OF_KIND[kind]]
    if search:
        matching.append(_has(search))
    ordered = _ACCOUNTS.where(*matching).order_by(*ORDERS[order]).limit(limit).offset(offset)
    with reading() as connection:
        count = connection.execute(select(func.count()).select_from(UserRow).where(*matching)).scalar_one()
        return count, [Account(*row) for row in connection.execute(ordered)]


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of accounts."""
    wanted = {each for each in ids if each is not None}
    with reading() as connection:
        rows = connection.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(wanted)))
        return {row.id: row.name for row in rows}


def get(user_id: int) -> Account:
    """One account.

    Raises:
        UserNotFound: there is none of this id.
    """
    with reading() as connection:
        return Account(*_found(connection.execute(_ACCOUNTS.where(UserRow.id == user_id)).one_or_none()))


def change(actor: Actor | None, user_id: int, changes: Changes) -> Account:
    """Change what an account may do. Disabling one ends its sessions, keys and links for a password, in every worker.

    Args:
        actor: None for the command line.

    Raises:
        UserNotFound: there is none of this id.
        FieldsInvalid: one's own account, which nobody locks by mistake.
    """
    check_not_own(actor, user_id)
    wanted = {"is_staff": changes.is_staff, "is_disabled": changes.is_disabled}
    values = {name: value for name, value in wanted.items() if value is not None}
    _write(actor, user_id, values)
    return get(user_id)


def check_not_own(actor: Actor | None, user_id: int) -> None:
    """Keep staff from locking themselves out by a slip.

    Raises:
        FieldsInvalid: it is the actor's own account.
    """
    if actor is not None and actor.user_id == user_id:
        raise FieldsInvalid("This is your own account: somebody else of the staff must change it.", fields=[])


def end_sessions(actor: Actor | None, user_id: int) -> None:
    """Log an account out everywhere, at once in every worker. Its keys stay.

    Raises:
        UserNotFound: there is none of this id. FieldsInvalid: it is one's own.
    """
    check_not_own(actor, user_id)
    name = get(user_id).name
    with transaction() as connection:
        count = standing.end_sessions(connection, user_id)
        audit.note(connection, actor, "end sessions", user=name, uid=user_id, count=count)


def invalidate_keys(actor: Actor | None, user_id: int) -> int:
    """Make all API keys of an account unusable, at once in every worker; how many there were.

    Raises:
        UserNotFound: there is none of this id. FieldsInvalid: it is one's own.
    """
    check_not_own(actor, user_id)
    name = get(user_id).name
    with transaction() as connection:
        count = standing.end_keys(connection, user_id)
        audit.note(connection, actor, "invalidate keys", user=name, uid=user_id, count=count)
    return count


def presence_of(user_id: int) -> Presence:
    """When an account was used, as far as that is known."""
    sessions = select(func.count(), func.max(SessionRow.created_at)).where(
        SessionRow.user_id == user_id, SessionRow.expires_at > now()
    )
    with reading() as connection:
        count, last_login_at = connection.execute(sessions).one()
    found = keys.listing(user_id)
    used = [each.last_used_at for each in found if each.last_used_at]
    return Presence(count, last_login_at, len(found), max(used, default=None))


def bind(actor: Actor | None, user_id: int, max_file_size: int | None) -> Account:
    """Set how many bytes one request of an account may send; None: MAX_FILE_SIZE, as for everybody.

    Raises:
        UserNotFound: there is none of this id.
    """
    _write(actor, user_id, {"max_file_size": max_file_size})
    return get(user_id)


def set_quota(actor: Actor | None, user_id: int, quota: int | None) -> Account:
    """Set how many bytes the files of an account may have together: at once in every worker.

    What it has already stays, also where that is more.

    Args:
        quota: None for USER_QUOTA, as for everybody; `bounds.UNBOUNDED` for no bound.

    Raises:
        UserNotFound: there is none of this id.
    """
    _write(actor, user_id, {"quota": quota})
    return get(user_id)


def set_email(actor: Actor | None, user_id: int, email: str | None) -> Account:
    """Set an account's e-mail address, which counts as confirmed: whoever sets it vouches for it; None: none.

    Raises:
        FieldsInvalid: it cannot be an address. UserNotFound: there is none of this id.
    """
    checked = emails.check(email) if email else None
    _write(actor, user_id, {"email": checked, "email_verified_at": now() if checked else None})
    return get(user_id)


def _write(actor: Actor | None, user_id: int, values: dict[str, Any]) -> None:
    if not values:
        return
    with transaction() as connection:
        this = UserRow.id == user_id
        named = update(UserRow).where(this, UserRow.closed_at.is_(None)).values(**values).returning(UserRow.name)
        name = _found(connection.execute(named).one_or_none()).name
        if values.get("is_disabled"):
            standing.end_all(connection, user_id)
            outbox.void(connection, user_id, Purpose.RESET)
        if "email" in values:
            outbox.void(connection, user_id, *Purpose)
        if values.get("is_staff") is False:
            # Keys keep their scopes, and staff ones hold for nobody but staff.
            standing.end_sessions(connection, user_id)
        noted = {name: value for name, value in values.items() if name not in ("email", "email_verified_at")}
        if "email" in values:  # not the address itself: the log outlives the account
            noted["has_email"] = values["email"] is not None
        audit.note(connection, actor, "change account", user=name, uid=user_id, **noted)
    generation.advance()  # bounds are remembered until then


def _found(row: Row[*tuple[Any, ...]] | None) -> Row[*tuple[Any, ...]]:
    if row is None:
        raise UserNotFound
    return row


def _has(search: str) -> ColumnElement[bool]:
    return UserRow.name.icontains(search, autoescape=True) | UserRow.email.icontains(search, autoescape=True)


_OF_KIND: dict[Kind, list[ColumnElement[bool]]] = {
    Kind.ALL: [], Kind.STAFF: [UserRow.is_staff.is_(True)], Kind.DISABLED: [UserRow.is_disabled.is_(True)],
}  # fmt: skip
_ACCOUNTS: Select[*tuple[Any, ...]] = select(
    UserRow.id, UserRow.name, UserRow.email, UserRow.email_verified_at.is_not(None), UserRow.is_staff,
    UserRow.is_disabled, UserRow.max_file_size, UserRow.quota, UserRow.file_count, UserRow.used_bytes,
    UserRow.created_at,
)  # fmt: skip
