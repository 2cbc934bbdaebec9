"""Flask-Login over our own identities: `current_user` for templates, login and logout of the cookie."""

from typing import cast

from flask import Flask, Request, session
from flask_login import UserMixin, login_user, logout_user

from pastebin.access import identity
from pastebin.access.current import g
from pastebin.access.session_cookie import CookieSession
from pastebin.extensions import login_manager
from pastebin.services import sessions
from pastebin.services.actor import Actor, ActorKind, User


class Account(UserMixin):
    """A `User` as Flask-Login wants to see one."""

    def __init__(self, user: User) -> None:
        self.id = user.id
        self.name = user.name
        self.is_staff = user.is_staff
        self.email = user.email


def register_login(app: Flask) -> None:
    """Bind Flask-Login to an app."""
    # The login is the server's own row: a changed user agent does not end it.
    setattr(login_manager, "session_protection", None)  # noqa: B010 - typed as text, documented to take None
    login_manager.init_app(app)


@login_manager.user_loader
def _load_user(user_id: str) -> Account | None:
    actor = _actor()
    return Account(actor.user) if actor and actor.user and str(actor.user.id) == user_id else None


@login_manager.request_loader
def _load_of_request(request: Request) -> Account | None:
    actor = _actor()
    return Account(actor.user) if actor and actor.user else None


def begin(user: User) -> tuple[str, sessions.LoginSession]:
    """Log the current client in as *user*: a session of its own, and its cookie. Returns its token, and the session."""
    end()
    token, login = sessions.begin(user)
    _cookie().adopt(login, fresh_token=token)
    login_user(Account(user))
    return token, login


def end() -> None:
    """Log the current client out, if it is logged in, by its cookie or by its session's token."""
    actor = _actor()
    if actor and actor.kind is ActorKind.SESSION:
        sessions.end(actor.credential_id)
    if "_user_id" in session:
        logout_user()
        _cookie().drop()


def who(request: Request) -> Actor:
    """Who asks, also where no gate stands before (an error page)."""
    if "actor" not in g:
        g.actor = identity.of_headers(request)
    return cast(Actor, g.actor)


def _actor() -> Actor | None:
    return cast("Actor | None", g.get("actor"))


def _cookie() -> CookieSession:
    return cast(CookieSession, session)
