"""`/api/file`: files that their clients encrypted, in chunks (seed 004)."""

from pastebin.blueprints.hushfile.views import bp

__all__ = ["bp"]
