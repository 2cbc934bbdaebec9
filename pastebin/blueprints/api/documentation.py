"""What the page `/api` tells: this server's own addresses, bounds and examples, made by the code that answers."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from pastebin.access.gate import anonymous_uploads_off
from pastebin.blueprints import clients, examples
from pastebin.blueprints.api import reference
from pastebin.blueprints.errors import body_of
from pastebin.blueprints.links import Links
from pastebin.blueprints.representation import describe_upload
from pastebin.errors import BodyTooLarge
from pastebin.extensions import settings
from pastebin.services import bounds, encrypted_uploads
from pastebin.services.actor import Actor
from pastebin.services.files import StoredFile
from pastebin.services.uploads import Uploaded


def words(links: Links, actor: Actor) -> dict[str, Any]:
    """The variables of the template."""
    example = _example(links)
    return {
        "links": links,
        "account": actor.user,
        "placeholder": clients.KEY_PLACEHOLDER,
        "hash": example["hash"],
        "uuid": examples.UUID,
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
        "sections": reference.PARTS,
        "snippets_for_all": clients.snippets_for_all(links),
    }


def reference_words(links: Links) -> dict[str, Any]:
    """The variables of the pages of the reference."""
    return {
        "links": links,
        "sections": reference.sections(),
        "codes": reference.error_codes(),
        "host": examples.HOST,
        "anonymous": not anonymous_uploads_off(),
    }


def in_code(text: str) -> Markup:
    """A sentence whose `words in backticks` are code, as HTML."""
    return Markup(_BACKTICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just before


_BACKTICKS = re.compile("`([^`]+)`")


def _example(links: Links) -> dict[str, Any]:
    """The answer to an upload of `image.png`, as this server would give it."""
    moment = datetime(2026, 11, 21, 4, 54, tzinfo=UTC)
    file = StoredFile(
        examples.UUID, examples.DIGEST, examples.DIGEST[: settings.ADDRESS_LENGTH], 1234, None, examples.FILENAME,
        None, "png", "image/png", "image/png", None,
        is_private=False, private_key=None, expires_at=None, download_limit=None, downloads=0,
        views=0, created_at=moment, updated_at=moment,
    )  # fmt: skip
    return describe_upload(Uploaded(file, "TOKEN"), links)


def _shown(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=2)
