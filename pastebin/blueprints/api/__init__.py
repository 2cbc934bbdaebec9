"""`/api`: upload from programs, management, and their documentation."""

from pastebin.blueprints.api import export, management, sessions, switches, takedowns
from pastebin.blueprints.api.views import bp

__all__ = ["bp", "export", "management", "sessions", "switches", "takedowns"]
