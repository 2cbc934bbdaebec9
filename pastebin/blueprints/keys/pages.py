"""Which URLs the page of one's API keys has."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field, StringField

from pastebin import expiry
from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import clients
from pastebin.blueprints.keys import wire
from pastebin.blueprints.keys.views import bp
from pastebin.blueprints.links import links
from pastebin.blueprints.pages import PageForm, person, render, render_again
from pastebin.errors import FieldsInvalid
from pastebin.extensions import now
from pastebin.services import keys
from pastebin.services.actor import DEFAULT_SCOPES, Scope

_LIFETIMES = {"": "never", "1d": "in 1 day", "7d": "in 1 week", "30d": "in 30 days", "365d": "in 1 year"}


@dataclass(frozen=True)
class Allowed:
    """What a scope allows: as one word of a list, in a few words, and in a sentence."""

    word: str
    words: str
    sentence: str


_ALLOWS = {
    Scope.UPLOAD_FILE: Allowed("upload", "Upload", "What it uploads is yours. Alone it can neither read nor delete."),
    Scope.FILE_READ: Allowed("read", "Read your files", "List them, read private ones, and take all of them at once."),
    Scope.FILE_MODIFY: Allowed(
        "change", "Change and delete your files", "Names, expiry, who may read them; and delete them."
    ),
    Scope.STAFF_READ_FILES: Allowed(
        "look up everybody’s", "Look up everybody’s files", "What the server knows of them, not what is in them."
    ),
    Scope.STAFF_MODIFY_FILES: Allowed(
        "change everybody’s",
        "Change and delete everybody’s files",
        "And take them down. It is written into the audit log.",
    ),
}


class ScopesField(Field):
    """Checkboxes, one a scope; `data` is what was ticked, by name."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        """What was sent is what is wanted: no box ticked is no scope."""
        self.data = valuelist


class KeyForm(PageForm):
    """What is asked of a new key."""

    name = StringField("Name")
    scopes = ScopesField("What it may do", default=sorted(DEFAULT_SCOPES))
    expire = StringField("Expires")


@bp.get("/keys")
@gate(needs=Needs.PERSON)
def page() -> Response:
    """One's API keys, and a form that makes one."""
    return render("keys/keys.html", form=KeyForm(), **_shown())


@bp.post("/keys")
@gate(needs=Needs.PERSON, token=Token.FORM)
def make_on_page() -> Response:
    """Make a key, and show it this once."""
    form = KeyForm()
    try:
        scopes = wire.parse_scopes(request.form.getlist("scopes"))
        expires_at = expiry.parse(form.expire.data, now()) if form.expire.data else None
        made = keys.issue(person(), form.name.data, scopes, expires_at, by=current_actor())
    except FieldsInvalid as error:
        return render_again("keys/keys.html", form, error, _shown())
    response = render("keys/keys.html", form=KeyForm(empty=True), made=made, **_shown(made.secret))
    response.status_code = 201
    return response


@bp.post("/keys/<key_id>/invalidate")
@gate(needs=Needs.PERSON, token=Token.FORM)
def invalidate_on_page(key_id: str) -> Response:
    """Make one key unusable."""
    keys.invalidate(person().id, wire.parse_id(key_id))
    return redirect(url_for(".page"), 303)


@bp.post("/keys/invalidate")
@gate(needs=Needs.PERSON, token=Token.FORM)
def invalidate_all_on_page() -> Response:
    """Make all one's keys unusable."""
    keys.invalidate_all(person().id)
    return redirect(url_for(".page"), 303)


def _shown(secret: str | None = None) -> dict[str, object]:
    """The keys there are, what a new one may be given, and lines for programs, with the key that was just made."""
    user = person()
    scopes = {scope: allowed for scope, allowed in _ALLOWS.items() if user.is_staff or not scope.for_staff}
    return {
        "keys": keys.listing(user.id),
        "scopes": scopes,
        "all_scopes": _ALLOWS,
        "lifetimes": _LIFETIMES,
        "texts": clients.snippets(links(), secret or clients.KEY_PLACEHOLDER),
        "placeholder": clients.KEY_PLACEHOLDER,
    }
