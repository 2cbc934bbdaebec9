"""Pages for people."""

from pastebin.blueprints.web import accounts, admin, files, mailed, viewing, views
from pastebin.blueprints.web.blueprint import bp

__all__ = ["accounts", "admin", "bp", "files", "mailed", "viewing", "views"]
