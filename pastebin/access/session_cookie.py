"""Flask's session over our server-side logins: the cookie carries a signed token and nothing else."""

from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

from pastebin.access import hosts
from pastebin.access.current import current_request
from pastebin.services.sessions import LoginSession

_NAME = "pastebin_session"


class CookieSession(dict[str, Any], SessionMixin):
    """What Flask-Login and Flask-WTF see of a login. It is not saved: the server's own row is what counts.

    `token` is what the client sent; `fresh_token` what it is to be given;
    `dropped` that its cookie no longer stands and is to be removed.
    """

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self.token = token
        self.fresh_token: str | None = None
        self.dropped = False

    def adopt(self, login: LoginSession, fresh_token: str | None = None) -> None:
        """Speak for this login from here on."""
        self["_user_id"] = str(login.user.id)
        self["csrf_token"] = login.csrf_secret
        self.fresh_token = fresh_token or self.fresh_token

    def drop(self) -> None:
        """Forget the login, and have the client forget it."""
        self.clear()
        self.fresh_token = None
        self.dropped = True


class ServerSessions(SessionInterface):
    """Opens a `CookieSession` from the cookie and writes the cookie where it changes."""

    def open_session(self, app: Flask, request: Request) -> CookieSession:
        """The cookie's token, not yet looked up: a credential before it in precedence may make it moot."""
        return CookieSession(request.cookies.get(cookie_name(request)) if "Cookie" in request.headers else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set or remove the cookie."""
        if not isinstance(session, CookieSession) or not (session.fresh_token or session.dropped):
            return
        request = current_request()
        secure = hosts.is_secure(request)
        if session.fresh_token:
            response.set_cookie(
                cookie_name(request), session.fresh_token, httponly=True, samesite="Lax", path="/", secure=secure,
                max_age=app.extensions["pastebin.settings"].SESSION_LIFETIME,
            )  # fmt: skip
        elif session.dropped and not response.cache_control.public:  # what others may be handed from a cache
            response.delete_cookie(cookie_name(request), httponly=True, samesite="Lax", path="/", secure=secure)


def cookie_name(request: Request) -> str:
    """`__Host-` on https, so that no subdomain and no plain page can plant one."""
    return f"__Host-{_NAME}" if hosts.is_secure(request) else _NAME
