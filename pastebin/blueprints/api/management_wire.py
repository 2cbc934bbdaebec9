"""The JSON of the management API (seed 002; contract section 5)."""

from flask import Request, jsonify
from werkzeug.wrappers import Response

from pastebin import addresses, expiry
from pastebin.blueprints.json_body import json_object, text_field
from pastebin.blueprints.links import Links
from pastebin.blueprints.numbers import download_limit
from pastebin.blueprints.representation import describe_managed
from pastebin.errors import FieldsInvalid, FieldsMissing, FileNotFound
from pastebin.extensions import now
from pastebin.services import management
from pastebin.services.files import StoredFile
from pastebin.services.management import Changes, Reach, Reference
from pastebin.services.uploads import Privacy


def parse_reference(text: str) -> Reference:
    """An `:id`: `UUID.ext`, a UUID, or a hash address.

    Raises:
        FileNotFound: it has the form of none.
    """
    parts = addresses.split(text)
    if parts is None:
        raise FileNotFound
    address, extension = parts
    return Reference(address.lower(), extension)


def parse_name(request: Request) -> Changes:
    """`{"name": …}`.

    Raises:
        BodyMalformed, FieldsMissing, FieldsInvalid: it cannot be used.
    """
    name = text_field(json_object(request, '{"name": "My file"}'), "name")
    return Changes(frozenset({"name"}), name=management.check_name(name))


def parse_extension(request: Request) -> Changes:
    """`{"extension": …}`.

    Raises:
        BodyMalformed, FieldsMissing, FieldsInvalid: it cannot be used.
    """
    extension = text_field(json_object(request, '{"extension": "png"}'), "extension")
    return Changes(frozenset({"extension"}), extension=extension)


def parse_changes(request: Request) -> Changes:
    """Any of `name`, `filename`, `extension`, `expire`, `limit` and `private`.

    Raises:
        BodyMalformed: no JSON object. FieldsMissing: none of them. FieldsInvalid: one that cannot be used.
    """
    body = json_object(request, '{"name": "My file", "expire": "7d"}')
    fields = frozenset(body) & management.FIELDS
    if not fields:
        raise FieldsMissing(f"Send at least one of: {', '.join(sorted(management.FIELDS))}.", fields=[])
    return Changes(
        fields,
        name=None if body.get("name") is None else text_field(body, "name"),
        filename=text_field(body, "filename") if "filename" in fields else "",
        extension=text_field(body, "extension") if "extension" in fields else "",
        expires_at=expiry.parse(_expiry(body["expire"]), now()) if body.get("expire") is not None else None,
        download_limit=_limit(body.get("limit")),
        privacy=_privacy(body["private"]) if "private" in fields else Privacy.PUBLIC,
    )


def _expiry(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FieldsInvalid("expire is a text or a number, or null for never.", fields=["expire"])
    return str(value)


def _limit(value: object) -> int | None:
    if value is None:
        return None
    return download_limit(value if isinstance(value, int) and not isinstance(value, bool) else None, ", or null")


_PRIVACIES: dict[object, Privacy] = {
    True: Privacy.BY_KEY, "1": Privacy.BY_KEY, False: Privacy.PUBLIC, "0": Privacy.PUBLIC, "owner": Privacy.OWNER_ONLY,
}  # fmt: skip


def _privacy(value: object) -> Privacy:
    if not isinstance(value, bool | str) or value not in _PRIVACIES:
        raise FieldsInvalid(
            'private is true (readable with a key), "owner" (by its owner alone) or false.', fields=["private"]
        )
    return _PRIVACIES[value]


def parse_ids(request: Request) -> list[Reference]:
    """`{"ids": […]}`. What has the form of no file's id is no file's, and passed over.

    Raises:
        BodyMalformed, FieldsMissing, FieldsInvalid: it cannot be used.
    """
    ids = json_object(request, '{"ids": ["UUID.png"]}').get("ids")
    if ids is None:
        raise FieldsMissing("The field ids is missing.", fields=["ids"])
    if not isinstance(ids, list) or not ids or not all(isinstance(each, str) for each in ids):
        raise FieldsInvalid("ids is a list of files' ids.", fields=["ids"])
    return [_reference_or_nothing(each.strip()) for each in ids]


def _reference_or_nothing(text: str) -> Reference:
    try:
        return parse_reference(text)
    except FileNotFound:
        return Reference("")


def render_file(file: StoredFile, reach: Reach, links: Links) -> Response:
    """One file; a private key is its owner's to see."""
    return jsonify(describe_managed(file, links, for_owner=reach.staff is None))


def render_files(count: int, files: list[StoredFile], reach: Reach, links: Links) -> Response:
    """Some files of a list, and how many there are."""
    items = [describe_managed(file, links, for_owner=reach.staff is None) for file in files]
    return jsonify({"count": count, "items": items})


def render_deleted() -> Response:
    """One file is deleted."""
    return jsonify({"code": "DELETE_FILE_SUCCESS", "message": "File Successfully Deleted"})


def render_several_deleted(count: int) -> Response:
    """Several files are."""
    return jsonify({"code": "DELETE_FILES_SUCCESS", "message": "Files Successfully Deleted", "count": count})
