"""Pages for people."""

from pastebin.blueprints.web import accounts, viewing, views
from pastebin.blueprints.web.blueprint import bp

__all__ = ["accounts", "bp", "viewing", "views"]
