"""The pages' JavaScript: modules import each other by relative paths, so their folder has the version, not a query.

A query on the first module's URL would not reach what that one imports: after an
upgrade a browser would run new modules with old ones.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import url_for
from werkzeug.wrappers import Response

from pastebin.blueprints.web import static_files
from pastebin.blueprints.web.blueprint import FOR_LONG, STATIC, bp

FOLDER = STATIC / "modules"

# A worker obeys the policy that its own module comes with, not the page's.
_CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"


@bp.get("/static/modules/<version>/<path:filename>")
def module_file(version: str, filename: str) -> Response:
    """A module, kept for long where its URL has the version of all of them; else the same one, asked for each time."""
    # Whatever this machine's table of types says: browsers run no module of another type.
    mimetype = "text/javascript" if filename.endswith(".js") else None
    response = static_files.send(FOLDER, filename, mimetype=mimetype)
    is_current = version == modules_version()
    response.headers["Cache-Control"] = FOR_LONG if is_current else "no-cache"
    response.headers["Content-Security-Policy"] = _CSP
    return response


@bp.app_template_global("module")
def module(filename: str) -> str:
    """The URL of a module, under the version of all of them."""
    return url_for("web.module_file", version=modules_version(), filename=filename)


def modules_version() -> str:
    """The beginning of a SHA-256 over the names and contents of all modules."""
    paths = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return _hashed(tuple((path, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=8)
def _hashed(files: tuple[tuple[Path, int], ...]) -> str:
    everything = hashlib.sha256()
    for path, _changed in files:
        everything.update(hashlib.sha256(path.relative_to(FOLDER).as_posix().encode()).digest())
        everything.update(hashlib.sha256(path.read_bytes()).digest())
    return everything.hexdigest()[:12]
