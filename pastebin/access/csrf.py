"""That a changing request was meant: CSRF token and origin (contract section 2)."""

from flask import Request
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from pastebin.access import hosts
from pastebin.errors import CrossSite, CsrfInvalid, CsrfMissing

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(request: Request) -> None:
    """Refuse a changing request that a browser says another site made.

    Raises:
        CrossSite: `Sec-Fetch-Site` or `Origin` says so.
    """
    if request.headers.get("Sec-Fetch-Site", "").lower() in ("cross-site", "same-site"):
        raise CrossSite
    origin = request.headers.get("Origin")
    if origin is not None and not hosts.is_own_origin(request, origin):
        raise CrossSite


def check_token(token: str | None) -> None:
    """Compare a token with the session that the cookie stands for.

    Raises:
        CsrfMissing: there is none.
        CsrfInvalid: it is not this session's.
    """
    if not token:
        raise CsrfMissing
    try:
        validate_csrf(token)
    except ValidationError as fault:
        raise CsrfInvalid from fault


def token() -> str:
    """The current session's token, for forms and for `X-CSRF-Token`."""
    return str(generate_csrf())
