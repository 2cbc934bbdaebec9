"""What an application keeps."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from pastebin.extensions import reading, store
from pastebin.models import StagedRow


def stored(app: Flask) -> list[str]:
    """Digests of all bytes that are kept, in the store or staged before it."""
    with app.app_context():
        with reading() as connection:
            staged = connection.execute(select(StagedRow.digest)).scalars().all()
        return sorted({*staged, *(digest for digest, _age in store.listing(0, 1))})
