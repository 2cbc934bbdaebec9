"""Static files as they leave: compressed where the client takes that, each form with an ETag of its own.

Only these leave compressed. A page with a CSRF token in it must not: its length
would tell of the token to whoever can make the page echo guesses (BREACH). Users'
bytes are sent as they are.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

# Headers count: a page loads two dozen files, most of them smaller than what stands around them.
_VERSION_DIGITS = 12
_ETAG_DIGITS = 32

# Of what is smaller by less (images, mostly) the file itself is sent.
_WORTH_IT = 0.9


@dataclass(frozen=True)
class _Held:
    """What is kept in memory of a file: its SHA-256 in hex, and its gzip form where that is worth it."""

    digest: str
    packed: bytes | None


def send(folder: Path, filename: str, *, mimetype: str | None = None) -> Response:
    """The answer to GET or HEAD of a file below *folder*, ranges and conditions included; *mimetype* else by its name.

    Raises:
        NotFound: no such file, or one outside.
    """
    path = _inside(folder, filename)
    held = _held(path, path.stat().st_mtime_ns)
    is_packed = held.packed is not None and request.accept_encodings["gzip"] > 0
    response = send_file(
        io.BytesIO(held.packed) if is_packed and held.packed else path,
        mimetype=mimetype, download_name=path.name, last_modified=path.stat().st_mtime,
        etag=held.digest[:_ETAG_DIGITS] + ("-gzip" if is_packed else ""),
    )  # fmt: skip
    del response.headers["Content-Disposition"]
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    if held.packed is not None:
        response.vary.add("Accept-Encoding")
    return response


def version(path: Path) -> str:
    """The beginning of a file's SHA-256; empty for one that is not there."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return ""
    return _held(path, changed).digest[:_VERSION_DIGITS]


def _inside(folder: Path, filename: str) -> Path:
    joined = safe_join(str(folder), filename)
    if joined is None or not Path(joined).is_file():
        raise NotFound
    return Path(joined)


@lru_cache(maxsize=256)
def _held(path: Path, _changed: int) -> _Held:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0)  # the same bytes, and so the same ETag, in every worker
    worth_it = len(packed) < len(content) * _WORTH_IT
    return _Held(hashlib.sha256(content).hexdigest(), packed if worth_it else None)
