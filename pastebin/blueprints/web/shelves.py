"""Pages of files: lists, one file, and what can be done with them; one's own, and for staff everybody's."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from flask import redirect, request
from werkzeug.wrappers import Response

from pastebin.blueprints import lists
from pastebin.blueprints.links import links
from pastebin.blueprints.lists import Page
from pastebin.blueprints.pages import person, render, render_again
from pastebin.blueprints.web import editing, gallery
from pastebin.blueprints.web.forms import FileForm
from pastebin.errors import FieldsInvalid, FieldsMissing
from pastebin.services import bounds, catalogue, directory, management, totals
from pastebin.services.actor import User
from pastebin.services.directory import Account
from pastebin.services.files import StoredFile
from pastebin.services.management import Reach, Reference

_KINDS = {
    "": "of any type", "text": "texts", "image": "images", "video": "videos", "audio": "audio",
    "application": "documents, archives and others",
}  # fmt: skip
_ORDERS = {
    "": "newest first", "created": "oldest first", "-size": "largest first", "size": "smallest first",
    "name": "by name", "-name": "by name, backwards",
}  # fmt: skip
# A column's first order when it is chosen, and that when it is chosen again.
_HEADINGS = {"name": ("name", "-name"), "size": ("-size", "size"), "created": ("", "created")}
# Of files that are searched for so many more than stand before a page are counted.
_COUNTED = 1001


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
    sort = _sort(request.args.get("sort", ""))
    most = lists.offset_of(number) + _COUNTED
    count, shown = catalogue.listing(chosen, lists.PAGE_LENGTH, lists.offset_of(number), most)
    page = Page(number, count, most if chosen.search or chosen.media_type else None)
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
        asked={name: request.args.get(name, "").strip() for name in ("q", "type", "owner")} | {"sort": sort},
        headings=lists.headings(request, _HEADINGS, sort),
        has=None if shelf.for_staff else totals.of(person().id),
        quota=bounds.largest_storage(person()),
        kinds=_KINDS,
        orders=_ORDERS,
        owners=directory.names_of(file.owner_id for file in shown) if shelf.for_staff else {},
        links=links(),
    )


def _sort(asked: str) -> str:
    """The order that the list is in: newest first where another was not asked for."""
    return asked if asked in _ORDERS else ""


def shown(shelf: Shelf, uuid: str) -> Response:
    """The page of one file."""
    file = management.find(shelf.reach, Reference(uuid))
    return render("manage.html", form=editing.form_of(file), **_facts(shelf, file))


def changed(shelf: Shelf, uuid: str) -> Response:
    """Change a file as the form on its page says."""
    file, form = management.find(shelf.reach, Reference(uuid)), FileForm()
    try:
        changed_file = editing.save(shelf.reach, file, form)
    except FieldsInvalid as error:
        return render_again("manage.html", form, error, _facts(shelf, file))
    saved = "Nothing was changed." if changed_file is file else "Saved."
    if changed_file.is_private and not file.is_private:
        saved += " Links that you gave out have stopped working."
    return render("manage.html", form=editing.form_of(changed_file), saved=saved, **_facts(shelf, changed_file))


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
    return {"file": file, "shelf": shelf, "links": links(), "lifetimes": editing.LIFETIMES, "owners": owners}
