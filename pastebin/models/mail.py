"""Mail on its way out, and the links in it that still work."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Model, Moment


class OutboxRow(Model):
    """A mail that was asked for and is not yet sent. Nothing in it is secret: a link is made when it is sent.

    One without a user is what somebody typed who forgot a password: whether
    an account is meant by that, and which, is found out beside the request.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # An e-mail address; without a user, a user name or an e-mail address.
    email: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment, index=True)


class TicketRow(Model):
    """A link in a mail that works once, by the hash of its random id."""

    __tablename__ = "tickets"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # Where it was sent to: it speaks for an account only while that is the account's address.
    email: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
