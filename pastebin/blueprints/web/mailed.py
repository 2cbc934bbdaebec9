"""Which URLs the links in mails lead to, and where a link for a new password is asked for.

Looking at such a link uses nothing up: programs that look for evil in mails
follow links too. Its button does.
"""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from pastebin.access.gate import Token, current_actor, gate
from pastebin.blueprints.pages import render, render_again
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.forms import ForgottenForm, ResetForm
from pastebin.errors import FieldsInvalid, RateLimited, ServiceUnavailable
from pastebin.services import recovery, verification
from pastebin.services.switches import Switch


@bp.get("/verify/<ticket>")
@gate()
def verify(ticket: str) -> Response:
    """What a link out of a mail confirms: an e-mail address."""
    return render("verify.html", claim=verification.look(ticket))


@bp.post("/verify/<ticket>")
@gate(token=Token.FORM)
def confirm(ticket: str) -> Response:
    """Confirm it."""
    return render("verify.html", claim=verification.confirm(ticket), is_done=True)


@bp.get("/forgot")
@gate(switch=Switch.ACCOUNT_LOGIN)
def forgot() -> Response:
    """The form that asks for a link that sets a new password."""
    return render("forgot.html", form=ForgottenForm())


@bp.post("/forgot")
@gate(token=Token.FORM, switch=Switch.ACCOUNT_LOGIN)
def ask_for_reset() -> Response:
    """Ask for such a link. The answer is the same whoever is meant."""
    form = ForgottenForm()
    try:
        recovery.ask(current_actor(), form.account.data or "")
    except (FieldsInvalid, RateLimited, ServiceUnavailable) as error:
        return render_again("forgot.html", form, error)
    return render("forgot.html", form=ForgottenForm(empty=True), is_done=True)


@bp.get("/reset/<ticket>")
@gate(switch=Switch.ACCOUNT_LOGIN)
def reset_form(ticket: str) -> Response:
    """The form that a link out of a mail leads to: a new password."""
    return render("reset.html", form=ResetForm(), name=recovery.look(ticket))


@bp.post("/reset/<ticket>")
@gate(token=Token.FORM, switch=Switch.ACCOUNT_LOGIN)
def reset(ticket: str) -> Response:
    """Set it; all sessions of the account end."""
    form = ResetForm()
    name = recovery.look(ticket)
    try:
        form.check_repetition()
        recovery.reset(ticket, form.new_password.data or "")
    except (FieldsInvalid, ServiceUnavailable) as error:
        return render_again("reset.html", form, error, {"name": name})
    return redirect(url_for(".login", reset="done"), 303)
