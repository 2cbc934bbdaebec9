"""A file as JSON: one spelling for every protocol that speaks it (contract section 3)."""

import json
from datetime import datetime
from typing import Any

from pastebin.blueprints.answers import ReadyAnswer
from pastebin.blueprints.links import Links
from pastebin.services.files import StoredFile
from pastebin.services.uploads import Uploaded

encode = json.JSONEncoder(separators=(",", ":")).encode
"""JSON without spaces: what is told of a file is long enough."""


def timestamp(time: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds and `Z`, as in the contract's example."""
    return None if time is None else time.isoformat("T", "milliseconds").removesuffix("+00:00") + "Z"


def describe(file: StoredFile, links: Links, *, for_owner: bool) -> dict[str, Any]:
    """All that is told of a file.

    Args:
        for_owner: with `privateKey`, and links that carry it; never for staff.
    """
    direct, thumbnail = links.direct(file, with_key=for_owner), links.thumbnail(file, with_key=for_owner)
    about = {
        "status": True,
        "hash": file.reference,
        "urls": {
            "base": links.home(),
            "hash": links.short(file),
            "ext": links.ext(file),
            "full": links.full(file),
        },
        "sha256": file.digest,
        "id": f"{file.uuid}.{file.extension}",
        "uuid": file.uuid,
        "filename": file.filename,
        "name": file.name,
        "extension": file.extension,
        "size": file.size,
        "type": file.media_type,
        "uploadedAt": timestamp(file.created_at),
        "expires": timestamp(file.expires_at),
        "limit": file.download_limit,
        "isPrivate": file.is_private,
        "views": file.views,
        "url": direct,
        "full_link": direct,
        **({"thumbnail": thumbnail} if thumbnail else {}),
        "manage": links.manage(file),
    }
    if for_owner and file.private_key:
        about["privateKey"] = file.private_key
    return about


def describe_managed(file: StoredFile, links: Links, *, for_owner: bool) -> dict[str, Any]:
    """A file as the management API shows it (seed 002): all that is told of it, its owner, and when it changed."""
    return {
        **describe(file, links, for_owner=for_owner),
        "userID": None if file.owner_id is None else str(file.owner_id),
        "createdAt": timestamp(file.created_at),
        "updatedAt": timestamp(file.updated_at),
    }


def describe_upload(uploaded: Uploaded, links: Links) -> dict[str, Any]:
    """A file in the answer to its own upload: with all that only its uploader may know."""
    about = describe(uploaded.file, links, for_owner=True)
    about["deletion_url"] = links.deletion(uploaded.file, uploaded.delete_token)
    return about


def describe_uploads(uploads: list[Uploaded], links: Links) -> dict[str, Any]:
    """What one request uploaded: the first file, and all of them under `files` where there are several."""
    described = [describe_upload(uploaded, links) for uploaded in uploads]
    return {**described[0], "files": described} if len(described) > 1 else described[0]


def render_json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> ReadyAnswer:
    """An answer in JSON, with a line's end for who reads it in a terminal."""
    return ReadyAnswer(encode(body) + "\n", status=status, headers=headers, content_type="application/json")


def upload_headers(uploaded: Uploaded, links: Links) -> dict[str, str]:
    """What every answer to an upload carries beside its body."""
    return {
        "Location": links.direct(uploaded.file, with_key=True),
        "X-Delete-URL": links.deletion(uploaded.file, uploaded.delete_token),
        "Cache-Control": "no-store",
    }
