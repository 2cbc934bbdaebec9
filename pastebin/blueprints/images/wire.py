"""The image host's words (seed 001)."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain, repeat
from typing import Any

from flask import Request
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from pastebin import addresses
from pastebin.blueprints.answers import made_while_sent
from pastebin.blueprints.json_body import is_form, json_object
from pastebin.blueprints.links import Links
from pastebin.blueprints.representation import describe, encode, render_json
from pastebin.config import read_switch
from pastebin.errors import FieldsInvalid, FieldsMissing, FileNotFound
from pastebin.services.files import StoredFile
from pastebin.services.management import Changes, Reference
from pastebin.services.uploads import Privacy


def parse_id(text: str) -> Reference:
    """An ID: a file's UUID, with an extension or without.

    Raises:
        FileNotFound: it has another form.
    """
    address, extension = addresses.split(text) or ("", None)
    if not addresses.is_uuid(address):
        raise FileNotFound
    return Reference(address.lower(), extension.lower() if extension else extension)


def parse_privacy(request: Request) -> Changes:
    """`{"isPrivate": bool, "password"?: text}`, as JSON or as a form.

    Raises:
        BodyMalformed: it is neither. FieldsMissing, FieldsInvalid: it cannot be used.
    """
    body = _form(request.form) if is_form(request) else json_object(request, '{"isPrivate": true}')
    is_private, password = body.get("isPrivate"), body.get("password")
    if is_private is None:
        raise FieldsMissing("The field isPrivate is missing.", fields=["isPrivate"])
    if not isinstance(is_private, bool):
        raise FieldsInvalid("isPrivate is true or false.", fields=["isPrivate"])
    if password is not None and not isinstance(password, str):
        raise FieldsInvalid("password is a text.", fields=["password"])
    privacy = Privacy.BY_KEY if is_private else Privacy.PUBLIC
    return Changes(frozenset({"private"}), privacy=privacy, private_key=password)


def _form(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a form as JSON would have them; a password that was left empty is none."""
    body: dict[str, Any] = {"isPrivate": fields.get("isPrivate"), "password": fields.get("password") or None}
    with suppress(ValueError):  # what is no switch is refused for what it is: missing, or a text
        body["isPrivate"] = read_switch(body["isPrivate"])
    return body


def render_list(request: Request, batches: Iterator[list[StoredFile]], links: Links) -> Response:
    """`{"images": […]}`, made while it is sent."""
    return made_while_sent(request, Headers({"Content-Type": "application/json"}), _list(batches, links))


def _list(batches: Iterator[list[StoredFile]], links: Links) -> Generator[bytes, None, None]:
    # By `map`, which keeps nothing: while the client is waited for there is the block, and no text beside it.
    yield from map(partial(_block, links), chain(['{"images":['], repeat(",\n")), batches)
    yield b"]}\n"


def _block(links: Links, lead: str, batch: list[StoredFile]) -> bytes:
    return (lead + ",\n".join(encode(describe(file, links, for_owner=True)) for file in batch)).encode()


def render_file(file: StoredFile, links: Links) -> Response:
    """One file, to its owner."""
    return render_json(describe(file, links, for_owner=True))


def render_privacy(file: StoredFile, links: Links) -> Response:
    """One file whose privacy was set."""
    return render_json({**describe(file, links, for_owner=True), "success": True})


def render_deleted() -> Response:
    """One file is deleted."""
    return render_json({"status": True, "success": True, "message": "Image deleted successfully"})
