"""Which URLs the pages have: the upload form, one's own files, deletion links, and health."""

from uuid import UUID

from flask import jsonify, redirect, request, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints.links import links
from pastebin.blueprints.numbers import whole_number
from pastebin.blueprints.pages import person, render
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.terms import terms
from pastebin.extensions import reading, store
from pastebin.services import catalogue, files
from pastebin.services.catalogue import Selection
from pastebin.services.files import StoredFile
from pastebin.services.switches import Switch

PAGE_LENGTH = 50


@bp.get("/")
@bp.get("/upload")
@gate()
def upload_form() -> Response:
    """The form that files and texts are uploaded with."""
    return render("upload.html", terms=terms(current_actor()), home=links().home())


@bp.get("/files")
@gate(needs=Needs.PERSON)
def own_files() -> Response:
    """One's own files, newest first."""
    page = _page_number()
    count, shown = catalogue.listing(Selection(person().id), PAGE_LENGTH, (page - 1) * PAGE_LENGTH)
    last_page = max(1, -(-count // PAGE_LENGTH))
    if page > last_page:
        return redirect(url_for(".own_files", page=last_page))
    return render("files.html", files=shown, count=count, page=page, last_page=last_page, links=links())


@bp.get("/files/<uuid:uuid>")
@gate(needs=Needs.PERSON)
def manage(uuid: UUID) -> Response:
    """The owner's page of a file: what is known of it, its links, and its end."""
    return render("manage.html", file=_own(uuid), links=links())


@bp.post("/files/<uuid:uuid>/delete")
@gate(needs=Needs.PERSON, token=Token.FORM, switch=Switch.FILE_DELETE)
def delete_own(uuid: UUID) -> Response:
    """Delete a file of one's own."""
    file = _own(uuid)
    files.remove([file.uuid])
    return render("deleted.html", file=file)


@bp.get("/delete/<uuid:uuid>/<token>")
@gate()
def deletion(uuid: UUID, token: str) -> Response:
    """What a deletion link leads to: nothing is deleted by looking at it."""
    return render("delete.html", file=files.check_delete_token(str(uuid), token))


@bp.post("/delete/<uuid:uuid>/<token>")
@gate(token=Token.FORM, switch=Switch.FILE_DELETE)
def delete(uuid: UUID, token: str) -> Response:
    """Delete the file that a deletion link is for."""
    file = files.check_delete_token(str(uuid), token)
    files.delete_by_token(file.uuid, token)
    return render("deleted.html", file=file)


@bp.get("/healthz")
@gate(always=True)
def healthz() -> Response:
    """The process lives."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@gate(always=True)
def readyz() -> Response:
    """Database and store answer; else 503 names which does not."""
    failing = []
    try:
        with reading() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        failing.append("database")
    try:
        store.free_bytes()
    except OSError:
        failing.append("store")
    response = jsonify({"status": "unavailable" if failing else "ok", "failing": failing})
    response.status_code = 503 if failing else 200
    return response


def _own(uuid: UUID) -> StoredFile:
    return files.get_own(current_actor(), str(uuid))


def _page_number() -> int:
    """`?page=`, from 1; nonsense is the first page."""
    return max(1, whole_number(request.args.get("page", ""), 8) or 1)
