"""Which URLs the hushfile protocol has (seed 004; contract section 7).

They are nobody's: who knows a file's id may download it, and who knows a
password may do what that is for. Whatever else is asked under `/api/file` is
answered here too, with 400.
"""

from functools import partial

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from pastebin.access import rates
from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import delivery, intake
from pastebin.blueprints.description import JSON, Answer, describes, undocumented
from pastebin.blueprints.hushfile import wire
from pastebin.errors import (
    BadRequest,
    ChunkMissing,
    ChunkNotFound,
    ContentRemoved,
    DeletePasswordInvalid,
    DownloadLimitReached,
    FileNotFound,
    UploadClosed,
    UploadPasswordInvalid,
    UploadUnfinished,
)
from pastebin.services import bounds, encrypted, encrypted_uploads
from pastebin.services.encrypted import METADATA
from pastebin.services.switches import Switch

bp = Blueprint("hushfile", __name__, url_prefix="/api")

_TAG = "hushfile"
_ID = {"fileid": "The file's `id`: a UUID."}
_PART = {**_ID, "index": "A chunk's index: a whole number from 0."}
_BYTES = Answer("The bytes, as they were sent: encrypted.", media_type="application/octet-stream")
_BODY: dict[str, None] = {"application/octet-stream": None}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Of a file that was begun: other errors of a part.
_OF_UPLOADS = (UploadClosed, UploadPasswordInvalid, BadRequest)
_OF_FILES = (FileNotFound, ContentRemoved)


@bp.post("/file", provide_automatic_options=False)
@gate(needs=Needs.NOBODY, switch=Switch.FILE_CREATE, token=Token.NONE)
@describes(
    _TAG, {200: Answer("Begun.", "EncryptedBegunSchema")},
    body={JSON: "EncryptedWantedSchema", "multipart/form-data": "EncryptedFormSchema"},
)  # fmt: skip
def begin() -> Response:
    """Begin an upload: its chunks follow. What is not finished within a day is given up."""
    return wire.render_begun(*encrypted_uploads.begin(current_actor(), wire.parse_wanted(request)))


@bp.put("/file/<fileid>/metadata", provide_automatic_options=False)
@gate(needs=Needs.NOBODY, uploads=True, switch=Switch.FILE_CREATE, token=Token.NONE)
@describes(
    _TAG, {200: Answer("Kept.", "EncryptedStatusSchema")},
    body=_BODY, query="ChunkQuerySchema", path=_ID, errors=_OF_UPLOADS,
)  # fmt: skip
def put_metadata(fileid: str) -> Response:
    """Add the encrypted metadata: the file's name and type, which the server cannot read."""
    _put(fileid, METADATA)
    return wire.render_done(fileid, finished=False)


@bp.put("/file/<fileid>/<index>", provide_automatic_options=False)
@gate(needs=Needs.NOBODY, uploads=True, switch=Switch.FILE_CREATE, token=Token.NONE)
@describes(
    _TAG, {200: Answer("Kept: it would survive a power cut.", "ChunkPutSchema")},
    body=_BODY, query="ChunkQuerySchema", path=_PART, errors=_OF_UPLOADS,
)  # fmt: skip
def put_chunk(fileid: str, index: str) -> Response:
    """Add a chunk. One that comes again before the upload is finished replaces the former."""
    place = wire.parse_new_place(index)
    _put(fileid, place)
    return wire.render_chunk_kept(place)


def _put(fileid: str, place: int) -> None:
    password = request.args.get("uploadpassword")
    encrypted_uploads.check_password(fileid, password)
    with intake.opaque(bounds.largest_chunk()) as spool:
        encrypted_uploads.put(current_actor(), fileid, password, place, spool, rates.wanted())


