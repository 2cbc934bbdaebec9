"""A person's browser: a client that is logged in, and the CSRF token of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, session
from flask.testing import FlaskClient

from pastebin.access import csrf
from pastebin.access.session_cookie import CookieSession
from pastebin.services import sessions
from pastebin.services.actor import Actor, ActorKind, User

COOKIE = "pastebin_session"


@dataclass
class Browser:
    """A client with a login cookie; `token` is the session's own, `csrf` the header that its pages send."""

    client: FlaskClient
    token: str
    csrf: dict[str, str]


def log_in(app: Flask, user: User) -> Browser:
    """A browser in which *user* is logged in."""
    with app.test_request_context():
        token, login = sessions.begin(user)
        cast(CookieSession, session).adopt(login)
        header = {csrf.HEADER: csrf.token()}
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return Browser(client, token, header)


def session_of(user: User, address: str = "192.0.2.1") -> Actor:
    """*user*, logged in, as services see it. Needs the application's context."""
    _token, login = sessions.begin(user)
    return Actor(ActorKind.SESSION, address, user, credential_id=login.token_hash)
