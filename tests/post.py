"""People with e-mail addresses, and the mail that an application under test sends them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from pastebin.services import accounts, outbox
from pastebin.services.actor import User
from tests.conftest import PASSWORD
from tests.smtp import MailServer, Taken

BASE = "http://localhost"
_LINK = re.compile(rf"^{BASE}(/(?:verify|reset)/\S+)$", re.M)


class Post:
    """An application that has a mail server, and what came of it."""

    def __init__(self, make_app: Callable[..., Flask], server: MailServer, **settings: Any) -> None:
        smtp = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": server.port, "SMTP_SECURITY": "none"}
        self.app = make_app(**{"BASE_URL": BASE, **smtp, **settings})
        self.server = server
        self._seen = 0

    def person(self, name: str = "ann", email: str | None = None, *, is_verified: bool = True) -> User:
        """Somebody with an account; nobody is sent a mail for it."""
        with self.app.app_context():
            made = accounts.create(name, PASSWORD, email=email or f"{name}@example.org", is_vouched_for=is_verified)
        self.deliver()
        return made

    def deliver(self) -> list[Taken]:
        """Send what is due, as the server does every second; what that was."""
        with self.app.app_context():
            outbox.send_due()
        new, self._seen = self.server.taken[self._seen :], len(self.server.taken)
        return new

    def link(self) -> str:
        """The path of the link in the one mail that is due."""
        (mail,) = self.deliver()
        return link_in(mail)


def link_in(mail: Taken) -> str:
    """The path of the link in a mail."""
    (path,) = _LINK.findall(mail.text)
    return str(path)
