"""E-mail addresses: what one looks like, and how often one is written to."""

import re

from pastebin.errors import FieldsInvalid
from pastebin.extensions import settings
from pastebin.services import limits, outbox
from pastebin.services.limits import Place

LONGEST = 254

# Not what RFC 5322 allows, but what addresses are made of: nothing that means something in a header.
_SHAPE = re.compile(r'[^\s@<>()\[\]\\,;:"]+@[^\s@<>()\[\]\\,;:"]+')


def check(email: str | None) -> str:
    """The address without space around it.

    Raises:
        FieldsInvalid: it cannot be one.
    """
    email = (email or "").strip()
    domain = email.rpartition("@")[2]
    is_whole = bool(_SHAPE.fullmatch(email)) and all(domain.split("."))
    if not is_whole or len(email) > LONGEST or not email.isprintable():
        raise FieldsInvalid(
            f"An e-mail address looks like ann@example.org and has at most {LONGEST} characters.", fields=["email"]
        )
    return email


def take_places(asked_from: str, email: str, user_id: int | None = None) -> list[Place]:
    """Count a mail to *email* that is asked for: for whoever asks, for the address, and for the account (MAIL_RATE).

    Where no mail can be sent nothing is counted.

    Raises:
        RateLimited: too many.
    """
    if not outbox.is_open():
        return []
    wanted = [("mail", asked_from), ("mail to", email.lower()[:128])]
    if user_id is not None:
        wanted.append(("mail verify", str(user_id)))
    taken = (limits.take_place(name, subject, settings.MAIL_RATE) for name, subject in wanted)
    return [place for place in taken if place]
