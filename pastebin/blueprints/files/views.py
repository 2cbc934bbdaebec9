"""Which URLs serve, take in and delete files by address."""

from collections.abc import Callable

from flask import Blueprint, jsonify, redirect, request
from werkzeug.wrappers import Response

from pastebin.access import rates
from pastebin.access.gate import Token, current_actor, gate, rule_of
from pastebin.blueprints import delivery, encrypted_page, intake, transforms
from pastebin.blueprints.description import Answer, describes
from pastebin.blueprints.files import alike, wire
from pastebin.blueprints.links import links, private_key
from pastebin.errors import (
    AmbiguousFile,
    ContentRemoved,
    FileNotFound,
    ImageUnusable,
    PermissionMissing,
    SessionInvalid,
)
from pastebin.images.recipe import THUMBNAIL
from pastebin.services import checksums, files, uploads, views
from pastebin.services.actor import Scope
from pastebin.services.files import PublicBlob, StoredFile
from pastebin.services.switches import Switch
from pastebin.services.uploads import Privacy

bp = Blueprint("files", __name__)

_TAG = "pastebin"
_STORE = "store"
_BYTES = "application/octet-stream"
_ADDRESS = {
    "segment": "A hash, or a UUID, with any extension or none.",
    "name": "Any name: the file is saved under it.",
}
_UUID = {"segment": "A UUID. Of a hash, `UUID.EXT`, or any other address this is a name like any other."}
_READ = {
    200: Answer("The bytes, or the image that the query makes of them.", media_type=_BYTES),
    206: Answer("The range that was asked for.", media_type=_BYTES),
    301: Answer("To the same hash in lower case.", media_type="text/html"),
    304: Answer("What you have is what there is.", media_type=_BYTES),
    416: Answer("There is no such range.", media_type="text/plain"),
}
_NOT_READ = (FileNotFound, ContentRemoved)
_LINK = {"Location": "The file's link.", "X-Delete-URL": "The page whose button deletes it."}


@bp.get("/<segment>")
@bp.get("/<segment>/")
@bp.get("/<segment>/<path:name>")
@gate()
@describes(_TAG, _READ, query="AddressQuerySchema", path=_ADDRESS, errors=(*_NOT_READ, ImageUnusable))
def serve(segment: str, name: str | None = None) -> Response:
    """The bytes of an address, unchanged; of an encrypted file the page that decrypts it."""
    address = wire.parse_address(segment)
    if address.is_uuid:
        return _serve_file(address, name)
    if not address.in_lower_case:
        return redirect(wire.in_lower_case(request, address), 301)

    def look() -> tuple[PublicBlob, delivery.Content]:
        blob = files.find_published(address.reference)
        return blob, delivery.of_blob(blob, address.reference, address.extension, name)

    blob, content = look()
    viewed = views.of_content(blob.digest, current_actor().user_id)
    return transforms.deliver(request, blob, content, look, viewed=viewed)


def _serve_file(address: wire.Address, name: str | None) -> Response:
    actor = current_actor()
    look = _looking_for(address, address.extension, name)
    try:
        file, content = look()
    except FileNotFound:
        if address.extension is None and name is None:
            return encrypted_page.render(request, address.reference)
        raise
    spends = file.download_limit is not None and not actor.reads_as_owner(file.owner_id)
    spend = (lambda: files.spend_download(file.uuid)) if spends else None
    viewed = None if actor.owns(file.owner_id) else views.of_file(file.uuid)
    return transforms.deliver(request, file, content, look, spend, viewed)


def _looking_for(
    address: wire.Address, extension: str | None, name: str | None
) -> Callable[[], tuple[StoredFile, delivery.Content]]:
    """What finds the file of a UUID for whoever asks, and how it leaves: as it is at that moment."""

    def look() -> tuple[StoredFile, delivery.Content]:
        file = _find(address)
        return file, delivery.of_file(file, extension, name)

    return look


def _find(address: wire.Address) -> StoredFile:
    return files.find_file(address.reference, current_actor(), private_key(request))


