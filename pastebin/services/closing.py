"""Closing an account: it is locked at once, its files go, and then the account itself.

The files go in batches, for there may be many. Where that is cut off, the
account stays locked, and the sweep goes on with it.
"""

from typing import cast

from sqlalchemy import Connection, delete, select, update

from pastebin.extensions import generation, now, reading, transaction
from pastebin.models import FileRow, UserRow
from pastebin.services import accounts, audit, files, standing
from pastebin.services.actor import Actor


def close_own(actor: Actor, password: str) -> None:
    """Close the caller's own account, with all its files; on return nothing of it is left.

    Raises:
        RateLimited, PasswordInvalid: *actor* could not prove to be there in person.
    """
    proof = accounts.prove_password(actor, password)
    user = accounts.get(cast(int, actor.user_id))
    with transaction() as connection:
        accounts.check_proof(connection, actor, proof)
        _lock(connection, user.id)
    _finish(user.id)


def close(actor: Actor | None, user_id: int) -> None:
    """Close somebody's account, with all its files.

    Args:
        actor: who of the staff wants it; None for the command line.

    Raises:
        UserNotFound: there is no such user.
    """
    user = accounts.get(user_id)
    with transaction() as connection:
        _lock(connection, user.id)
        audit.note(connection, actor, "close account", user=user.name, uid=user.id)
    _finish(user.id)


def sweep() -> None:
    """Go on with what was cut off."""
    with reading() as connection:
        left = connection.execute(select(UserRow.id).where(UserRow.closed_at.is_not(None))).scalars().all()
    for user_id in left:
        _finish(user_id)


def _lock(connection: Connection, user_id: int) -> None:
    this = update(UserRow).where(UserRow.id == user_id)
    connection.execute(this.values(is_disabled=True, closed_at=now()))
    standing.end_all(connection, user_id)


def _finish(user_id: int) -> None:
    # Nothing comes in meanwhile: a disabled account takes no more files.
    for batch in files.in_batches(FileRow.owner_id == user_id):
        files.remove(batch)
    with transaction() as connection:
        connection.execute(delete(UserRow).where(UserRow.id == user_id))
    generation.advance()
