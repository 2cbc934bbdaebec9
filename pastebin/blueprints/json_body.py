"""The body of a request as a JSON object; and whether it is a form instead, where either is taken."""

import json
from typing import Any

from flask import Request

from pastebin.errors import BodyMalformed, FieldsInvalid, FieldsMissing


def is_form(request: Request) -> bool:
    """Whether the body calls itself a form."""
    return request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")


def json_object(request: Request, example: str) -> dict[str, Any]:
    """The object; an empty body is an empty one.

    JSON has one kind of number: what is written 7.0 or 7e0 is the whole number 7 (JSON Schema 2020-12, "integer").

    Args:
        example: what a body may look like, for the message.

    Raises:
        BodyMalformed: no JSON object.
    """
    try:
        body = json.loads(request.get_data() or b"{}", parse_float=_number)
    except (ValueError, RecursionError):  # no JSON; arrays within arrays, thousands deep
        body = None
    if not isinstance(body, dict):
        raise BodyMalformed(f"Send a JSON object, such as {example}.")
    return body


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number


def text_field(body: dict[str, Any], name: str) -> str:
    """A field that must be a text; without the space around it.

    Raises:
        FieldsMissing: it is not there. FieldsInvalid: it is no text.
    """
    if name not in body or body[name] is None:
        raise FieldsMissing(f"The field {name} is missing.", fields=[name])
    text = body[name]
    if not isinstance(text, str):
        raise FieldsInvalid(f"{name} is a text.", fields=[name])
    return text.strip()


def password_field(body: dict[str, Any]) -> str:
    """The field `password`, as it stands.

    Raises:
        FieldsMissing, FieldsInvalid: see `text_field`.
    """
    text_field(body, "password")
    return str(body["password"])
