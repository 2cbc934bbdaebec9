"""What the tests of addresses share: files that fall due, and the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from pastebin.extensions import now, transaction
from pastebin.models import FileRow
from pastebin.services import upkeep


@pytest.fixture
def expire_now(app: Flask) -> Callable[[str], None]:
    """Let a file's time have come, without waiting for it."""

    def expire(uuid: str) -> None:
        with app.app_context(), transaction() as connection:
            due = now() - timedelta(milliseconds=1)
            connection.execute(update(FileRow).where(FileRow.id == uuid).values(expires_at=due))

    return expire


@pytest.fixture
def sweep(app: Flask) -> Callable[[], upkeep.Swept]:
    """Run the sweep."""

    def run() -> upkeep.Swept:
        with app.app_context():
            return upkeep.sweep()

    return run
