"""A new password for who forgot theirs, by a link: sent to the account's confirmed address, or handed over by staff."""

from sqlalchemy import ColumnElement, select

from pastebin.errors import FieldsInvalid, LinkInvalid, ServiceUnavailable
from pastebin.extensions import reading, settings, transaction
from pastebin.models import UserRow
from pastebin.services import accounts, emails, limits, outbox, tickets
from pastebin.services.actor import Actor
from pastebin.services.tickets import Purpose, Ticket


def ask(actor: Actor, name_or_email: str) -> None:
    """Ask for a link that sets a new password.

    Whoever it is that is meant, if anybody, the same is done here: what was typed is put into the outbox. Which
    accounts are meant is found out beside the request, so that neither the answer nor its time tells.

    Raises:
        FieldsInvalid: nothing was typed. RateLimited: too many were asked for from this address, or for this name or
            address. ServiceUnavailable: no mail can be sent.
    """
    if not outbox.is_open():
        raise ServiceUnavailable("This server sends no mail. Ask its operator for a new password.")
    typed = name_or_email.encode("utf-8", "replace").decode().strip()
    if not typed:
        raise FieldsInvalid("Type your user name or your e-mail address.", fields=["account"])
    meant = typed if "@" in typed else accounts.fold_name(typed)
    limits.take_place("mail", limits.subject_of(actor.address), emails.askers_rate())
    limits.take_place("mail forgot", meant.lower()[:128], settings.MAIL_RATE)
    with transaction() as connection:
        outbox.add(connection, Purpose.RESET, meant[: emails.LONGEST])


def look(token: str) -> str:
    """The name of the account whose password a link sets.

    Raises:
        LinkInvalid: it does not work (any more).
    """
    ticket = tickets.find(Purpose.RESET, token)
    with reading() as connection:
        name = connection.execute(select(UserRow.name).where(*_account_of(ticket))).scalar_one_or_none()
    if name is None:
        raise LinkInvalid(ask=Purpose.RESET.ask)
    return str(name)


def reset(token: str, new: str) -> None:
    """Set a new password; once. All sessions of the account end, its API keys stay.

    Raises:
        FieldsInvalid: *new* cannot be used. LinkInvalid: the link does not work (any more).
        ServiceUnavailable: too many passwords are being hashed; the link still works.
    """
    accounts.check_password(new, field="new_password")
    look(token)  # strangers have nothing hashed
    new_hash = accounts.hash_password(new)
    with transaction() as connection:
        ticket = tickets.use(connection, Purpose.RESET, token)
        name_key = connection.execute(select(UserRow.name_key).where(*_account_of(ticket))).scalar_one_or_none()
        if name_key is None:
            raise LinkInvalid(ask=Purpose.RESET.ask)
        accounts.set_password(connection, ticket.user_id, new_hash)
    limits.forget("login name", name_key)


def _account_of(ticket: Ticket) -> tuple[ColumnElement[bool], ...]:
    """It must still be as it was when the link was sent: with that address, confirmed, and not disabled."""
    enabled = (UserRow.id == ticket.user_id, UserRow.is_disabled.is_(False))
    if ticket.email == tickets.HANDED_OVER:
        return enabled
    return (*enabled, UserRow.email == ticket.email, UserRow.email_verified_at.is_not(None))
