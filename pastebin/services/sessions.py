"""Login sessions, kept on the server: begin, find, end."""

import secrets as random_source
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update

from pastebin.extensions import db, now, settings, transaction
from pastebin.models import SessionRow, UserRow
from pastebin.services import secrets
from pastebin.services.accounts import as_user
from pastebin.services.actor import User

# A session's life is prolonged when this part of it is over: not at every request.
_PROLONG_AFTER = 0.1


@dataclass(frozen=True)
class LoginSession:
    """A login that stands: its user, the hash it is known by, and the secret that its CSRF tokens are made from."""

    user: User
    token_hash: str
    csrf_secret: str


def begin(user: User) -> tuple[str, LoginSession]:
    """A new login of *user*: the token, which only the client keeps, and the session."""
    token = secrets.issue(secrets.SESSION_PREFIX)
    made = LoginSession(user, secrets.hashed(secrets.SESSION_PREFIX, token), random_source.token_hex(20))
    with transaction() as session:
        session.add(
            SessionRow(
                token_hash=made.token_hash,
                user_id=user.id,
                csrf_secret=made.csrf_secret,
                created_at=now(),
                expires_at=now() + timedelta(seconds=settings.SESSION_LIFETIME),
            )
        )
    return token, made


def find(token: str) -> LoginSession | None:
    """The session of a token, or None where it does not stand (any more)."""
    if not secrets.stands(secrets.SESSION_PREFIX, token):
        return None
    token_hash = secrets.hashed(secrets.SESSION_PREFIX, token)
    found = db.session.execute(
        select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.token_hash == token_hash, SessionRow.expires_at > now(), UserRow.is_disabled.is_(False))
    ).one_or_none()
    db.session.rollback()
    if found is None:
        return None
    session, user = found
    _prolong(session)
    return LoginSession(as_user(user), token_hash, session.csrf_secret)


def end(token_hash: str) -> None:
    """Log out. Ending what has ended is no error."""
    with transaction() as session:
        session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))


def sweep() -> None:
    """Forget sessions that have run out."""
    with transaction() as session:
        session.execute(delete(SessionRow).where(SessionRow.expires_at <= now()))


def _prolong(row: SessionRow) -> None:
    life = timedelta(seconds=settings.SESSION_LIFETIME)
    if row.expires_at - now() > life * (1 - _PROLONG_AFTER):
        return
    with transaction() as session:
        which = SessionRow.token_hash == row.token_hash
        session.execute(update(SessionRow).where(which).values(expires_at=now() + life))
