"""API keys as JSON (contract section 2, "Keys on the wire")."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Request, jsonify
from werkzeug.wrappers import Response

from pastebin import expiry
from pastebin.blueprints.json_body import json_object
from pastebin.blueprints.numbers import whole_number
from pastebin.blueprints.representation import timestamp
from pastebin.config import read_bound
from pastebin.errors import FieldsInvalid, KeyNotFound
from pastebin.extensions import now
from pastebin.services.actor import Scope
from pastebin.services.keys import ApiKey


@dataclass(frozen=True)
class KeyWanted:
    """What is asked of a new key."""

    name: str | None
    scopes: frozenset[Scope] | None
    expires_at: datetime | None
    max_file_size: int | None


def parse_wanted(request: Request) -> KeyWanted:
    """The JSON object `{name?, scopes?, expire?, maxFileSize?}`; an empty body asks for nothing in particular.

    Raises:
        BodyMalformed: no JSON object. FieldsInvalid: one of the fields cannot be used.
    """
    body = json_object(request, '{"name": "laptop"}')
    name, scopes, expire = body.get("name"), body.get("scopes"), body.get("expire")
    if name is not None and not isinstance(name, str):
        raise FieldsInvalid("name is a text.", fields=["name"])
    if expire is not None and (isinstance(expire, bool) or not isinstance(expire, str | int)):
        raise FieldsInvalid("expire is a text or a number.", fields=["expire"])
    when = expiry.parse(str(expire), now()) if expire is not None else None
    bound = parse_bound(body.get("maxFileSize"))
    return KeyWanted(name, None if scopes is None else parse_scopes(scopes), when, bound)


def parse_bound(value: object) -> int | None:
    """How many bytes one upload may have: a whole number, or a text such as 10MiB; None for no bound of its own.

    Raises:
        FieldsInvalid: it is neither.
    """
    try:
        bound = read_bound(value)
    except ValueError:
        bound = -1
    if bound is not None and not 0 < bound < 2**63:
        raise FieldsInvalid("maxFileSize is a number of bytes, or a size such as 10MiB.", fields=["maxFileSize"])
    return bound


def parse_scopes(names: object) -> frozenset[Scope]:
    """Scopes by their names.

    Raises:
        FieldsInvalid: no list of names, or an unknown one.
    """
    if not isinstance(names, list) or not all(isinstance(name, str) and name in Scope.__members__ for name in names):
        raise FieldsInvalid(f"scopes is a list of these: {', '.join(Scope)}.", fields=["scopes"])
    return frozenset(Scope(name) for name in names)


def parse_id(text: str) -> int:
    """A key's id.

    Raises:
        KeyNotFound: it is no number, so no key has it.
    """
    number = whole_number(text, 18)
    if number is None:
        raise KeyNotFound
    return number


def render_made(key: ApiKey) -> Response:
    """A new key, with the key itself this once."""
    response = jsonify({**_describe(key), "key": key.secret})
    response.status_code = 201
    return response


def render_list(keys: list[ApiKey]) -> Response:
    """All keys of somebody."""
    return jsonify({"count": len(keys), "items": [_describe(key) for key in keys]})


def render_invalidated() -> Response:
    """One key is no more."""
    return jsonify({"status": True, "success": True, "message": "The key is invalid now."})


def render_all_invalidated(count: int) -> Response:
    """All keys are no more."""
    return jsonify({"status": True, "success": True, "count": count})


def _describe(key: ApiKey) -> dict[str, Any]:
    return {
        "id": str(key.id),
        "name": key.name,
        "scopes": sorted(key.scopes),
        "createdAt": timestamp(key.created_at),
        "lastUsedAt": timestamp(key.last_used_at),
        "expires": timestamp(key.expires_at),
        **({} if key.max_file_size is None else {"maxFileSize": key.max_file_size}),
    }
