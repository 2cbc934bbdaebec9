"""What pages with forms share: the form itself, its errors beside its fields, and whose page it is."""

from collections.abc import Mapping

from flask import make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pastebin.access.gate import current_actor
from pastebin.blueprints import errors
from pastebin.errors import LoginNeeded, PastebinError
from pastebin.services.actor import User


class PageForm(FlaskForm):
    """The fields of a form on a page. Its CSRF token was checked by the gate, and its values are judged by services."""

    class Meta:
        """Not checked a second time."""

        csrf = False

    def __init__(self, *, empty: bool = False) -> None:
        """The form as it was sent, or *empty* whatever was sent."""
        given = {"formdata": None} if empty else {}
        super().__init__(**given)  # type: ignore[no-untyped-call]  # Flask-WTF has no types


def person() -> User:
    """Whose page this is.

    Raises:
        LoginNeeded: nobody's; a gate with `Needs.PERSON` stands before that.
    """
    user = current_actor().user
    if user is None:
        raise LoginNeeded
    return user


def render(template: str, **context: object) -> Response:
    """A page."""
    return make_response(render_template(template, **context))


def render_again(
    template: str,
    form: PageForm,
    error: PastebinError,
    context: Mapping[str, object] | None = None,
    *,
    field: str | None = None,
) -> Response:
    """A page whose form was refused, with the error's status, and its sentence at the field it is about.

    Args:
        field: the field at fault, for errors that do not name one; without it the sentence stands above the form.
    """
    named = error.facts.get("fields")
    at_fault = [str(each) for each in (named if isinstance(named, list) else [field or ""]) if each in form]
    for name in at_fault:
        form[name].errors = [error.message]
    problem = None if at_fault else error
    return errors.mark(render(template, **{"form": form, "problem": problem, **(context or {})}), error)
