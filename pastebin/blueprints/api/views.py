"""Which URLs the API has."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from pastebin.access.gate import Token, current_actor, gate
from pastebin.blueprints import intake
from pastebin.blueprints.api import wire
from pastebin.blueprints.links import links
from pastebin.errors import EndpointNotFound
from pastebin.services import uploads
from pastebin.services.actor import Scope

bp = Blueprint("api", __name__, url_prefix="/api")


@bp.post("/upload")
@gate(scope=Scope.UPLOAD_FILE, token=Token.STREAM, uploads=True)
def upload() -> Response:
    """Take files in: a multipart form, or a body that is the file itself."""
    is_form = request.mimetype == "multipart/form-data"
    with intake.form(request) if is_form else intake.raw(request) as received:
        made = uploads.take_in(current_actor(), received.named_files(), received.rules())
    return wire.render_uploads(made, links())


@bp.route("/<path:anything>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@gate()
def unknown(anything: str) -> Response:
    """Whatever else is asked for under `/api`: not a file's address."""
    raise EndpointNotFound
