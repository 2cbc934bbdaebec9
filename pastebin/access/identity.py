"""Cookie, session token or API key → `Actor` (contract section 2).

The first credential there is decides: header, then the form field `key`, then
the cookie. One that does not stand is refused in header and field; a cookie
that does not stand is dropped.
"""

from typing import cast

from flask import Request, session

from pastebin.access import hosts
from pastebin.access.session_cookie import CookieSession
from pastebin.errors import KeyInvalid
from pastebin.services import keys, secrets, sessions
from pastebin.services.actor import Actor, ActorKind, nobody


def of_headers(request: Request) -> Actor:
    """Who asks, by header or cookie.

    Raises:
        KeyInvalid: an Authorization header that does not stand.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        return of_credential(header, hosts.client_address(request))
    return _of_cookie(request)


def of_nobody(request: Request) -> Actor:
    """Nobody, whatever credential there is."""
    return nobody(hosts.client_address(request))


def of_credential(text: str, address: str) -> Actor:
    """Who asks from an address, by a key or session token, with or without `Bearer`.

    Raises:
        KeyInvalid: it does not stand.
    """
    scheme, _space, rest = text.strip().partition(" ")
    credential = rest.strip() if scheme.lower() == "bearer" else text.strip()
    if credential.startswith(secrets.SESSION_PREFIX):
        login = sessions.find(credential)
        if login is None:
            raise KeyInvalid
        return _by_login(login, address)
    return keys.identify(credential, address)


def _of_cookie(request: Request) -> Actor:
    cookie = cast(CookieSession, session)
    address = hosts.client_address(request)
    if cookie.token is None:
        return nobody(address)
    login = sessions.find(cookie.token)
    if login is None:
        cookie.drop()
        return nobody(address)
    cookie.adopt(login, fresh_token=cookie.token if login.is_prolonged else None)
    return _by_login(login, address)


def _by_login(login: sessions.LoginSession, address: str) -> Actor:
    return Actor(ActorKind.SESSION, address, login.user, credential_id=login.token_hash)
