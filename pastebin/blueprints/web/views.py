"""Which URLs the pages have: the upload form, deletion links, and health."""

from uuid import UUID

from flask import jsonify
from werkzeug.wrappers import Response

from pastebin.access.gate import Token, current_actor, gate
from pastebin.blueprints.languages import LANGUAGES
from pastebin.blueprints.links import links
from pastebin.blueprints.pages import indexable, render
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.terms import terms
from pastebin.services import files, health
from pastebin.services.switches import Switch


@bp.get("/")
@bp.get("/upload")
@gate()
@indexable(
    "Upload a file, an image or a text, and get a short link to give to anyone. Without an account, by drag and "
    "drop or from a shell.",
    path="/",
)
def upload_form() -> Response:
    """The form that files and texts are uploaded with."""
    return render("upload.html", terms=terms(current_actor()), languages=LANGUAGES, home=links().home())


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
    failing = health.failing()
    response = jsonify({"status": "unavailable" if failing else "ok", "failing": failing})
    response.status_code = 503 if failing else 200
    return response
