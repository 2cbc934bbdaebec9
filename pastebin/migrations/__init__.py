"""The database's history (Alembic), and running it at the start.

Importing Alembic takes longer than the rest of a start. So it is done only
where there is something to migrate, or somebody runs `flask db`.
"""

import fcntl
import logging
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import inspect, text

from pastebin.extensions import db

FOLDER = Path(__file__).parent

log = logging.getLogger(__name__)
# What it says at every step is for whoever writes migrations; that they ran is said below.
logging.getLogger("alembic").setLevel(logging.WARNING)


def register(app: Flask) -> None:
    """Let `flask --app wsgi db` find the application's migrations."""
    app.extensions["migrate"] = _Late(app)
    app.cli.add_command(_Commands("db", help="Perform database migrations."))


def upgrade_if_needed(app: Flask) -> None:
    """Bring the database to the newest version; only one of several processes does it, the others wait for it."""
    with app.app_context():
        # Before the first connection: two that turn a new SQLite file to WAL at once are "locked", without a wait.
        with (Path(app.instance_path) / "migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if current() != newest():
                from flask_migrate import upgrade

                upgrade(directory=str(FOLDER))
                log.info("database is at version %s", newest())


def current() -> str | None:
    """The version of the database; None where it is empty."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return version


def newest() -> str:
    """The newest version that the running code knows."""
    return _NEWEST


# A file's name begins with its version, and they are in order. Looked up with the code: what is put there while it runs
# belongs to the next one.
_NEWEST = max(path.name for path in (FOLDER / "versions").glob("*_*.py")).partition("_")[0]


class _Commands(click.Command):
    """Stands for Flask-Migrate's commands until one of them is called."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """That of the real ones, which then run in it."""
        commands = import_module("flask_migrate.cli").db
        made: click.Context = commands.make_context(info_name, args, parent, **extra)
        return made


class _Late:
    """Stands for Flask-Migrate's part of the application until somebody asks for it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> object:
        from flask_migrate import Migrate

        Migrate().init_app(self._app, db, directory=str(FOLDER), render_as_batch=True)
        return getattr(self._app.extensions["migrate"], name)
