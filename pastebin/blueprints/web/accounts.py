"""Which URLs accounts have: register, log in and out, and one's own account."""

import re

from flask import redirect, request
from werkzeug.wrappers import Response

from pastebin.access import login as logins
from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints.pages import person, render, render_again
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.forms import ClosingForm, EmailForm, LoginForm, PasswordForm, RegisterForm
from pastebin.errors import (
    CredentialsInvalid,
    FieldsInvalid,
    PasswordInvalid,
    RateLimited,
    RegistrationClosed,
    ServiceUnavailable,
    UserExists,
)
from pastebin.extensions import settings
from pastebin.services import accounts, bounds, catalogue, closing, keys, totals, verification
from pastebin.services.catalogue import Selection
from pastebin.services.switches import Switch

# A path on this server: browsers drop tabs and line ends from addresses and take a backslash for a slash,
# so that "/\t/elsewhere" and "/\elsewhere" lead away.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")


@bp.get("/register")
@gate(switch=Switch.ACCOUNT_CREATE)
def register() -> Response:
    """The form that makes an account."""
    if settings.REGISTRATION != "open":
        raise RegistrationClosed
    return redirect(_next()) if current_actor().user else render("register.html", form=RegisterForm())


@bp.post("/register")
@gate(token=Token.FORM, switch=Switch.ACCOUNT_CREATE)
def make_account() -> Response:
    """Make an account and log its owner in."""
    form = RegisterForm()
    try:
        form.check_repetition()
        user = accounts.register(
            current_actor(), form.username.data or "", form.password.data or "", form.email.data or None
        )
    except (FieldsInvalid, RateLimited, ServiceUnavailable) as error:
        return render_again("register.html", form, error)
    except UserExists as error:
        return render_again("register.html", form, error, field="username")
    logins.begin(user)
    wanted = _next()
    return redirect("/?welcome" if wanted == "/" else wanted, 303)


@bp.get("/login")
@gate(always=True)
def login() -> Response:
    """The form that begins a session."""
    return redirect(_next()) if current_actor().user else render("login.html", form=LoginForm())


@bp.post("/login")
@gate(token=Token.FORM, always=True)
def begin_session() -> Response:
    """Log in."""
    form = LoginForm()
    try:
        user = accounts.log_in(current_actor(), form.username.data or "", form.password.data or "")
    except (CredentialsInvalid, RateLimited, ServiceUnavailable) as error:
        return render_again("login.html", form, error)
    logins.begin(user)
    return redirect(_next(), 303)


@bp.post("/logout")
@gate(token=Token.FORM)
def logout() -> Response:
    """End the session, here and on the server."""
    logins.end()
    return redirect("/", 303)


@bp.get("/account")
@gate(needs=Needs.PERSON)
def account() -> Response:
    """One's own account: what is known of it, and forms for a new password and another e-mail address."""
    return _account()


@bp.post("/account")
@gate(needs=Needs.PERSON, token=Token.FORM)
def change_password() -> Response:
    """Set a new password; every other session of the account ends."""
    form = PasswordForm()
    try:
        form.check_repetition()
        accounts.change_password(current_actor(), form.old_password.data or "", form.new_password.data or "")
    except (FieldsInvalid, RateLimited, ServiceUnavailable) as error:
        return render_again("account.html", form, error, _facts())
    except PasswordInvalid as error:
        return render_again("account.html", form, error, _facts(), field="old_password")
    return _account(changed="password")


@bp.post("/account/email")
@gate(needs=Needs.PERSON, token=Token.FORM)
def change_email() -> Response:
    """Give the account another e-mail address, which is sent a link that confirms it."""
    form = EmailForm()
    # The page's other form is not the one that was sent.
    again = {"form": PasswordForm(empty=True), "email_form": form}
    try:
        verification.change(current_actor(), form.password.data or "", form.email.data or "")
    except (FieldsInvalid, RateLimited, ServiceUnavailable) as error:
        return render_again("account.html", form, error, _facts() | again)
    except PasswordInvalid as error:
        return render_again("account.html", form, error, _facts() | again, field="password")
    return _account(changed="email")


@bp.post("/account/verification")
@gate(needs=Needs.PERSON, token=Token.FORM)
def send_verification() -> Response:
    """Send the link that confirms the e-mail address once more."""
    form = EmailForm(empty=True)
    again = {"form": PasswordForm(empty=True), "email_form": form}
    try:
        verification.ask(current_actor())
    except (FieldsInvalid, RateLimited, ServiceUnavailable) as error:
        return render_again("account.html", form, error, _facts() | again)
    return _account(changed="sent")


def _account(changed: str | None = None) -> Response:
    return render("account.html", form=PasswordForm(empty=True), changed=changed, problem=None, **_facts())


@bp.get("/account/delete")
@gate(needs=Needs.PERSON, switch=Switch.FILE_DELETE)
def closing_form() -> Response:
    """What ends with an account, and a form that ends it."""
    return render("close_account.html", form=ClosingForm(), **_facts())


@bp.post("/account/delete")
@gate(needs=Needs.PERSON, token=Token.FORM, switch=Switch.FILE_DELETE)
def close_account() -> Response:
    """Delete the account with all its files."""
    form = ClosingForm()
    try:
        closing.close_own(current_actor(), form.password.data or "")
    except (RateLimited, ServiceUnavailable) as error:
        return render_again("close_account.html", form, error, _facts())
    except PasswordInvalid as error:
        return render_again("close_account.html", form, error, _facts(), field="password")
    logins.end()
    return render("account_closed.html")


def _facts() -> dict[str, object]:
    user = accounts.get(person().id)
    file_count, _none = catalogue.listing(Selection(user.id), limit=0)
    return {
        "user": user,
        "file_count": file_count,
        "used_bytes": totals.of(user.id).size_bytes,
        "quota": bounds.largest_storage(user),
        "key_count": len(keys.listing(user.id)),
        "email_form": EmailForm(empty=True),
    }


def _next() -> str:
    """Where to go on: `?next=`, if that is a path of this server."""
    wanted = request.args.get("next", "")
    return wanted if _OWN_PATH.fullmatch(wanted) else "/"
