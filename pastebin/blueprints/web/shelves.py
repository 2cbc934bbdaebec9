"""Pages of files: lists, one file, and what can be done with them; one's own, and for staff everybody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import redirect, request
from werkzeug.wrappers import Response

from pastebin import expiry
from pastebin.blueprints import lists
from pastebin.blueprints.intake import parse_rules
from pastebin.blueprints.links import links
from pastebin.blueprints.lists import Page
from pastebin.blueprints.pages import render, render_again
from pastebin.blueprints.web import gallery
from pastebin.blueprints.web.forms import FileForm
from pastebin.errors import FieldsInvalid, FieldsMissing
from pastebin.extensions import now
from pastebin.services import catalogue, directory, management
from pastebin.services.actor import User
from pastebin.services.directory import Account
from pastebin.services.files import StoredFile
from pastebin.services.management import Changes, Reach, Reference
from pastebin.services.uploads import Privacy

_KINDS = {
    "": "of any type", "text": "texts", "image": "images", "video": "videos", "audio": "audio",
    "application": "documents, archives and others",
}  # fmt: skip
_ORDERS = {
    "": "newest first", "created": "oldest first", "-size": "largest first", "size": "smallest first",
    "name": "by name", "-name": "by name, backwards",
}  # fmt: skip
_LIFETIMES = {
    "": "as it is", "never": "never", "1h": "in 1 hour", "1d": "in 1 day", "1w": "in 1 week", "30d": "in 30 days",
    "365d": "in 1 year",
}  # fmt: skip
_NEVER = "never"
_PRIVACIES = {Privacy.PUBLIC: "0", Privacy.BY_KEY: "1", Privacy.OWNER_ONLY: "owner"}


VIEW = "view"
GRID = "grid"


@dataclass(frozen=True)
class Shelf:
    """Files that somebody may manage, the path under which their pages are, and whether they are looked at in a grid.

    Staff have no grid: the bytes of private files are not theirs to see.
    """

    reach: Reach
    path: str
    in_grid: bool = False

    def path_to(self, *parts: str) -> str:
        """Where a page is; without parts the list. It leads back to the grid where that is where one came from."""
        return "/".join((self.path, *parts)) + (f"?{VIEW}={GRID}" if self.in_grid else "")

    @property
    def for_staff(self) -> bool:
        """Whether they are seen by being staff: private keys then are not."""
        return self.reach.staff is not None


def listed(shelf: Shelf, owner: User | Account | None) -> Response:
    """A page of the list. *owner*: whose files alone, None for all that are within reach."""
    number = lists.page_number(request.args)
    chosen = lists.selection(owner.id if owner else None, request.args)
    count, shown = catalogue.listing(chosen, lists.PAGE_LENGTH, lists.offset_of(number))
    page = Page(number, count)
    if number > page.last:
        return redirect(lists.path_of_page(request, page.last))
    return render(
        "files.html",
        shelf=shelf,
        owner=owner,
        files=shown,
        cards=gallery.cards(shown) if shelf.in_grid else [],
        views={"List": lists.path_with(request, view=""), "Grid": lists.path_with(request, view=GRID)},
        page=page,
        page_path=partial(lists.path_of_page, request),
        asked={name: request.args.get(name, "").strip() for name in ("q", "type", "sort", "owner")},
        kinds=_KINDS,
        orders=_ORDERS,
        owners=directory.names_of(file.owner_id for file in shown) if shelf.for_staff else {},
        links=links(),
    )


def shown(shelf: Shelf, uuid: str) -> Response:
    """The page of one file."""
    file = management.find(shelf.reach, Reference(uuid))
    return render("manage.html", form=_form_of(file), **_facts(shelf, file))


def changed(shelf: Shelf, uuid: str) -> Response:
    """Change a file as the form on its page says."""
    file, form = management.find(shelf.reach, Reference(uuid)), FileForm()
    try:
        changes = _changes(form, file, for_staff=shelf.for_staff)
        file = management.change(shelf.reach, Reference(uuid), changes) if changes.fields else file
    except FieldsInvalid as error:
        return render_again("manage.html", form, error, _facts(shelf, file))
    saved = "Saved." if changes.fields else "Nothing was changed."
    return render("manage.html", form=_form_of(file), saved=saved, **_facts(shelf, file))


def deleted(shelf: Shelf, uuid: str) -> Response:
    """Delete one file."""
    return render("deleted.html", file=management.delete(shelf.reach, Reference(uuid)), shelf=shelf)


def several_deleted(shelf: Shelf) -> Response:
    """Delete the files that were ticked, once it is confirmed that it is meant."""
    ids = dict.fromkeys(request.form.getlist("ids"))
    if not ids:
        raise FieldsMissing("No file was chosen. Go back, tick those that are to go, and try again.", fields=["ids"])
    references = [Reference(each) for each in ids]
    if request.form.get("confirmed") != "1":
        return render("confirm_deletion.html", files=management.find_several(shelf.reach, references), shelf=shelf)
    return render("deleted.html", count=management.delete_several(shelf.reach, references), shelf=shelf)


def _facts(shelf: Shelf, file: StoredFile) -> Mapping[str, object]:
    owners = directory.names_of([file.owner_id]) if shelf.for_staff else {}
    return {"file": file, "shelf": shelf, "links": links(), "lifetimes": _LIFETIMES, "owners": owners}


def _form_of(file: StoredFile) -> FileForm:
    """The form with what stands."""
    form = FileForm(empty=True)
    form.name.data, form.filename.data, form.extension.data = file.name or "", file.filename, file.extension
    form.limit.data = str(file.download_limit or "")
    form.private.data = _PRIVACIES[_privacy(file)]
    form.expire.data = ""
    return form


def _changes(form: FileForm, file: StoredFile, *, for_staff: bool) -> Changes:
    """What the form would have otherwise than it is."""
    name, filename, extension = ((field.data or "").strip() for field in (form.name, form.filename, form.extension))
    rules = parse_rules({"limit": form.limit.data or "", "private": form.private.data or ""}, _privacy(file))
    expire = form.expire.data or ""
    is_changed = {
        "name": name != (file.name or ""),
        "filename": filename != file.filename,
        "extension": extension != file.extension,
    }
    if not for_staff:
        is_changed |= {
            "expire": bool(expire),
            "limit": rules.download_limit != file.download_limit,
            "private": rules.privacy is not _privacy(file),
        }
    return Changes(
        frozenset(field for field, is_otherwise in is_changed.items() if is_otherwise),
        name=name or None,
        filename=filename,
        extension=extension,
        expires_at=expiry.parse(expire, now()) if expire and expire != _NEVER else None,
        download_limit=rules.download_limit,
        privacy=rules.privacy,
    )


def _privacy(file: StoredFile) -> Privacy:
    if not file.is_private:
        return Privacy.PUBLIC
    return Privacy.BY_KEY if file.private_key else Privacy.OWNER_ONLY
