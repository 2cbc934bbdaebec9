"""Pages for people."""

from pastebin.blueprints.web import views
from pastebin.blueprints.web.blueprint import bp

__all__ = ["bp", "views"]
