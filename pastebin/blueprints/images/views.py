"""Which URLs the image host has (seed 001; contract section 6), beside uploading and logging in.

They are for any file of the caller's own, but for the list: who uploads a
text by this protocol must be able to delete it.
"""

from dataclasses import replace

from flask import Blueprint, request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, Token, current_actor, current_user, gate
from pastebin.blueprints import delivery, transforms
from pastebin.blueprints.description import JSON, Answer, describes
from pastebin.blueprints.images import wire
from pastebin.blueprints.links import links
from pastebin.errors import FieldsInvalid, FieldsMissing, FileNotFound, ServiceUnavailable
from pastebin.services import catalogue, management
from pastebin.services.actor import Scope
from pastebin.services.files import StoredFile
from pastebin.services.management import Reach, Reference
from pastebin.services.switches import Switch

bp = Blueprint("images", __name__, url_prefix="/api")

_TAG = "images"
_FILE = {"file_id": "A file: its `id` (`UUID.ext`), or the UUID alone."}
_BYTES = {
    200: Answer("The bytes.", media_type="*/*"),
    206: Answer("The part of them that was asked for.", media_type="*/*"),
    304: Answer("They are those that the client has.", media_type="*/*"),
    416: Answer("They end before the part that was asked for.", media_type="text/plain"),
}


def _mine() -> Reach:
    return management.own(current_user())


@bp.get("/list")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_READ)
@describes(_TAG, {200: Answer("The images: files whose `type` is `image/…`.", "ImagesSchema")})
def listing() -> Response:
    """List all of one's own images, newest first."""
    return wire.render_list(request, catalogue.images(current_actor()), links())


@bp.get("/images/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_READ)
@describes(_TAG, {200: Answer("The file.", "FileSchema")}, path=_FILE, errors=(FileNotFound,))
def details(file_id: str) -> Response:
    """What is known of an image, or another file, of one's own."""
    return wire.render_file(management.find(_mine(), wire.parse_id(file_id)), links())


@bp.delete("/delete/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_DELETE)
@describes(_TAG, {200: Answer("Deleted.", "DoneSchema")}, path=_FILE, errors=(FileNotFound,))
def delete(file_id: str) -> Response:
    """Delete an image, or another file, of one's own."""
    management.delete(_mine(), wire.parse_id(file_id))
    return wire.render_deleted()


@bp.post("/privacy/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_MODIFY, token=Token.FORM)
@describes(
    _TAG, {200: Answer("The file as it is now.", "PrivacySchema")},
    body={JSON: "PrivacyWantedSchema", "application/x-www-form-urlencoded": "PrivacyFormSchema"}, body_needed=True,
    path=_FILE, errors=(FileNotFound, FieldsMissing),
)  # fmt: skip
def set_privacy(file_id: str) -> Response:
    """Have an image, or another file, of one's own read with a key, or by everybody.

    A password that is given replaces the key at once: links with the former
    one lead nowhere.
    """
    changed = management.change(_mine(), wire.parse_id(file_id), wire.parse_privacy(request))
    return wire.render_privacy(changed, links())


@bp.get("/proxy/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_READ)
@describes(
    _TAG, _BYTES, query="TransformQuerySchema",
    path={"file_id": "A file's UUID, with any extension or none: of an image in another size it chooses the format."},
    errors=(FileNotFound, FieldsInvalid, ServiceUnavailable),
)  # fmt: skip
def proxy(file_id: str) -> Response:
    """A file of one's own, as it is or as the query wants the image. It is no view, and spends no download."""
    asked = wire.parse_id(file_id)

    def look() -> tuple[StoredFile, delivery.Content]:
        file = management.find(_mine(), Reference(asked.address))
        # For its owner alone: no other site may use what a browser that is logged in can fetch here.
        return file, replace(delivery.of_file(file, asked.extension, None), shared=False, replayable=False)

    return transforms.deliver(request, *look(), look)
