"""Which URLs API keys have."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, current_actor, current_user, gate
from pastebin.blueprints.description import JSON, Answer, describes
from pastebin.blueprints.keys import wire
from pastebin.errors import KeyNotFound
from pastebin.services import keys

bp = Blueprint("keys", __name__, template_folder="templates")


@bp.post("/api/keys")
@gate(needs=Needs.SESSION)
@describes(
    "keys", {201: Answer("Made. The key is shown this once.", "NewApiKeySchema")}, body={JSON: "KeyWantedSchema"}
)
def make() -> Response:
    """Make a key."""
    wanted = wire.parse_wanted(request)
    given = (wanted.name, wanted.scopes, wanted.expires_at, wanted.max_file_size)
    return wire.render_made(keys.issue(current_user(), *given, by=current_actor()))


@bp.get("/api/keys")
@gate(needs=Needs.SESSION)
@describes("keys", {200: Answer("All keys, without the keys themselves.", "ApiKeysSchema")})
def listing() -> Response:
    """List the caller's keys."""
    return wire.render_list(keys.listing(current_user().id))


@bp.delete("/api/keys/<key_id>")
@gate(needs=Needs.SESSION)
@describes(
    "keys", {200: Answer("Unusable, at once.", "DoneSchema")}, path={"key_id": "A key's `id`."}, errors=(KeyNotFound,)
)
def invalidate(key_id: str) -> Response:
    """Make one key unusable."""
    keys.invalidate(current_user().id, wire.parse_id(key_id))
    return wire.render_invalidated()


@bp.delete("/api/keys")
@gate(needs=Needs.SESSION)
@describes("keys", {200: Answer("Unusable, at once.", "CountSchema")})
def invalidate_all() -> Response:
    """Make all the caller's keys unusable."""
    return wire.render_all_invalidated(keys.invalidate_all(current_user().id))
