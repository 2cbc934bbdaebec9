"""Which URLs staff's pages of files have: everybody's, encrypted ones, and takedowns."""

from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import lists
from pastebin.blueprints.numbers import user_id
from pastebin.blueprints.pages import render, render_again
from pastebin.blueprints.web import shelves
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.forms import TakedownForm
from pastebin.blueprints.web.shelves import Shelf
from pastebin.errors import FieldsInvalid
from pastebin.services import directory, encrypted_listing, management, takedowns


def _everybodys() -> Shelf:
    return Shelf(management.of_everybody(current_actor()), "/admin/files")


@bp.get("/admin/files")
@gate(needs=Needs.STAFF_PERSON)
def all_files() -> Response:
    """Everybody's files, or those of one account (`owner`)."""
    owner = request.args.get("owner", "").strip()
    return shelves.listed(_everybodys(), directory.get(user_id(owner)) if owner else None)


@bp.post("/admin/files/delete")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def delete_any_files() -> Response:
    """Delete several files, after a question."""
    return shelves.several_deleted(_everybodys())


@bp.get("/admin/files/<uuid:uuid>")
@gate(needs=Needs.STAFF_PERSON)
def manage_any(uuid: UUID) -> Response:
    """Staff's page of a file."""
    return shelves.shown(_everybodys(), str(uuid))


@bp.post("/admin/files/<uuid:uuid>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def change_any(uuid: UUID) -> Response:
    """Change somebody's file."""
    return shelves.changed(_everybodys(), str(uuid))


@bp.post("/admin/files/<uuid:uuid>/delete")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def delete_any(uuid: UUID) -> Response:
    """Delete somebody's file."""
    return shelves.deleted(_everybodys(), str(uuid))


# ---- encrypted files


@bp.get("/admin/encrypted")
@gate(needs=Needs.STAFF_PERSON)
def all_encrypted() -> Response:
    """Encrypted files, or those whose UUID begins as is searched for; a whole link will do."""
    number, search = lists.page_number(request.args), lists.selection(None, request.args).search
    count, found = encrypted_listing.listing(search, lists.PAGE_LENGTH, lists.offset_of(number))
    return render("admin/encrypted.html", entries=found, search=search, **lists.pager(request, number, count))


@bp.get("/admin/encrypted/<uuid:fileid>")
@gate(needs=Needs.STAFF_PERSON)
def one_encrypted(fileid: UUID) -> Response:
    """What is known of an encrypted file."""
    return render("admin/encrypted_file.html", entry=encrypted_listing.get(str(fileid)))


@bp.post("/admin/encrypted/<uuid:fileid>/delete")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def delete_encrypted(fileid: UUID) -> Response:
    """Delete an encrypted file."""
    gone = encrypted_listing.delete(current_actor(), str(fileid))
    return render("admin/encrypted_file.html", entry=gone, is_gone=True)


# ---- takedowns


@bp.get("/admin/takedowns")
@gate(needs=Needs.STAFF_PERSON)
def all_takedowns() -> Response:
    """What was taken down, and a form for more; `digest` in the query fills it in."""
    form = TakedownForm(empty=True)
    form.digest.data = request.args.get("digest", "")
    return render("admin/takedowns.html", form=form, **_takedowns(), **_affected(form))


@bp.post("/admin/takedowns")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def take_down() -> Response:
    """Take a content down."""
    form = TakedownForm()
    try:
        made, count = takedowns.make(
            current_actor(), (form.digest.data or "").strip(), (form.reason.data or "").strip()
        )  # fmt: skip
    except FieldsInvalid as error:
        return render_again("admin/takedowns.html", form, error, _takedowns() | _affected(form))
    return render("admin/takedowns.html", form=TakedownForm(empty=True), made=made, gone=count, **_takedowns())


@bp.post("/admin/takedowns/<digest>/lift")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def lift_takedown(digest: str) -> Response:
    """Take a takedown back."""
    takedowns.lift(current_actor(), digest)
    return redirect(url_for(".all_takedowns"), 303)


def _affected(form: TakedownForm) -> dict[str, object]:
    """What is there of the content that the form names, for who is about to take it down."""
    affected = takedowns.affected((form.digest.data or "").strip())
    owners = directory.names_of(file.owner_id for file in affected.newest) if affected else {}
    return {"affected": affected, "owners": owners}


def _takedowns() -> dict[str, object]:
    number = lists.page_number(request.args)
    count, found = takedowns.listing(lists.PAGE_LENGTH, lists.offset_of(number))
    return {"takedowns": found, **lists.pager(request, number, count)}
