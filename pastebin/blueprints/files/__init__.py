"""Addresses and the store: `/HASH`, `/UUID`, `PUT /NAME`, and the upload form's target. Owns "/", so it comes last."""

from pastebin.blueprints.files.views import bp

__all__ = ["bp"]
