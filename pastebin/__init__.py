"""A pastebin: upload a file, get an address made of its SHA-256, give it to anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from pastebin.app import create_app

__all__ = ["__version__", "create_app"]


def __getattr__(name: str) -> Any:
    """The factory, imported when it is first asked for.

    `pastebin.config` alone is what the server's own settings read, before any
    worker exists; they must not pay for the application or start any of it.
    """
    if name == "create_app":
        from pastebin.app import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
