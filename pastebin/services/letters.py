"""What mails say. Links in them are built from BASE_URL, never from what a request calls this server."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid, parseaddr
from urllib.parse import urlsplit

from pastebin.extensions import now, settings
from pastebin.services.tickets import Purpose

# Lines as long as links are stay whole, and all bytes are ASCII: not every server takes others.
_POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")

_SUBJECTS = {
    Purpose.VERIFY: "Confirm your e-mail address at {host}",
    Purpose.RESET: "A new password for {name} at {host}",
}
_TEXTS = {
    Purpose.VERIFY: """\
Hello {name},

this address was given as that of your account at {base}. To confirm
that it is yours, open

{link}

and press the button there. The link works once, until {until}.

If you have no account there, do nothing: somebody mistyped their address.
""",
    Purpose.RESET: """\
Hello {name},

somebody, you or those who run the server, asked for a new password for
your account {name} at {base}. To set one, open

{link}

The link works once, until {until}.

If it was not you, do nothing: your password stays as it is. Give this
link to nobody.
""",
}


def write(purpose: Purpose, name: str, email: str, token: str, expires_at: datetime) -> EmailMessage:
    """The mail that takes a ticket to the account *name* at the address *email*.

    Raises:
        ValueError: it cannot be a header. Nothing that was checked is.
    """
    words = {
        "name": name,
        "host": _host(),
        "base": settings.BASE_URL,
        "link": f"{settings.BASE_URL}/{purpose}/{token}",
        "until": f"{expires_at.day} {expires_at:%B %Y, %H:%M} UTC",
    }
    if "=?" in email:  # of an account from before such addresses were refused
        raise ValueError("an encoded word is no address")
    message = EmailMessage(_POLICY)
    message["From"] = settings.MAIL_FROM or f"pastebin <{sender()}>"
    local, _at, domain = email.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = _SUBJECTS[purpose].format(**words)
    message["Date"] = localtime(now())
    message["Message-ID"] = make_msgid(domain=_host())
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    message.set_content(_TEXTS[purpose].format(**words))
    return message


def sender() -> str:
    """The address that mail comes from, and that what cannot be delivered goes back to."""
    host = _host()
    literal = f"[{host}]" if ":" in host or host.replace(".", "").isdigit() else host
    return parseaddr(settings.MAIL_FROM)[1] or f"pastebin@{literal}"


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"
