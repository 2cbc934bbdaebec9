"""Which URLs logging in from programs has (contract sections 2 and 6), and who one is."""

from typing import Any

from flask import Request, jsonify, request
from werkzeug.wrappers import Response

from pastebin.access import csrf, login
from pastebin.access.gate import Needs, Token, current_actor, current_user, gate
from pastebin.blueprints.api.views import bp
from pastebin.blueprints.description import JSON, Answer, describes
from pastebin.blueprints.json_body import is_form, json_object, password_field
from pastebin.errors import CredentialsInvalid, FieldsMissing, PasswordInvalid
from pastebin.services import accounts, bounds, closing, totals
from pastebin.services.actor import User
from pastebin.services.switches import Switch

_TAG = "session"


@bp.post("/login")
@gate(token=Token.FORM, always=True)
@describes(
    _TAG,
    {200: Answer("Logged in: by the cookie, and by the token, which is sent like an API key.", "LoginSchema")},
    body={JSON: "LoginWantedSchema", "application/x-www-form-urlencoded": "LoginWantedSchema"},
    body_needed=True,
    errors=(CredentialsInvalid, FieldsMissing),
)
def begin_session() -> Response:
    """Log in with a user name and password."""
    name, password = _parse_login(request)
    user = accounts.log_in(current_actor(), name, password)
    token, begun = login.begin(user)
    return jsonify(
        {
            "username": user.name,
            "uid": str(user.id),
            "csrf_token": csrf.token(),
            "token": token,
            "exp": int(begun.expires_at.timestamp()),
        }
    )


@bp.post("/refresh")
@gate(needs=Needs.SESSION, token=Token.NONE)
@describes(_TAG, {200: Answer("A token for `X-CSRF-Token`.", "CsrfSchema")})
def refresh() -> Response:
    """A fresh CSRF token for the login cookie; null for a session whose token was sent, which needs none."""
    return jsonify({"csrf_token": None if "Authorization" in request.headers else csrf.token()})


@bp.post("/logout")
@gate(needs=Needs.SESSION, token=Token.FORM)
@describes(_TAG, {200: Answer("The session is over.", "DoneSchema")})
def end_session() -> Response:
    """Log out: this session ends, on the server too."""
    login.end()
    return jsonify({"status": True, "success": True, "message": "You are logged out."})


@bp.get("/users/me")
@gate(needs=Needs.ACCOUNT)
@describes(_TAG, {200: Answer("The account.", "AccountSchema")})
def me() -> Response:
    """Whose credential it is."""
    return jsonify(_described(current_user()))


@bp.delete("/users/me")
@gate(needs=Needs.SESSION, switch=Switch.FILE_DELETE)
@describes(
    _TAG, {200: Answer("It is gone.", "DoneSchema")}, body={JSON: "PasswordSchema"}, body_needed=True,
    errors=(FieldsMissing, PasswordInvalid),
)  # fmt: skip
def close_account() -> Response:
    """Delete one's account: its files, keys and sessions go with it. It needs the password once more."""
    closing.close_own(current_actor(), password_field(json_object(request, '{"password": "…"}')))
    login.end()
    return jsonify({"status": True, "success": True, "message": "Your account and its files are deleted."})


def _described(user: User) -> dict[str, Any]:
    has = totals.of(user.id)
    return {
        "uid": str(user.id),
        "username": user.name,
        "email": user.email,
        "isVerified": user.is_verified,
        "isStaff": user.is_staff,
        "fileCount": has.files,
        "usedBytes": has.size_bytes,
        "quota": bounds.largest_storage(user),
        "maxFileSize": bounds.largest_body(current_actor()),
    }


def _parse_login(request: Request) -> tuple[str, str]:
    """User name and password, from a form or from JSON.

    Raises:
        FieldsMissing: one of them, or both.
    """
    body = request.form if is_form(request) else json_object(request, '{"username": "ann", "password": "…"}')
    name, password = body.get("username"), body.get("password")
    missing = [field for field, text in (("username", name), ("password", password)) if not isinstance(text, str)]
    if missing:
        raise FieldsMissing(f"Missing: {', '.join(missing)}.", fields=missing)
    return str(name), str(password)
