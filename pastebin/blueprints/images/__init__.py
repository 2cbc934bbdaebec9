"""The image host: images of one's own, listed, shown to oneself, hidden and deleted (seed 001)."""

from pastebin.blueprints.images.views import bp

__all__ = ["bp"]
