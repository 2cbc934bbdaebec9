"""Somebody with very many files, put straight into a server's database: uploading them would take minutes."""

import os
import random
import time
import uuid
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Table

from pastebin import create_app
from pastebin.extensions import FOREVER, clear_log, db, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, FileRow
from pastebin.prepared import inserting
from pastebin.services import accounts, keys, totals

_PASSWORD = "only for the benchmark"
_BATCH = 5000
# Past the grace in which the sweep leaves bytes alone that nobody names.
_AGE_SECONDS = 7 * 86400

# What people upload, roughly: how often, what it is, and with which extension.
_KINDS = (
    (40, "image/png", "png"), (25, "image/jpeg", "jpg"), (20, "text/plain", "txt"), (6, "text/x-python", "py"),
    (5, "application/pdf", "pdf"), (3, "video/mp4", "mp4"), (1, "application/zip", "zip"),
)  # fmt: skip
_WORDS = ("screenshot", "holiday", "invoice", "notes", "build", "report", "backup", "draft", "log", "Straße")

_ADDRESSES, _BLOBS, _FILES = (inserting(cast(Table, row.__table__)) for row in (AddressRow, BlobRow, FileRow))


def collector(instance: Path, count: int, *, is_shelved: bool = False) -> str:
    """An API key of a new user who has so many files.

    Their rows are as uploads leave them, totals included; their bytes are
    not there, since lists don't ask for them. With *is_shelved* the store has
    the names of all of them.
    """
    # Whatever the environment says: these files belong to the benchmark's server alone.
    blobs = instance / "blobs"
    app = create_app(instance, LOG_LEVEL="warning", DATABASE_URL="", BLOB_FOLDER="")
    with app.app_context():
        user = accounts.create("collector", _PASSWORD)
        chance = random.Random(1)
        begun = time.time_ns() // 1000 - count * 1_000_000
        for first in range(0, count, _BATCH):
            numbers = range(first, min(first + _BATCH, count))
            with transaction() as connection:
                files = [_file(chance, user.id, number, begun + number * 1_000_000) for number in numbers]
                _add(connection, files)
            if is_shelved:
                _shelve(blobs, [file["digest"] for file in files])
        key = keys.issue(user).secret
        clear_log()  # as the next sweep would: what is still in the log is slower to read
        db.engine.dispose()  # the processes of the load are forked from this one
    return str(key)


def _shelve(folder: Path, digests: list[str]) -> None:
    """Give the store a name for each: links to one byte, which has been there for a while."""
    byte = folder / f"byte-{digests[0]}"
    byte.write_bytes(b"-")
    os.utime(byte, (time.time() - _AGE_SECONDS,) * 2)
    for digest in digests:
        os.link(byte, folder / digest[:2] / digest)
    byte.unlink()


def _add(connection: Connection, files: list[dict[str, Any]]) -> None:
    _ADDRESSES.each(connection, [{"digest": file["digest"], "address": file["digest"][:16]} for file in files])
    _BLOBS.each(connection, [_blob(file) for file in files])
    _FILES.each(connection, files)
    totals.add(connection, [(file["owner_id"], file["size"]) for file in files])


def _file(chance: random.Random, owner_id: int, number: int, created_at: int) -> dict[str, Any]:
    """One in twenty ends some day, and one in fifty is private."""
    media_type, extension = chance.choices([kind[1:] for kind in _KINDS], [kind[0] for kind in _KINDS])[0]
    is_private = chance.random() < 0.02
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "digest": chance.randbytes(32).hex(),
        "owner_id": owner_id, "size": int(chance.lognormvariate(11, 2)),
        "filename": f"{chance.choice(_WORDS)}-{number:06d}.{extension}", "name": None, "extension": extension,
        "media_type": media_type, "is_private": is_private, "private_key": "A" * 22 if is_private else None,
        "expires_at": created_at // 1000 + 10**10 if chance.random() < 0.05 else FOREVER, "download_limit": None,
        "downloads": 0, "views": 0, "md5": None, "delete_token_hash": chance.randbytes(32).hex(),
        "created_at": created_at, "updated_at": created_at // 1000,
    }  # fmt: skip


def _blob(file: dict[str, Any]) -> dict[str, Any]:
    charset = "utf-8" if file["media_type"].startswith("text/") else None
    shared = {name: file[name] for name in ("digest", "size", "media_type", "extension")}
    return {
        **shared, "charset": charset, "state": BlobState.LIVE, "created_at": file["updated_at"], "orphaned_at": None,
    }  # fmt: skip
