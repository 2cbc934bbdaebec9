"""The objects that an application is wired from: made here, bound in `app`.

`settings` and `store` stand for those of the running application, so that
services can use them without knowing of Flask.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import BigInteger, Connection, Dialect, Engine, event
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator
from werkzeug.local import LocalProxy

from pastebin.config import Settings

if TYPE_CHECKING:
    from pastebin.blobs.base import BlobStore


class Base(DeclarativeBase):
    """What every table's class derives from."""


db = SQLAlchemy(model_class=Base)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()

settings: Settings = cast("Settings", LocalProxy(lambda: current_app.extensions["pastebin.settings"]))
store: BlobStore = cast("BlobStore", LocalProxy(lambda: current_app.extensions["pastebin.store"]))

# mypy reads the plain base; Flask-SQLAlchemy's Model is that base with its own registry behind it.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

FOREVER = 1 << 62  # an expiry that never comes, in milliseconds


class Moment(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To milliseconds."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """To an aware time."""
        return None if value is None else moment(value)


class Expiry(Moment):
    """A `Moment` that may never come: None is kept as the largest value, so that `MAX` and `>` need no exception."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:
        """To milliseconds; None to FOREVER."""
        return FOREVER if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """To an aware time; FOREVER to None."""
        return None if value is None or value >= FOREVER else moment(value)


def milliseconds(time: datetime) -> int:
    """Whole milliseconds since 1970 of an aware time."""
    return round(time.timestamp() * 1000)


def moment(millis: int) -> datetime:
    """The aware UTC time of that many milliseconds since 1970."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def now() -> datetime:
    """This moment, in UTC, in whole milliseconds as the database keeps it."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection to read with, given back at the end: hold none while waiting for a client."""
    with db.engine.connect() as connection:
        yield connection


@contextmanager
def transaction() -> Iterator[Connection]:
    """One write transaction: committed durably at the end, rolled back on any error.

    On SQLite it takes the write lock at its beginning, so what is read inside
    holds until the commit. Never one inside another.
    """
    engine = db.engine
    turn = _sqlite_writers if engine.dialect.name == "sqlite" else nullcontext()
    with turn, engine.connect() as connection, connection.execution_options(writes=True).begin():
        yield connection


# SQLite lets one writer in at a time and has the others poll with growing pauses. Threads of one process can wait
# for each other without.
_sqlite_writers = Lock()


def tune_sqlite(app: Flask) -> None:
    """Make an SQLite engine durable (FULL) and concurrent (WAL), and let `transaction` take the write lock."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)


def _on_connect(connection: object, _record: object) -> None:
    raw = cast("_RawSqlite", connection)
    raw.isolation_level = None  # the driver's own transactions begin too late; ours begin in _on_begin
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        raw.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    # A read needs no transaction of its own: each statement sees the newest state.
    if connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


if TYPE_CHECKING:
    from sqlite3 import Connection as _RawSqlite

__all__ = [
    "FOREVER",
    "Engine",
    "Expiry",
    "Model",
    "Moment",
    "csrf",
    "db",
    "login_manager",
    "migrate",
    "milliseconds",
    "moment",
    "now",
    "reading",
    "settings",
    "store",
    "transaction",
    "tune_sqlite",
]
