"""E-mail addresses: what one looks like, and how often one is written to."""

import re

from pastebin.config import Rate
from pastebin.errors import FieldsInvalid, RateLimited
from pastebin.extensions import settings
from pastebin.services import limits, outbox
from pastebin.services.limits import Place

LONGEST = 254

# A dot-atom of RFC 5322, in any letters, at a host name. Nothing that means something in a header: least of all
# an encoded word (RFC 2047), which may have line ends in it that come out when a header is written.
_SHAPE = re.compile(r"(?!.*=\?)[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[^\W_][\w-]*(\.[^\W_][\w-]*)*")


def check(email: str | None) -> str:
    """The address without space around it.

    Raises:
        FieldsInvalid: it cannot be one.
    """
    email = (email or "").strip()
    if not _SHAPE.fullmatch(email) or len(email) > LONGEST or not email.isprintable():
        raise FieldsInvalid(
            f"An e-mail address looks like ann@example.org and has at most {LONGEST} characters.", fields=["email"]
        )
    return email


def take_places(asked_from: str, email: str, user_id: int | None = None) -> list[Place]:
    """Count a mail to *email* that is asked for: for whoever asks, for the address, and for the account (MAIL_RATE).

    Where no mail can be sent nothing is counted, nor where it would be too many.

    Raises:
        RateLimited: too many.
    """
    if not outbox.is_open():
        return []
    rate = settings.MAIL_RATE
    wanted = [("mail", asked_from, askers_rate()), ("mail to", email.lower()[:128], rate)]
    if user_id is not None:
        wanted.append(("mail verify", str(user_id), rate))
    taken: list[Place] = []
    try:
        for name, subject, its_rate in wanted:
            taken += [place] if (place := limits.take_place(name, subject, its_rate)) else []
    except RateLimited:
        for place in taken:
            limits.give_back(place)
        raise
    return taken


def askers_rate() -> Rate:
    """How often one address may ask for mails, whoever they go to: behind it may be many people."""
    return Rate(4 * settings.MAIL_RATE.count, settings.MAIL_RATE.seconds)
