"""Which URLs the management API has (seed 002): one's own files, and for staff anybody's.

Every endpoint comes twice or three times: under `me`, under a user's id, and
for some without either. They differ in whom their gate lets in and in which
files are within reach; what they do is the same.
"""

from flask import request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, current_actor, current_user, gate
from pastebin.access.rates import Limit
from pastebin.blueprints import lists
from pastebin.blueprints.api import management_wire as wire
from pastebin.blueprints.api.views import bp
from pastebin.blueprints.description import JSON, Answer, describes
from pastebin.blueprints.json_body import json_object, password_field
from pastebin.blueprints.links import links
from pastebin.blueprints.numbers import user_id
from pastebin.errors import AmbiguousFile, BodyTooLarge, FieldsMissing, FileNotFound, PasswordInvalid, UserNotFound
from pastebin.services import catalogue, management
from pastebin.services.actor import Scope
from pastebin.services.management import Changes, Reach
from pastebin.services.switches import Switch

_TAG = "management"
_FILE = {"file_id": "A file: its `id` (`UUID.ext`), the UUID alone, or a hash address."}
_USER = {"uid": "An account's id: a decimal number."}
_ONE = {200: Answer("The file.", "ManagedFileSchema")}
_CHANGED = {200: Answer("The file as it is now.", "ManagedFileSchema")}
_SOME = {200: Answer("Files, newest first.", "ManagedFilesSchema")}
_DELETED = {200: Answer("Deleted.", "DeletedSchema")}
_SEVERAL_DELETED = {200: Answer("Deleted.", "DeletedFilesSchema")}
_NO_FILE = (FileNotFound, AmbiguousFile)
_NO_NAME = Changes(frozenset({"name"}))


def _mine() -> Reach:
    return management.own(current_user())


def _of(uid: str) -> Reach:
    return management.of_user(current_actor(), user_id(uid))


def _all() -> Reach:
    return management.of_everybody(current_actor())


# ---- read


@bp.get("/files")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_READ_FILES)
@describes(_TAG, _SOME, query="FilesQuerySchema")
def all_files() -> Response:
    """List everybody's files."""
    return _listed(_all())


@bp.get("/users/<uid>/files")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_READ_FILES)
@describes(_TAG, _SOME, query="FilesQuerySchema", path=_USER, errors=(UserNotFound,))
def users_files(uid: str) -> Response:
    """List a user's files."""
    return _listed(_of(uid))


@bp.get("/users/me/files")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_READ)
@describes(_TAG, _SOME, query="FilesQuerySchema")
def my_files() -> Response:
    """List one's own files."""
    return _listed(_mine())


def _listed(reach: Reach) -> Response:
    count, found = catalogue.listing(lists.selection(reach.owner_id, request.args), *lists.part_of_list(request.args))
    return wire.render_files(count, found, reach, links())


@bp.get("/files/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_READ_FILES)
@describes(_TAG, _ONE, path=_FILE, errors=_NO_FILE)
def any_file(file_id: str) -> Response:
    """What is known of a file, whoever's it is."""
    return _shown(_all(), file_id)


@bp.get("/users/<uid>/files/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_READ_FILES)
@describes(_TAG, _ONE, path=_USER | _FILE, errors=(*_NO_FILE, UserNotFound))
def users_file(uid: str, file_id: str) -> Response:
    """What is known of a user's file."""
    return _shown(_of(uid), file_id)


@bp.get("/users/me/files/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_READ)
@describes(_TAG, _ONE, path=_FILE, errors=_NO_FILE)
def my_file(file_id: str) -> Response:
    """What is known of a file of one's own."""
    return _shown(_mine(), file_id)


def _shown(reach: Reach, file_id: str) -> Response:
    return wire.render_file(management.find(reach, wire.parse_reference(file_id)), reach, links())


# ---- change


@bp.put("/users/<uid>/files/<file_id>/name")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    _TAG, _CHANGED, body={JSON: "NameSchema"}, body_needed=True, path=_USER | _FILE,
    errors=(*_NO_FILE, UserNotFound, FieldsMissing),
)  # fmt: skip
def name_users_file(uid: str, file_id: str) -> Response:
    """Give a user's file a display name."""
    return _changed(_of(uid), file_id, wire.parse_name(request))


@bp.put("/users/me/files/<file_id>/name")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_MODIFY, limit=Limit.RENAME)
@describes(
    _TAG, _CHANGED, body={JSON: "NameSchema"}, body_needed=True, path=_FILE, errors=(*_NO_FILE, FieldsMissing)
)  # fmt: skip
def name_my_file(file_id: str) -> Response:
    """Give a file of one's own a display name."""
    return _changed(_mine(), file_id, wire.parse_name(request))


@bp.delete("/users/<uid>/files/<file_id>/name")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(_TAG, _CHANGED, path=_USER | _FILE, errors=(*_NO_FILE, UserNotFound))
def unname_users_file(uid: str, file_id: str) -> Response:
    """Remove the display name of a user's file."""
    return _changed(_of(uid), file_id, _NO_NAME)


@bp.delete("/users/me/files/<file_id>/name")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_MODIFY, limit=Limit.UNNAME)
@describes(_TAG, _CHANGED, path=_FILE, errors=_NO_FILE)
def unname_my_file(file_id: str) -> Response:
    """Remove the display name of a file of one's own."""
    return _changed(_mine(), file_id, _NO_NAME)


