"""What pages share: whether search engines may keep them; forms, with errors beside their fields; whose page it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app, make_response, render_template, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from pastebin.access.gate import current_actor
from pastebin.blueprints import errors
from pastebin.errors import LoginNeeded, PastebinError
from pastebin.services.actor import User

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Indexed:
    """What search engines are told of a page: what is on it, and the one path that it is known by."""

    description: str
    path: str


def indexable(description: str, path: str = "") -> Callable[[View], View]:
    """Mark a view's page as one of the site's own, for search engines to keep. All other pages say `noindex`.

    Args:
        description: a sentence or two, shown with search results.
        path: the one of its paths that it is known by, where it has several.
    """

    def attach(view: View) -> View:
        view.indexed = (description, path)  # type: ignore[attr-defined]  # functions carry what is hung on them
        return view

    return attach


def indexed() -> Indexed | None:
    """What search engines are told of the page that is asked for; None where they are to keep out."""
    view = current_app.view_functions.get(request.endpoint or "")
    marked = getattr(view, "indexed", None)
    if marked is None:
        return None
    description, path = marked
    return Indexed(description, path or request.path.rstrip("/"))


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
