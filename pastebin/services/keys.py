"""API keys: issue, look up, list, invalidate."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from pastebin.errors import FieldsInvalid, KeyInvalid, KeyNotFound
from pastebin.extensions import now, reading, transaction
from pastebin.models import ApiKeyRow, UserRow
from pastebin.services import names, secrets, standing
from pastebin.services.accounts import COLUMNS, as_user
from pastebin.services.actor import DEFAULT_SCOPES, Actor, ActorKind, Scope, User


@dataclass(frozen=True)
class ApiKey:
    """A key as its owner sees it; `secret` only in the answer that makes it."""

    id: int
    name: str | None
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    max_file_size: int | None = None
    secret: str | None = None


def issue(
    owner: User,
    name: str | None = None,
    scopes: Iterable[Scope] | None = None,
    expires_at: datetime | None = None,
    max_file_size: int | None = None,
    *,
    by: Actor | None = None,
) -> ApiKey:
    """Make a key for *owner*. Its `secret` is shown this once and not kept.

    Args:
        max_file_size: bytes that one request with it may send, where that is less than its owner may.
        by: whose session asks for it, unless it is the command line.

    Raises:
        FieldsInvalid: a name too long, no scope at all, or one that only staff may hold.
        SessionInvalid: the session that asks has ended meanwhile: it must leave nothing behind that lasts longer.
    """
    chosen = DEFAULT_SCOPES if scopes is None else frozenset(scopes)
    if not chosen:
        raise FieldsInvalid("A key needs at least one scope.", fields=["scopes"])
    if any(scope.for_staff for scope in chosen) and not owner.is_staff:
        raise FieldsInvalid("Only staff may hold keys with staff scopes.", fields=["scopes"])
    secret = secrets.issue(secrets.KEY_PREFIX)
    values = {
        "secret_hash": secrets.hashed(secrets.KEY_PREFIX, secret),
        "user_id": owner.id,
        "name": names.check((name or "").strip()) or None,
        "scopes": ",".join(sorted(chosen)),
        "max_file_size": max_file_size,
        "created_at": now(),
        "expires_at": expires_at,
    }
    with transaction() as connection:
        if by is not None:
            standing.check(connection, by)
        row = connection.execute(insert(ApiKeyRow).values(values).returning(*_COLUMNS)).one()
    return replace(_as_key(row), secret=secret)


def identify(secret: str, address: str) -> Actor:
    """The actor behind a key.

    Raises:
        KeyInvalid: malformed or forged (the database is not asked), unknown, invalidated, expired, or its owner
            disabled.
    """
    if not secrets.stands(secrets.KEY_PREFIX, secret):
        raise KeyInvalid
    secret_hash = secrets.hashed(secrets.KEY_PREFIX, secret)
    with reading() as connection:
        found = connection.execute(_STANDING, {"secret": secret_hash, "moment": now()}).one_or_none()
    if found is None:
        raise KeyInvalid
    _uses.note(secret_hash)
    scopes = _scopes_of(found.scopes)
    return Actor(ActorKind.KEY, address, as_user(found), scopes, str(found.key_id), found.key_max_file_size)


def listing(owner_id: int) -> list[ApiKey]:
    """All keys of a user, newest first; with uses that this worker knows and has not yet written down."""
    mine = select(*_COLUMNS).where(ApiKeyRow.user_id == owner_id).order_by(ApiKeyRow.id.desc())
    with reading() as connection:
        return [_as_key(row) for row in connection.execute(mine)]


def invalidate(owner_id: int, key_id: int) -> None:
    """Make one key unusable, at once in every worker.

    Raises:
        KeyNotFound: the user has no such key.
    """
    with transaction() as connection:
        gone = connection.execute(delete(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.user_id == owner_id))
    if gone.rowcount == 0:
        raise KeyNotFound


def invalidate_all(owner_id: int) -> int:
    """Make all keys of a user unusable; how many there were."""
    with transaction() as connection:
        return standing.end_keys(connection, owner_id)


def write_uses() -> None:
    """Write down when keys were last used: gathered in memory, so that a use costs no commit."""
    uses = _uses.take()
    if not uses:
        return
    try:
        with transaction() as connection:
            for secret_hash, time in uses.items():
                used = update(ApiKeyRow).where(ApiKeyRow.secret_hash == secret_hash)
                connection.execute(used.values(last_used_at=time))
    except SQLAlchemyError:
        _uses.put_back(uses)
        raise


def sweep() -> None:
    """Forget keys that have expired."""
    with transaction() as connection:
        connection.execute(delete(ApiKeyRow).where(ApiKeyRow.expires_at <= now()))


class _Uses:
    """When each key was last used, by the hash of its secret, until that is written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: dict[str, datetime] = {}

    def note(self, secret_hash: str) -> None:
        with self._lock:
            self._times[secret_hash] = now()

    def put_back(self, times: dict[str, datetime]) -> None:
        with self._lock:
            self._times = {**times, **self._times}

    def take(self) -> dict[str, datetime]:
        with self._lock:
            times, self._times = self._times, {}
        return times

    def get(self, secret_hash: str) -> datetime | None:
        return self._times.get(secret_hash)


_uses = _Uses()


_COLUMNS = (
    ApiKeyRow.id,
    ApiKeyRow.secret_hash,
    ApiKeyRow.name,
    ApiKeyRow.scopes,
    ApiKeyRow.created_at,
    ApiKeyRow.last_used_at,
    ApiKeyRow.expires_at,
    ApiKeyRow.max_file_size,
)
_STANDING = (
    select(
        *COLUMNS, ApiKeyRow.id.label("key_id"), ApiKeyRow.scopes, ApiKeyRow.max_file_size.label("key_max_file_size")
    )
    .join(UserRow, UserRow.id == ApiKeyRow.user_id)
    .where(
        ApiKeyRow.secret_hash == bindparam("secret"),
        ApiKeyRow.expires_at > bindparam("moment"),
        UserRow.is_disabled.is_(False),
    )
)  # fmt: skip


def _as_key(row: Row[*tuple[Any, ...]]) -> ApiKey:
    last_used_at = _uses.get(row.secret_hash) or row.last_used_at
    return ApiKey(
        row.id, row.name, _scopes_of(row.scopes), row.created_at, last_used_at, row.expires_at, row.max_file_size
    )  # fmt: skip


def _scopes_of(text: str) -> frozenset[Scope]:
    return frozenset(Scope(name) for name in text.split(",") if name in Scope.__members__)
