"""What the page `/api` tells: this server's own addresses, bounds and examples, made by the code that answers."""

import json
from datetime import UTC, datetime
from typing import Any

from pastebin.access.gate import anonymous_uploads_off
from pastebin.blueprints import clients
from pastebin.blueprints.errors import body_of
from pastebin.blueprints.links import Links
from pastebin.blueprints.representation import describe_upload
from pastebin.errors import BodyTooLarge
from pastebin.extensions import settings
from pastebin.services import bounds, encrypted_uploads
from pastebin.services.actor import Actor
from pastebin.services.files import StoredFile
from pastebin.services.uploads import Uploaded

# Of the four bytes "test".
_DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_UUID = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


def words(links: Links, actor: Actor) -> dict[str, Any]:
    """The variables of the template."""
    example = _example(links)
    return {
        "links": links,
        "account": actor.user,
        "placeholder": clients.KEY_PLACEHOLDER,
        "hash": example["hash"],
        "uuid": _UUID,
        "example": _shown(example),
        "error": _shown(body_of(BodyTooLarge(limit=settings.MAX_FILE_SIZE))),
        "address_length": settings.ADDRESS_LENGTH,
        "registration_is_open": settings.REGISTRATION == "open",
        "anonymous": not anonymous_uploads_off(),
        "wants_verified": settings.REQUIRE_VERIFIED_EMAIL,
        "anonymous_expiry": settings.ANONYMOUS_MAX_EXPIRY,
        "anonymous_largest": settings.ANONYMOUS_MAX_FILE_SIZE,
        "largest": settings.MAX_FILE_SIZE if actor.is_nobody else bounds.largest_body(actor),
        "chunk_largest": bounds.largest_chunk(),
        "encrypted_longest": encrypted_uploads.longest_seconds(),
        "snippets_for_all": clients.snippets_for_all(links),
    }


def _example(links: Links) -> dict[str, Any]:
    """The answer to an upload of `image.png`, as this server would give it."""
    moment = datetime(2026, 11, 21, 4, 54, tzinfo=UTC)
    file = StoredFile(
        _UUID, _DIGEST, _DIGEST[: settings.ADDRESS_LENGTH], 1234, None, "image.png", None, "png", "image/png",
        "image/png", None, is_private=False, private_key=None, expires_at=None, download_limit=None, downloads=0,
        views=0, created_at=moment, updated_at=moment,
    )  # fmt: skip
    return describe_upload(Uploaded(file, "TOKEN"), links)


def _shown(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=2)
