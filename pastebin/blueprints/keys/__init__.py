"""API keys: the page for people, and JSON for sessions."""

from pastebin.blueprints.keys import pages
from pastebin.blueprints.keys.views import bp

__all__ = ["bp", "pages"]
