"""Which URLs takedowns have (contract section 5): for staff."""

from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, current_actor, gate
from pastebin.blueprints.api.views import bp
from pastebin.blueprints.description import JSON, Answer, describes
from pastebin.blueprints.json_body import json_object, text_field
from pastebin.blueprints.lists import part_of_list
from pastebin.blueprints.representation import timestamp
from pastebin.errors import FieldsMissing, TakedownNotFound
from pastebin.services import takedowns
from pastebin.services.actor import Scope
from pastebin.services.takedowns import Takedown


@bp.get("/takedowns")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_READ_FILES)
@describes("operation", {200: Answer("Takedowns, newest first.", "TakedownsSchema")}, query="PageQuerySchema")
def all_takedowns() -> Response:
    """List what was taken down."""
    count, found = takedowns.listing(*part_of_list(request.args))
    return jsonify({"count": count, "items": [_describe(each) for each in found]})


@bp.post("/takedowns")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    "operation", {201: Answer("Every file with these bytes is gone; `count` says how many.", "TakedownSchema")},
    body={JSON: "TakedownWantedSchema"}, body_needed=True, errors=(FieldsMissing,),
)  # fmt: skip
def take_down() -> Response:
    """Remove every file with these bytes, and take no upload of them any more."""
    body = json_object(request, '{"digest": "9f86…", "reason": "…"}')
    made, count = takedowns.make(current_actor(), text_field(body, "digest"), text_field(body, "reason"))
    response = jsonify({"status": True, "success": True, **_describe(made), "count": count})
    response.status_code = 201
    return response


@bp.delete("/takedowns/<digest>")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    "operation",
    {200: Answer("Lifted.", "DoneSchema")},
    path={"digest": "The whole digest."},
    errors=(TakedownNotFound,),
)
def lift(digest: str) -> Response:
    """Take a takedown back: these bytes may be uploaded again. The files that went do not come back."""
    takedowns.lift(current_actor(), digest)
    return jsonify({"status": True, "success": True, "message": "These bytes may be uploaded again."})


def _describe(takedown: Takedown) -> dict[str, Any]:
    return {
        "digest": takedown.digest,
        "reason": takedown.reason,
        "takenDownAt": timestamp(takedown.taken_down_at),
    }
