"""Which URLs encrypted files have for staff: that they are there, and no more of them (contract section 7)."""

from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, current_actor, gate
from pastebin.blueprints.api.views import bp
from pastebin.blueprints.description import Answer, describes
from pastebin.blueprints.lists import part_of_list
from pastebin.blueprints.representation import timestamp
from pastebin.errors import FileNotFound
from pastebin.services import encrypted_listing
from pastebin.services.actor import Scope
from pastebin.services.encrypted_listing import EncryptedEntry


@bp.get("/encrypted")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_READ_FILES)
@describes(
    "operation", {200: Answer("Encrypted files, newest first.", "EncryptedEntriesSchema")}, query="PageQuerySchema"
)
def all_encrypted() -> Response:
    """List the encrypted files: all that is known of them."""
    count, found = encrypted_listing.listing("", *part_of_list(request.args))
    return jsonify({"count": count, "items": [_describe(each) for each in found]})


@bp.delete("/encrypted/<fileid>")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    "operation", {200: Answer("Deleted.", "DoneSchema")}, path={"fileid": "The file's UUID."}, errors=(FileNotFound,)
)
def delete_encrypted(fileid: str) -> Response:
    """Delete an encrypted file, without its password."""
    encrypted_listing.delete(current_actor(), fileid)
    return jsonify({"status": True, "success": True, "message": "The encrypted file is deleted."})


def _describe(entry: EncryptedEntry) -> dict[str, Any]:
    return {
        "id": entry.uuid,
        "size": entry.size,
        "chunks": entry.chunk_count,
        "downloads": entry.downloads,
        "limit": entry.download_limit,
        "isFinished": entry.is_finished,
        "createdAt": timestamp(entry.created_at),
        "expires": timestamp(entry.expires_at),
    }
