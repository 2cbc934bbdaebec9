"""An account's e-mail address: set it, and confirm it by a link that was sent there."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select, update

from pastebin.errors import FieldsInvalid, LinkInvalid, ServiceUnavailable
from pastebin.extensions import now, reading, transaction
from pastebin.models import UserRow
from pastebin.services import accounts, emails, limits, outbox, tickets
from pastebin.services.actor import Actor, User
from pastebin.services.tickets import Purpose


@dataclass(frozen=True)
class Claim:
    """That an address belongs to an account."""

    name: str
    email: str


def change(actor: Actor, password: str, email: str) -> User:
    """Give the actor's account another e-mail address, or none; the account as it is now.

    The new one is sent a link that confirms it. Links that went to the old one stop working. An address that is
    confirmed already stays so.

    Raises:
        FieldsInvalid: it cannot be an address. PasswordInvalid: *password* is wrong. RateLimited: too many mails.
    """
    wanted = emails.check(email) if email.strip() else None
    proof = accounts.prove_password(actor, password)
    user = accounts.get(cast(int, actor.user_id))
    if wanted == user.email and (user.is_verified or wanted is None):
        return user
    if wanted:
        emails.take_places(limits.subject_of(actor.address), wanted, user.id)
    with transaction() as connection:
        accounts.check_proof(connection, actor, proof)
        connection.execute(update(UserRow).where(UserRow.id == user.id).values(email=wanted, email_verified_at=None))
        outbox.void(connection, user.id, *Purpose)
        if wanted:
            outbox.add(connection, Purpose.VERIFY, wanted, user.id)
    return accounts.get(user.id)


def ask(actor: Actor) -> User:
    """Send the link that confirms the address of the actor's account once more; the account as it is now.

    Raises:
        FieldsInvalid: it has no address. RateLimited: too many mails. ServiceUnavailable: none can be sent.
    """
    user = accounts.get(cast(int, actor.user_id))
    if user.email is None:
        raise FieldsInvalid("Give an e-mail address first.", fields=["email"])
    if user.is_verified:
        return user
    if not outbox.is_open():
        raise ServiceUnavailable("This server sends no mail. Ask its operator to confirm your address.")
    emails.take_places(limits.subject_of(actor.address), user.email, user.id)
    with transaction() as connection:
        outbox.withdraw(connection, user.id, Purpose.VERIFY)
        outbox.add(connection, Purpose.VERIFY, user.email, user.id)
    return user


def look(token: str) -> Claim:
    """What a link confirms, without confirming it: programs that look for evil in mails follow links too.

    Raises:
        LinkInvalid: it does not work (any more).
    """
    ticket = tickets.find(Purpose.VERIFY, token)
    query = select(UserRow.name).where(UserRow.id == ticket.user_id, UserRow.email == ticket.email)
    with reading() as connection:
        name = connection.execute(query).scalar_one_or_none()
    if name is None:
        raise LinkInvalid(ask=Purpose.VERIFY.ask)
    return Claim(name, ticket.email)


def confirm(token: str) -> Claim:
    """Confirm the address that a link was sent to; once.

    Raises:
        LinkInvalid: it does not work (any more).
    """
    with transaction() as connection:
        ticket = tickets.use(connection, Purpose.VERIFY, token)
        confirmed = update(UserRow).where(UserRow.id == ticket.user_id, UserRow.email == ticket.email)
        confirmed = confirmed.values(email_verified_at=now())
        name = connection.execute(confirmed.returning(UserRow.name)).scalar_one_or_none()
        if name is None:
            raise LinkInvalid(ask=Purpose.VERIFY.ask)
        outbox.void(connection, ticket.user_id, Purpose.VERIFY)
    return Claim(name, ticket.email)
