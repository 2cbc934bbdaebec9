"""Login sessions, kept on the server: begin, find, end."""

import logging
import secrets as random_source
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import OperationalError

from pastebin.errors import CredentialsInvalid
from pastebin.extensions import now, reading, settings, transaction
from pastebin.models import SessionRow, UserRow
from pastebin.services import secrets
from pastebin.services.accounts import COLUMNS, as_user
from pastebin.services.actor import User

log = logging.getLogger(__name__)

# A session's life is prolonged when this part of it is over: not at every request.
_PROLONG_AFTER = 0.1


@dataclass(frozen=True)
class LoginSession:
    """A login that stands: its user, the hash it is known by, and the secret that its CSRF tokens are made from.

    `expires_at` is when it ends if it is not used.
    """

    user: User
    token_hash: str
    csrf_secret: str
    expires_at: datetime
    is_prolonged: bool = False


def begin(user: User) -> tuple[str, LoginSession]:
    """A new login of *user*: the token, which only the client keeps, and the session.

    Raises:
        CredentialsInvalid: the password was changed, or the account disabled, since it was proved.
    """
    token = secrets.issue(secrets.SESSION_PREFIX)
    expires_at = now() + timedelta(seconds=settings.SESSION_LIFETIME)
    made = LoginSession(user, secrets.hashed(secrets.SESSION_PREFIX, token), random_source.token_hex(20), expires_at)
    values = {
        "token_hash": made.token_hash,
        "user_id": user.id,
        "csrf_secret": made.csrf_secret,
        "created_at": now(),
        "expires_at": expires_at,
    }
    with transaction() as connection:
        still = select(UserRow.id).where(UserRow.id == user.id, UserRow.is_disabled.is_(False))
        if user.proof is not None:
            still = still.where(UserRow.password_hash == user.proof)
        if connection.execute(still).first() is None:
            raise CredentialsInvalid
        connection.execute(insert(SessionRow).values(values))
    return token, made


def find(token: str) -> LoginSession | None:
    """The session of a token, or None where it does not stand (any more)."""
    if not secrets.stands(secrets.SESSION_PREFIX, token):
        return None
    token_hash = secrets.hashed(secrets.SESSION_PREFIX, token)
    with reading() as connection:
        found = connection.execute(_STANDING, {"token": token_hash, "moment": now()}).one_or_none()
    if found is None:
        return None
    is_prolonged = _prolong(token_hash, found.expires_at)
    return LoginSession(as_user(found), token_hash, found.csrf_secret, found.expires_at, is_prolonged)


def end(token_hash: str) -> None:
    """Log out. Ending what has ended is no error."""
    with transaction() as connection:
        connection.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))


def sweep() -> None:
    """Forget sessions that have run out."""
    with transaction() as connection:
        connection.execute(delete(SessionRow).where(SessionRow.expires_at <= now()))


def _prolong(token_hash: str, expires_at: datetime) -> bool:
    """Let a session that is used last longer, now and then; whether this was such a time."""
    life = timedelta(seconds=settings.SESSION_LIFETIME)
    if expires_at - now() > life * (1 - _PROLONG_AFTER):
        return False
    prolonged = update(SessionRow).where(SessionRow.token_hash == token_hash).values(expires_at=now() + life)
    try:
        with transaction() as connection:
            connection.execute(prolonged)
    except OperationalError:  # a full disk, say: reading goes on, and the next request tries again
        log.warning("a session could not be prolonged", exc_info=True)
        return False
    return True


_STANDING = (
    select(*COLUMNS, SessionRow.csrf_secret, SessionRow.expires_at)
    .join(UserRow, UserRow.id == SessionRow.user_id)
    .where(
        SessionRow.token_hash == bindparam("token"),
        SessionRow.expires_at > bindparam("moment"),
        UserRow.is_disabled.is_(False),
    )
)  # fmt: skip