@bp.get("/<segment>/md5")
@gate()
@describes(_STORE, {**_READ, 200: Answer("The MD5.", "Md5Schema")}, path=_UUID, errors=(*_NOT_READ, PermissionMissing))
def md5(segment: str) -> Response:
    """The MD5 of a file's bytes. Of hash addresses and `UUID.EXT` it is just a name."""
    address = wire.parse_address(segment)
    if not address.is_uuid or address.extension is not None:
        return serve(segment, "md5")
    file = _find(address)
    return jsonify({"md5": checksums.md5_of(file)})


@bp.get("/<segment>/thumb")
@gate()
@describes(
    _STORE, {**_READ, 200: Answer("PNG where it is transparent, else JPEG.", media_type="image/png")},
    path=_UUID, errors=(*_NOT_READ, ImageUnusable, PermissionMissing),
)  # fmt: skip
def thumb(segment: str) -> Response:
    """An image as exactly 512 × 512 pixels. Of hash addresses and `UUID.EXT` it is just a name."""
    address = wire.parse_address(segment)
    if not address.is_uuid or address.extension is not None:
        return serve(segment, "thumb")
    look = _looking_for(address, None, None)
    return transforms.deliver_derived(request, *look(), THUMBNAIL, look)


@bp.post("/")
@bp.post("/upload")
@gate(scope=Scope.UPLOAD_FILE, token=Token.STREAM, uploads=True, switch=Switch.FILE_CREATE)
@describes(
    _TAG,
    {
        200: Answer("With `api=1`: a line `OK HASH` for each file.", media_type="text/plain", headers=_LINK),
        303: Answer("To the file's page.", media_type="text/plain", headers=_LINK),
    },
    body={"multipart/form-data": "PageFormSchema"},
)
def upload() -> Response:
    """Take a form in: for people a page, for `api=1` a line.

    `POST /` with a key or a token and without `api=1` is for applications that keep their images here: it answers
    200 with the JSON of `POST /api/upload`, `id` being the UUID alone, and the file is private.
    """
    as_store = request.path == "/" and "Authorization" in request.headers
    with intake.form() as received:
        as_lines = received.fields.get("api", "").strip() == "1"
        as_store = as_store and not as_lines
        default = Privacy.OWNER_ONLY if as_store else Privacy.PUBLIC
        made = uploads.take_in(current_actor(), received.named_files(), received.rules(default), rates.wanted())
    if as_lines:
        return wire.render_lines(made, links())
    return wire.render_stored(made, links()) if as_store else wire.render_page(request, made, links())


@bp.put("/")
@bp.put("/<path:name>")
@gate(scope=Scope.UPLOAD_FILE, uploads=True, switch=Switch.FILE_CREATE)
@describes(
    _TAG, {201: Answer("The file's link, and a newline.", media_type="text/plain", headers=_LINK)},
    body={_BYTES: None}, query="UploadQuerySchema", path={"name": "The file's name."},
)  # fmt: skip
def put(name: str | None = None) -> Response:
    """Take the body in as the file itself (`curl -T`)."""
    with intake.raw(name) as received:
        made = uploads.take_in(current_actor(), received.named_files(), received.rules(), rates.wanted())
    alike.offer(request, rule_of(put))
    return wire.render_url(made[0], links())


@bp.delete("/<segment>")
@bp.delete("/<segment>/")
@gate(scope=Scope.FILE_MODIFY, switch=Switch.FILE_DELETE)
@describes(
    _TAG, {204: Answer("Deleted.", media_type="text/plain")},
    path={"segment": "A UUID; or, of your own files, a hash that only one of them has."},
    errors=(FileNotFound, AmbiguousFile, SessionInvalid),
    headers={"X-Delete-Token": "The last part of the `deletion_url` that the upload was answered with."},
)  # fmt: skip
def delete(segment: str) -> Response:
    """Delete a file: its owner, or whoever has its deletion token."""
    token = request.headers.get("X-Delete-Token")
    actor = current_actor()
    if token is not None:
        files.delete_by_token(wire.parse_address(segment).reference, token)
    elif actor.is_nobody:
        raise SessionInvalid("Log in, send an API key, or send the deletion token as X-Delete-Token.")
    else:
        files.delete_own(actor, wire.parse_address(segment).reference)
    return Response(status=204)
