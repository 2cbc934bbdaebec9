"""What staff give somebody to set a password with: for an account that they make, or one whose password is lost.

It is the link that `recovery` knows. Where mail works it goes to the account's
confirmed address, and staff never see it; else it is theirs to hand over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pastebin.errors import FieldsInvalid
from pastebin.extensions import transaction
from pastebin.services import accounts, audit, directory, outbox, tickets
from pastebin.services.actor import Actor, User
from pastebin.services.tickets import Purpose

# Handed over by people, who are slower than mail.
_LIFETIME = timedelta(days=2)


@dataclass(frozen=True)
class Invitation:
    """How an account's owner gets in: by a mail, by a link of which this is the token until it ends, or as they are."""

    user: User
    is_mailed: bool = False
    token: str | None = None
    expires_at: datetime | None = None


def make_account(actor: Actor, name: str, password: str | None, *, email: str | None, is_staff: bool) -> Invitation:
    """Make an account for somebody; without a password they are sent, or given, a link to set one.

    Args:
        email: counts as confirmed, since staff vouch for it.

    Raises:
        FieldsInvalid: a name, password or address that cannot be used, and why. UserExists: the name is taken.
    """
    invited: list[Invitation] = []

    def also(connection: Connection, made: User) -> None:
        audit.note(connection, actor, "add account", user=made.name, uid=made.id, is_staff=made.is_staff)
        invited.append(Invitation(made) if password is not None else _invite(connection, made))

    accounts.create(name, password, email=email, is_staff=is_staff, is_vouched_for=True, also=also)
    return invited[0]


def renew_password(actor: Actor, user_id: int) -> Invitation:
    """Let the owner of an account set a new password. Until they do, the old one stands; former links do not.

    Raises:
        UserNotFound: there is none of this id. FieldsInvalid: it is disabled, or one's own.
    """
    directory.check_not_own(actor, user_id)
    user = accounts.get(user_id)
    if directory.get(user_id).is_disabled:
        raise FieldsInvalid("This account is disabled. Enable it first.", fields=[])
    with transaction() as connection:
        invitation = _invite(connection, user)
        way = "mail" if invitation.is_mailed else "link"
        audit.note(connection, actor, "renew password", user=user.name, uid=user.id, by=way)
    return invitation


def _invite(connection: Connection, user: User) -> Invitation:
    outbox.void(connection, user.id, Purpose.RESET)
    if outbox.is_open() and user.email and user.is_verified:
        outbox.add(connection, Purpose.RESET, user.email, user.id)
        return Invitation(user, is_mailed=True)
    # Not sent to any address, so that a change of the account's does not make it worthless.
    token, expires_at = tickets.issue(connection, Purpose.RESET, user.id, tickets.HANDED_OVER, _LIFETIME)
    return Invitation(user, token=token, expires_at=expires_at)