@bp.post("/file/<fileid>/finishupload", provide_automatic_options=False)
@gate(needs=Needs.NOBODY, switch=Switch.FILE_CREATE, token=Token.NONE)
@describes(
    _TAG, {200: Answer("Finished: it can be downloaded, and does not change any more.", "EncryptedStatusSchema")},
    body={JSON: "EncryptedFinishSchema", "multipart/form-data": "FinishFormSchema"}, body_needed=True, path=_ID,
    errors=(UploadClosed, UploadPasswordInvalid, ChunkMissing),
)  # fmt: skip
def finish(fileid: str) -> Response:
    """Finish an upload. Chunks that are not listed are dropped."""
    wanted = wire.parse_finish(request)
    encrypted_uploads.finish(current_actor(), fileid, wanted.password, wanted.places)
    return wire.render_done(fileid, finished=True)


@bp.get("/file/<fileid>/exists", provide_automatic_options=False)
@gate(needs=Needs.NOBODY)
@describes(_TAG, {200: Answer("It does, and is complete.", "ExistsSchema")}, path=_ID, errors=_OF_FILES)
def exists(fileid: str) -> Response:
    """Whether a file is there, and its upload finished."""
    return jsonify({"fileid": encrypted.find_finished(fileid).uuid, "exists": True})


@bp.get("/file/<fileid>/info", provide_automatic_options=False)
@gate(needs=Needs.NOBODY)
@describes(_TAG, {200: Answer("What is known.", "EncryptedFileSchema")}, path=_ID, errors=_OF_FILES)
def info(fileid: str) -> Response:
    """What is known of a file, finished or not."""
    file = encrypted.find(fileid)
    return wire.render_info(file, encrypted.chunks_of(file), encrypted.addresses_of(file))


@bp.get("/file/<fileid>/metadata", provide_automatic_options=False)
@gate(needs=Needs.NOBODY)
@describes(_TAG, {200: _BYTES}, path=_ID, errors=(*_OF_FILES, UploadUnfinished))
def get_metadata(fileid: str) -> Response:
    """Download the encrypted metadata; empty where there is none: the file is then to be taken for plain text."""
    metadata = encrypted.find_metadata(fileid)
    if metadata is None:
        return Response(b"", content_type="application/octet-stream")
    return delivery.deliver(request, delivery.of_chunk(metadata))


@bp.get("/file/<fileid>/<index>", provide_automatic_options=False)
@gate(needs=Needs.NOBODY)
@describes(
    _TAG, {200: _BYTES}, path=_PART,
    errors=(*_OF_FILES, UploadUnfinished, ChunkNotFound, DownloadLimitReached, BadRequest),
)  # fmt: skip
def get_chunk(fileid: str, index: str) -> Response:
    """Download a chunk. Each answer with its bytes counts; HEAD does not."""
    chunk = encrypted.find_chunk(fileid, wire.parse_place(index))
    return delivery.deliver(request, delivery.of_chunk(chunk), partial(encrypted.count_download, chunk))


@bp.delete("/file/<fileid>", provide_automatic_options=False)
@gate(needs=Needs.NOBODY, switch=Switch.FILE_DELETE, token=Token.NONE)
@describes(
    _TAG, {200: Answer("Deleted.", "EncryptedStatusSchema")},
    query="DeletePasswordSchema", path=_ID, errors=(*_OF_FILES, DeletePasswordInvalid),
)  # fmt: skip
def delete(fileid: str) -> Response:
    """Delete a file, finished or not, by the password that its uploader chose."""
    encrypted.delete_by_password(fileid, request.args.get("deletepassword"))
    return wire.render_done(fileid, deleted=True)


@bp.get("/serverinfo")
@gate(needs=Needs.NOBODY)
@describes(_TAG, {200: Answer("The bounds.", "ServerInfoSchema")})
def serverinfo() -> Response:
    """What this server takes, and who runs it."""
    return wire.render_serverinfo()


@bp.route("/file", methods=_METHODS, provide_automatic_options=False)
@bp.route("/file/", methods=_METHODS, provide_automatic_options=False)
@bp.route("/file/<path:anything>", methods=_METHODS, provide_automatic_options=False)
@gate(needs=Needs.NOBODY, token=Token.NONE)
@undocumented
def unknown(anything: str | None = None) -> Response:
    """Whatever else is asked (seed 004, "Other requests")."""
    raise BadRequest
