"""Pages for people."""

from pastebin.blueprints.web import accounts, admin, files, mailed, modules, viewing, views
from pastebin.blueprints.web.blueprint import bp

__all__ = ["accounts", "admin", "bp", "files", "mailed", "modules", "viewing", "views"]
