"""`/api`: upload from programs, management, and their documentation."""

from pastebin.blueprints.api import switches
from pastebin.blueprints.api.views import bp

__all__ = ["bp", "switches"]
