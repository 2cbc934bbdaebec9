"""The words of the hushfile protocol (seed 004)."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Request, jsonify
from werkzeug.wrappers import Response

from pastebin.blueprints.json_body import is_form, json_object
from pastebin.blueprints.numbers import download_limit, whole_number
from pastebin.config import HOUR
from pastebin.errors import BadRequest, FieldsInvalid
from pastebin.extensions import settings
from pastebin.services import bounds
from pastebin.services.encrypted import EncryptedFile
from pastebin.services.encrypted_uploads import Wanted, longest_seconds

# How many `chunks` a form may repeat: far more than a form has fields elsewhere, yet parsed in a fraction of a second.
_MOST_REPEATED = 5000
_OTHER_PARTS = 10
_MOST_DIGITS = 18
_BEYOND = 2**31 - 1  # what a database calls an integer; no chunk has this index


@dataclass(frozen=True)
class Finish:
    """Of which chunks a file is to consist, and the password that says so."""

    password: str | None
    places: Sequence[int]


def parse_wanted(request: Request) -> Wanted:
    """`{deletepassword?, expire?, limit?}`, as JSON or as a form; what is empty is not given.

    Raises:
        BodyMalformed: it is neither. FieldsInvalid: one of them cannot be used.
    """
    body = dict(request.form) if is_form(request) else json_object(request, '{"expire": 1900000000}')
    password = body.get("deletepassword")
    if password is not None and not isinstance(password, str):
        raise FieldsInvalid("deletepassword is a text.", fields=["deletepassword"])
    return Wanted(_expire(_given(body.get("expire"))), _limit(_given(body.get("limit"))), password or None)


def parse_finish(request: Request) -> Finish:
    """`{uploadpassword, chunks}`, as JSON or as a form, in which `chunks` is repeated or one JSON list.

    Raises:
        BodyMalformed: it is neither. FieldsInvalid: `chunks` is no list of indices, empty, or names one twice.
    """
    body = _finish_form(request) if is_form(request) else json_object(request, '{"uploadpassword": "…", "chunks": [0]}')
    password, chunks = body.get("uploadpassword"), body.get("chunks")
    places = [_number(each) for each in chunks] if isinstance(chunks, list) else []
    if not places or None in places or len(set(places)) < len(places):
        raise FieldsInvalid(
            "chunks is a list of the indices of the file's chunks, each once: [0, 1, 2].", fields=["chunks"]
        )
    return Finish(password if isinstance(password, str) else None, [place for place in places if place is not None])


def _finish_form(request: Request) -> dict[str, Any]:
    request.max_form_parts = _MOST_REPEATED + _OTHER_PARTS
    chunks = request.form.getlist("chunks")
    if len(chunks) == 1 and chunks[0].lstrip().startswith("["):
        try:
            chunks = json.loads(chunks[0])
        except (ValueError, RecursionError):
            chunks = []
    return {"uploadpassword": request.form.get("uploadpassword"), "chunks": chunks}


def parse_place(index: str) -> int:
    """The index in a chunk's path: a natural number.

    Raises:
        BadRequest: it is none.
    """
    place = whole_number(index, _MOST_DIGITS)
    if place is None:
        raise BadRequest
    return min(place, _BEYOND)


def parse_new_place(index: str) -> int:
    """The index of a chunk that comes.

    Raises:
        BadRequest: it is no natural number, or larger than any file needs.
    """
    place = parse_place(index)
    if place == _BEYOND:
        raise BadRequest
    return place


def _given(value: object) -> object:
    """A field; None where it is empty, as an untouched field of a form is."""
    return None if isinstance(value, str) and not value.strip() else value


def _expire(value: object) -> datetime | None:
    if value is None:
        return None
    number = _seconds(value)
    try:
        if number is not None and math.isfinite(number):
            return datetime.fromtimestamp(number, UTC)
    except (OverflowError, ValueError, OSError):
        pass
    raise FieldsInvalid("expire is when the file goes: a Unix timestamp, in seconds.", fields=["expire"])


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _number(value)


def _limit(value: object) -> int | None:
    if value is None:
        return None
    return download_limit(_number(value))


def _number(value: object) -> int | None:
    """A natural number, as JSON or as a form has it."""
    if isinstance(value, str):
        return whole_number(value.strip(), _MOST_DIGITS)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def render_begun(uuid: str, password: str) -> Response:
    """An upload that was begun, with the password for its chunks this once."""
    return jsonify({"id": uuid, "uploadpassword": password})


def render_done(fileid: str, **fact: bool) -> Response:
    """What was asked of a file is done, and so it stands with it now."""
    return jsonify({"fileid": fileid.lower(), "status": "OK", **fact})


def render_chunk_kept(place: int) -> Response:
    """A chunk is kept. No chunk finishes an upload."""
    return jsonify({"index": place, "finished": False})


def render_info(file: EncryptedFile, chunks: list[int], addresses: list[str]) -> Response:
    """All that is told of a file."""
    return jsonify(
        {
            "fileid": file.uuid,
            "chunks": chunks,
            "totalsize": file.size,
            "finished": file.is_finished,
            "ip": addresses,
            "expire": int(file.expires_at.timestamp()),
            "limit": file.download_limit,
            "downloads": file.downloads,
        }
    )


def render_serverinfo() -> Response:
    """The bounds of uploads: hours as a whole number wherever they are one."""
    hours = longest_seconds() / HOUR
    return jsonify(
        {
            "server_operator_email": settings.OPERATOR_EMAIL,
            "max_retention_hours": int(hours) if hours.is_integer() else hours,
            "max_chunksize_bytes": bounds.largest_chunk(),
            "max_filesize_bytes": settings.MAX_FILE_SIZE,
        }
    )
