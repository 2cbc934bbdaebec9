"""The request that is being answered, quick to ask: a view asks it dozens of things."""

from functools import cache
from typing import Any

from flask import Request
from flask.globals import _cv_app, _cv_request
from werkzeug.datastructures import EnvironHeaders


def current_request() -> Request:
    """The request of this context, itself: Flask's `request` looks it up anew at every attribute."""
    return _cv_request.get().request


class _Notes:
    """Flask's `g` without Werkzeug's proxy, which can do more, and takes its time for it (as in `extensions`)."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(_cv_app.get().g, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_cv_app.get().g, name, value)

    def __contains__(self, name: str) -> bool:
        return name in _cv_app.get().g


g = _Notes()


def is_under_api(path: str) -> bool:
    """Whether a path is the API's: programs ask there, and are answered in JSON."""
    return path == "/api" or path.startswith("/api/")


def is_under_hushfile(path: str) -> bool:
    """Whether a path is the hushfile protocol's, which answers for itself (seed 004)."""
    return path == "/api/file" or path.startswith("/api/file/")


class QuickHeaders(EnvironHeaders):
    """The header fields of a request, read where the server left them.

    Werkzeug raises and catches an error for each field that is not there, and most are not.
    """

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:  # type: ignore[override]  # for any type
        """A field as it came; *default* where it did not."""
        if type is not None:
            return super().get(key, default, type)
        return self.environ.get(_place(key), default)

    def __contains__(self, key: object) -> bool:
        return _place(str(key)) in self.environ


class QuickRequest(Request):
    """Flask's request with quicker headers."""

    def __init__(self, environ: dict[str, Any], *arguments: Any, **named: Any) -> None:
        super().__init__(environ, *arguments, **named)
        self.headers = QuickHeaders(environ)


@cache
def _place(name: str) -> str:
    """Where WSGI has a field (PEP 3333)."""
    key = name.upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