@bp.put("/users/<uid>/files/<file_id>/extension")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    _TAG, _CHANGED, body={JSON: "ExtensionSchema"}, body_needed=True, path=_USER | _FILE,
    errors=(*_NO_FILE, UserNotFound, FieldsMissing),
)  # fmt: skip
def extend_users_file(uid: str, file_id: str) -> Response:
    """Change the extension of a user's file, and so its `id` and type. Links keep working, whatever they end with."""
    return _changed(_of(uid), file_id, wire.parse_extension(request))


@bp.put("/users/me/files/<file_id>/extension")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_MODIFY, limit=Limit.EXTENSION)
@describes(
    _TAG, _CHANGED, body={JSON: "ExtensionSchema"}, body_needed=True, path=_FILE, errors=(*_NO_FILE, FieldsMissing)
)  # fmt: skip
def extend_my_file(file_id: str) -> Response:
    """Change the extension of a file of one's own, and so its `id` and type. Links keep working."""
    return _changed(_mine(), file_id, wire.parse_extension(request))


@bp.patch("/users/me/files/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_MODIFY)
@describes(
    _TAG, _CHANGED, body={JSON: "ChangesSchema"}, body_needed=True, path=_FILE, errors=(*_NO_FILE, FieldsMissing)
)  # fmt: skip
def change_my_file(file_id: str) -> Response:
    """Change names, extension, expiry, download limit or privacy of a file of one's own."""
    return _changed(_mine(), file_id, wire.parse_changes(request))


def _changed(reach: Reach, file_id: str, changes: Changes) -> Response:
    return wire.render_file(management.change(reach, wire.parse_reference(file_id), changes), reach, links())


# ---- delete


@bp.delete("/users/<uid>/files/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(_TAG, _DELETED, path=_USER | _FILE, errors=(*_NO_FILE, UserNotFound))
def delete_users_file(uid: str, file_id: str) -> Response:
    """Delete a user's file."""
    return _deleted(_of(uid), file_id)


@bp.delete("/users/me/files/<file_id>")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_DELETE)
@describes(_TAG, _DELETED, path=_FILE, errors=_NO_FILE)
def delete_my_file(file_id: str) -> Response:
    """Delete a file of one's own."""
    return _deleted(_mine(), file_id)


def _deleted(reach: Reach, file_id: str) -> Response:
    management.delete(reach, wire.parse_reference(file_id))
    return wire.render_deleted()


@bp.delete("/users/<uid>/files")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    _TAG, _SEVERAL_DELETED, body={JSON: "IdsSchema"}, body_needed=True, path=_USER,
    errors=(*_NO_FILE, UserNotFound, FieldsMissing, BodyTooLarge),
)  # fmt: skip
def delete_users_files(uid: str) -> Response:
    """Delete several files of a user."""
    return _several_deleted(_of(uid))


@bp.delete("/users/me/files")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_MODIFY, switch=Switch.FILE_DELETE, limit=Limit.BULK_DELETE)
@describes(
    _TAG, _SEVERAL_DELETED, body={JSON: "IdsSchema"}, body_needed=True, errors=(*_NO_FILE, FieldsMissing, BodyTooLarge)
)  # fmt: skip
def delete_my_files() -> Response:
    """Delete several files of one's own."""
    return _several_deleted(_mine())


@bp.delete("/files")
@gate(needs=Needs.ACCOUNT, scope=Scope.STAFF_MODIFY_FILES)
@describes(
    _TAG, _SEVERAL_DELETED, body={JSON: "IdsSchema"}, body_needed=True, errors=(*_NO_FILE, FieldsMissing, BodyTooLarge)
)  # fmt: skip
def delete_any_files() -> Response:
    """Delete several files, whoever's they are."""
    return _several_deleted(_all())


def _several_deleted(reach: Reach) -> Response:
    return wire.render_several_deleted(management.delete_several(reach, wire.parse_ids(request)))


@bp.delete("/users/<uid>/files/all")
@gate(needs=Needs.STAFF_SESSION)
@describes(
    _TAG, _SEVERAL_DELETED, body={JSON: "PasswordSchema"}, body_needed=True, path=_USER,
    errors=(FileNotFound, UserNotFound, FieldsMissing, PasswordInvalid),
)  # fmt: skip
def delete_all_users_files(uid: str) -> Response:
    """Delete all files of a user. The password is the caller's own."""
    return _all_deleted(_of(uid))


@bp.delete("/users/me/files/all")
@gate(needs=Needs.SESSION, switch=Switch.FILE_DELETE, limit=Limit.DELETE_ALL)
@describes(
    _TAG, _SEVERAL_DELETED, body={JSON: "PasswordSchema"}, body_needed=True,
    errors=(FileNotFound, FieldsMissing, PasswordInvalid),
)  # fmt: skip
def delete_all_my_files() -> Response:
    """Delete all files of one's own, with the password once more."""
    return _all_deleted(_mine())


def _all_deleted(reach: Reach) -> Response:
    password = password_field(json_object(request, '{"password": "…"}'))
    return wire.render_several_deleted(management.delete_all(reach, current_actor(), password))
