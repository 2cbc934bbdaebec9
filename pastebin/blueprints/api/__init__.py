"""`/api`: upload from programs, management, and their documentation."""

from pastebin.blueprints.api import encrypted, export, management, sessions, switches, takedowns
from pastebin.blueprints.api.views import bp

__all__ = ["bp", "encrypted", "export", "management", "sessions", "switches", "takedowns"]
