"""The database's history (Alembic), and running it at the start."""

import fcntl
import logging
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from pastebin.extensions import db

FOLDER = Path(__file__).parent

log = logging.getLogger(__name__)
# What it says at every step is for whoever writes migrations; that they ran is said below.
logging.getLogger("alembic").setLevel(logging.WARNING)


def upgrade_if_needed(app: Flask) -> None:
    """Bring the database to the newest version; only one of several processes does it, the others wait for it."""
    with app.app_context():
        # Before the first connection: two that turn a new SQLite file to WAL at once are "locked", without a wait.
        with (Path(app.instance_path) / "migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_current():
                upgrade(directory=str(FOLDER))
                log.info("database is at version %s", _head())


def _is_current() -> bool:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _head()


def _head() -> str | None:
    return ScriptDirectory(str(FOLDER)).get_current_head()
