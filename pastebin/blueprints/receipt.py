"""What an uploader is shown once, on the page that follows: the deletion tokens, which the server does not keep.

They travel in a short-lived cookie of the browser that uploaded, for that one
page alone. It is signed: the page shows the private keys too, which somebody
who was given a deletion link must not get by writing a receipt of their own.
"""

import base64
import uuid as uuids

from flask import Request, request
from werkzeug.wrappers import Response

from pastebin.access import hosts
from pastebin.services import secrets
from pastebin.services.uploads import Uploaded

_NAME = "pastebin_receipt"
_SECONDS = 300
_TOKEN_BYTES = 16
_ENTRY_BYTES = 16 + _TOKEN_BYTES
# What fits in a cookie of 4 KiB, its name and attributes included. Of more files at once the rest
# are listed without their deletion links.
MOST_ENTRIES = 80


def give(response: Response, uploads: list[Uploaded]) -> None:
    """Send the tokens of these uploads along to the page of the first."""
    packed = b"".join(_pack(uploaded) for uploaded in uploads[:MOST_ENTRIES])
    response.set_cookie(
        _NAME, secrets.seal(_NAME, base64.urlsafe_b64encode(packed).decode()), max_age=_SECONDS, httponly=True,
        samesite="Lax", secure=hosts.is_secure(request), path=_path(uploads[0].file.uuid),
    )  # fmt: skip


def take(request: Request, uuid: str, response: Response) -> None:
    """Have the browser forget the receipt of a page: it has been shown."""
    if _NAME in request.cookies:
        response.delete_cookie(_NAME, path=_path(uuid), httponly=True, samesite="Lax", secure=hosts.is_secure(request))


def read(request: Request) -> list[tuple[str, str]]:
    """The UUIDs and deletion tokens on the receipt that came with this request, if one did; whether they hold is
    for the caller to find out."""
    text = secrets.unseal(_NAME, request.cookies.get(_NAME, ""))
    packed = base64.urlsafe_b64decode(text) if text else b""
    entries = [packed[start : start + _ENTRY_BYTES] for start in range(0, len(packed), _ENTRY_BYTES)]
    return [_unpack(entry) for entry in entries]


def _pack(uploaded: Uploaded) -> bytes:
    token = uploaded.delete_token
    return uuids.UUID(uploaded.file.uuid).bytes + base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def _unpack(entry: bytes) -> tuple[str, str]:
    return str(uuids.UUID(bytes=entry[:16])), base64.urlsafe_b64encode(entry[16:]).decode().rstrip("=")


def _path(uuid: str) -> str:
    return f"/view/{uuid}"
