"""`/api`: upload from programs, and its documentation. Management comes to live here."""

from pastebin.blueprints.api.views import bp

__all__ = ["bp"]
