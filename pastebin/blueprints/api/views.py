"""Which URLs the API has."""

from flask import Blueprint, current_app, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter
from werkzeug.wrappers import Response

from pastebin.access import rates
from pastebin.access.current import current_request, is_under_api
from pastebin.access.gate import Token, current_actor, gate
from pastebin.blueprints import clients, intake
from pastebin.blueprints.api import reference, wire
from pastebin.blueprints.api.documentation import in_code, reference_words, words
from pastebin.blueprints.description import Answer, describes, undocumented
from pastebin.blueprints.links import links
from pastebin.blueprints.pages import indexable, render
from pastebin.errors import EndpointNotFound
from pastebin.services import uploads
from pastebin.services.actor import Scope
from pastebin.services.switches import Switch

bp = Blueprint("api", __name__, url_prefix="/api", template_folder="templates")

bp.app_template_filter("in_code")(in_code)

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

_MADE = Answer(
    "Kept: acknowledged means that it would survive a power cut.", "UploadSchema",
    headers={"Location": "The file's link.", "X-Delete-URL": "The page whose button deletes it."},
)  # fmt: skip


@bp.get("", strict_slashes=False)
@gate()
@describes("documentation", {200: Answer("A page for people.", media_type="text/html")})
@indexable("How to upload files to this server from programs: curl lines to copy, ready files for known clients.")
def documentation() -> Response:
    """How to upload from programs, with this server's own addresses."""
    return render("api/documentation.html", **words(links(), current_actor()))


@bp.get("/reference")
@gate()
@describes("documentation", {200: Answer("A page for people.", media_type="text/html")})
@indexable("Every address of this server’s API: who may call it, what it takes and answers, and a curl line to copy.")
def reference_index() -> Response:
    """All operations, by protocol, and all errors."""
    return render("api/reference.html", **reference_words(links()))


@bp.get("/reference/<section>")
@gate()
@describes(
    "documentation",
    {200: Answer("A page for people.", media_type="text/html")},
    path={"section": "A part of the reference, such as `files`."},
    errors=(EndpointNotFound,),
)
@indexable("A part of the API of this server: who may call it, what it takes and answers, and curl lines to copy.")
def reference_section(section: str) -> Response:
    """The operations of one protocol, each with a curl line."""
    return render("api/section.html", section=reference.section(section), **reference_words(links()))


@bp.get("/openapi.json")
@gate()
@describes("documentation", {200: Answer("An OpenAPI 3.1 document.")})
def openapi_document() -> Response:
    """This document."""
    from pastebin.blueprints.api import openapi

    return jsonify(openapi.document(current_app, links().base))


@bp.get("/clients/<name>")
@gate()
@describes(
    "documentation",
    {200: Answer("The file, as an attachment.", media_type="text/plain")},
    path={"name": "`sharex.sxcu`, `pastebinit.conf`, `paste.sh`, `flameshot.sh`, `ksnip.sh` or `paste.ps1`."},
    errors=(EndpointNotFound,),
)
def client_file(name: str) -> Response:
    """A file that makes a client use this server: for ShareX, pastebinit, Flameshot, ksnip, or a shell."""
    return wire.render_client_file(name, clients.file(name, links()))


@bp.post("/upload")
@gate(scope=Scope.UPLOAD_FILE, token=Token.STREAM, uploads=True, switch=Switch.FILE_CREATE)
@describes(
    "upload",
    {201: _MADE},
    body={"multipart/form-data": "UploadFormSchema", "application/octet-stream": None},
    query="UploadQuerySchema",
)
def upload() -> Response:
    """Take files in: a multipart form, or a body that is the file itself.

    A body of any other type than `multipart/form-data` is the file as it stands, also where it calls itself an
    urlencoded form, as `curl --data-binary` does; its name is then `filename` of the query, or of
    `Content-Disposition`.
    """
    is_form = request.mimetype == "multipart/form-data"
    with intake.form() if is_form else intake.raw() as received:
        made = uploads.take_in(current_actor(), received.named_files(), received.rules(), rates.wanted())
    return wire.render_uploads(made, links())


@bp.route("/<path:anything>", methods=_METHODS)
@gate()
@undocumented
def unknown(anything: str) -> Response:
    """Whatever else is asked for under `/api`: not a file's address. Of an endpoint, a method that it does not take."""
    if methods := _methods_of_path():
        raise MethodNotAllowed(valid_methods=methods)
    raise EndpointNotFound


@bp.after_app_request
def allow_what_is_taken(response: Response) -> Response:
    """Have OPTIONS name the endpoint's own methods: Flask counts those of `unknown` among them, which are all."""
    request = current_request()
    if request.method == "OPTIONS" and is_under_api(request.path) and "Allow" in response.headers:
        response.headers["Allow"] = ", ".join(sorted(_methods_of_path()))
    return response


def _methods_of_path() -> set[str]:
    """The methods that the endpoint of this path takes; none where there is no such endpoint."""
    adapter = current_app.create_url_adapter(request)
    own = f"{bp.name}.{unknown.__name__}"
    found = {method for method in _METHODS if adapter and _endpoint(adapter, method) not in (own, None)}
    return found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set()) if found else found


def _endpoint(adapter: MapAdapter, method: str) -> str | None:
    try:
        return str(adapter.match(method=method)[0])
    except (NotFound, MethodNotAllowed):
        return None
