"""`/api`: upload from programs, management, and their documentation."""

from pastebin.blueprints.api import management, sessions, switches, takedowns
from pastebin.blueprints.api.views import bp

__all__ = ["bp", "management", "sessions", "switches", "takedowns"]
