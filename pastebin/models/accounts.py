"""Accounts, their login sessions and their API keys."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Expiry, Model, Moment


class UserRow(Model):
    """A person's account. Ids are never given twice (AUTOINCREMENT)."""

    __tablename__ = "users"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    # The name folded, so that "Ann" and "ann" are one account.
    name_key: Mapped[str] = mapped_column(String(128), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    # None until a link that was sent there came back.
    email_verified_at: Mapped[datetime | None] = mapped_column(Moment)
    password_hash: Mapped[str] = mapped_column(String(255))
    is_staff: Mapped[bool] = mapped_column(default=False)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    # Of their files, those not yet swept included: changed with them in the same transaction (services/totals.py).
    file_count: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    used_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # In place of MAX_FILE_SIZE.
    max_file_size: Mapped[int | None] = mapped_column(BigInteger, index=True)
    # In place of USER_QUOTA; FOREVER for one that has no bound.
    quota: Mapped[int | None] = mapped_column(BigInteger)
    # Its owner wants it gone: its files go first, then this row (services/closing.py).
    closed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class SessionRow(Model):
    """A login, by the hash of its token: the token itself is only with the client."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf_secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class ApiKeyRow(Model):
    """An API key, by the hash of its random id."""

    __tablename__ = "api_keys"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str | None] = mapped_column(String(255))
    scopes: Mapped[str] = mapped_column(String(255))
    max_file_size: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime | None] = mapped_column(Expiry, nullable=False)
