"""Whether a credential still stands, asked once more where it matters; and the end of all of an account.

Between a request's beginning and its effect its account may have been
disabled, its session ended, its key invalidated.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, select

from pastebin.errors import PermissionMissing, SessionInvalid
from pastebin.extensions import now
from pastebin.models import ApiKeyRow, SessionRow, UserRow
from pastebin.services.actor import Actor, ActorKind


def check(connection: Connection, actor: Actor) -> None:
    """Make sure that the actor's session or key still stands, in the transaction that does what they ask for.

    Raises:
        SessionInvalid: it does not.
    """
    if connection.execute(_account_of(actor)).first() is None:
        raise SessionInvalid


def check_staff(connection: Connection, actor: Actor) -> None:
    """The same for staff.

    Raises:
        SessionInvalid: the credential does not stand. PermissionMissing: its account is staff no more.
    """
    row = connection.execute(_account_of(actor)).first()
    if row is None:
        raise SessionInvalid
    if not row.is_staff:
        raise PermissionMissing("This is for staff alone.")


def end_sessions(connection: Connection, user_id: int, *, spared: str = "") -> int:
    """End an account's sessions inside the caller's transaction, but for the one with the hash *spared*; how many."""
    ended = delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.token_hash != spared)
    return connection.execute(ended).rowcount


def end_keys(connection: Connection, user_id: int) -> int:
    """End an account's keys inside the caller's transaction; how many."""
    return connection.execute(delete(ApiKeyRow).where(ApiKeyRow.user_id == user_id)).rowcount


def end_all(connection: Connection, user_id: int) -> None:
    """End an account's sessions and keys inside the caller's transaction."""
    end_sessions(connection, user_id)
    end_keys(connection, user_id)


def _account_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    enabled = select(UserRow.is_staff).where(UserRow.id == actor.user_id, UserRow.is_disabled.is_(False))
    return enabled.where(_credential(actor))


def _credential(actor: Actor) -> ColumnElement[bool]:
    if actor.kind is ActorKind.KEY:
        key = select(ApiKeyRow.id).where(ApiKeyRow.id == int(actor.credential_id), ApiKeyRow.expires_at > now())
        return key.exists()
    return select(SessionRow.token_hash).where(SessionRow.token_hash == actor.credential_id).exists()
