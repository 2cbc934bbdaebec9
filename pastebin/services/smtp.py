"""Handing mail to a server (SMTP_HOST), or to the log where there is none."""

import logging
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage

from pastebin.extensions import settings
from pastebin.services import letters

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 15


class NotSent(Exception):
    """The server was not reached, or did not want anything from us; the text says what to do. Worth another try."""


class Postponed(Exception):
    """The server does not take mail for this address now (grey-listing, say); others are not concerned."""


class Undeliverable(Exception):
    """The server will never take this mail; the text says why. Another try is in vain."""


def send(message: EmailMessage, email: str) -> None:
    """Hand a mail for *email* over; on return the server has taken it.

    Raises:
        NotSent, Postponed, Undeliverable: their texts have nothing in them that stood in the mail.
    """
    if not settings.SMTP_HOST:
        head = "".join(f"{name}: {message[name]}\n" for name in ("From", "To", "Subject"))
        log.warning("SMTP_HOST is not set: this mail is not sent.\n%s\n%s", head, message.get_content())
        return
    try:
        _hand_over(message, email)
    except smtplib.SMTPRecipientsRefused as fault:
        (code, said), *_ = fault.recipients.values()
        raise (Undeliverable if code >= 500 else Postponed)(f"the address was refused: {_line(code, said)}") from None
    except (smtplib.SMTPNotSupportedError, UnicodeError) as fault:
        raise _not_supported(fault) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise NotSent(_advice(fault)) from None


def _hand_over(message: EmailMessage, email: str) -> None:
    with closing(_connect()) as server:
        if settings.SMTP_SECURITY == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.SMTP_USER:
            server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
        server.send_message(message, letters.sender(), [email])
        # What it says now no longer matters: it has the mail.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


def _connect() -> smtplib.SMTP:
    where = (settings.SMTP_HOST, settings.SMTP_PORT)
    if settings.SMTP_SECURITY == "tls":
        return smtplib.SMTP_SSL(*where, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(*where, timeout=_TIMEOUT_SECONDS)


def _not_supported(fault: Exception) -> Exception:
    if "STARTTLS" in str(fault):
        return NotSent("the server does not offer STARTTLS. Look at SMTP_SECURITY and SMTP_PORT.")
    if "AUTH" in str(fault):
        return NotSent("the server wants no login as it is spoken to. Look at SMTP_USER and SMTP_SECURITY.")
    return Undeliverable("the server takes no addresses with such letters.")


def _advice(fault: Exception) -> str:
    """What went wrong and what to look at. What a server says once it has seen the mail may have its link in it."""
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return f"the login was refused: {_line(fault.smtp_code, b'')}. Look at SMTP_USER and SMTP_PASSWORD."
    if isinstance(fault, smtplib.SMTPSenderRefused):
        return f"the sender was refused: {_line(fault.smtp_code, fault.smtp_error)}. Look at MAIL_FROM."
    if isinstance(fault, smtplib.SMTPDataError):
        return f"the mail was refused: {_line(fault.smtp_code, b'')}. The log of {settings.SMTP_HOST} says why."
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({fault.verify_message}). SMTP_HOST must be the name in it."
    where = f"{settings.SMTP_HOST}:{settings.SMTP_PORT}"
    return f"{where} ({type(fault).__name__}: {fault}). Look at SMTP_HOST, SMTP_PORT and SMTP_SECURITY."


def _line(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())
