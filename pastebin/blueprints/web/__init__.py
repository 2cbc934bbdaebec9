"""Pages for people."""

from pastebin.blueprints.web.views import bp

__all__ = ["bp"]
