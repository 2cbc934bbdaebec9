"""The objects that an application is wired from: made here, bound in `app`.

`settings` and `store` stand for those of the running application, so that
services can use them without knowing of Flask.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from flask.globals import _cv_app
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import BigInteger, Connection, Dialect, Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from pastebin.config import Settings
from pastebin.generation import Generation
from pastebin.prepared import Prepared
from pastebin.tally import Tally
from pastebin.turn import Turn
from pastebin.wal import NotDurable, WriteAheadLog

if TYPE_CHECKING:
    from pastebin.blobs.staged import StagedStore
    from pastebin.images.derived import DerivedImages


log = logging.getLogger(__name__)


class Base(DeclarativeBase):
    """What every table's class derives from."""


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()
csrf = CSRFProtect()


class _OfCurrentApp:
    """Stands for what the running application has under a name.

    A request asks dozens of times, and Werkzeug's proxy, which can do more, takes longer for it.
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(_cv_app.get().app.extensions[self._name], attribute)


settings = cast("Settings", _OfCurrentApp("pastebin.settings"))
# Where each setting that was set was set, in words.
origins = cast("Mapping[str, str]", _OfCurrentApp("pastebin.origins"))
store = cast("StagedStore", _OfCurrentApp("pastebin.store"))
generation = cast("Generation", _OfCurrentApp("pastebin.generation"))
derived = cast("DerivedImages", _OfCurrentApp("pastebin.derived"))
tally = cast("Tally[Any]", _OfCurrentApp("pastebin.tally"))

# mypy reads the plain base; Flask-SQLAlchemy's Model is that base with its own registry behind it.
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_BEGIN = Prepared(text("BEGIN IMMEDIATE"))
# In WAL mode NORMAL syncs the log at checkpoints alone. What of it is durable is durable with all before it.
_DO_NOT_WAIT = Prepared(text("PRAGMA synchronous=NORMAL"))
_HAS_LOG = "pastebin.log"
_WAITS_NOT = "pastebin.waits_not"

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


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970: fine enough that uploads keep their order."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """To an aware time."""
        return None if value is None else instant(value)


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


def microseconds(time: datetime) -> int:
    """Whole microseconds since 1970 of an aware time."""
    return round(time.timestamp() * 1_000_000)


def this_millisecond() -> int:
    """Whole milliseconds since 1970 now."""
    return time.time_ns() // 1_000_000


def instant(micros: int) -> datetime:
    """The aware UTC time of that many microseconds since 1970."""
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def moment(millis: int) -> datetime:
    """The aware UTC time of that many milliseconds since 1970."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def now() -> datetime:
    """This moment, in UTC, in whole milliseconds as the database keeps it."""
    exact = datetime.now(UTC)
    return exact.replace(microsecond=exact.microsecond // 1000 * 1000)


def context_maker() -> Callable[[], AbstractContextManager[object]]:
    """What makes contexts of the running application, for a thread beside its requests."""
    return _cv_app.get().app.app_context


@contextmanager
def reading() -> Iterator[Connection]:
    """A connection to read with, given back at the end: hold none while waiting for a client."""
    with db.engine.connect() as connection:
        yield connection


@contextmanager
def transaction(*, durable: bool = True) -> Iterator[Connection]:
    """One write transaction: committed durably at the end, rolled back on any error.

    On SQLite it takes the write lock at its beginning, so what is read inside
    holds until the commit. Never one inside another.

    Args:
        durable: whether to wait for the disk. What does not outlives the program, but maybe not a power cut, which may
            lose it; it never takes anything else with it.

    Raises:
        NotDurable: it is committed, and the disk may not have it. Not to be tried again.
    """
    with current_app.extensions["pastebin.writers_turn"], db.engine.connect() as connection:
        is_left = _wait_for_no_disk(connection)
        with connection.execution_options(writes=True).begin():
            yield connection
    if durable and is_left:
        current_app.extensions["pastebin.log"].wait()


def _wait_for_no_disk(connection: Connection) -> bool:
    """Have commits of this connection not wait for the disk, where that can be done afterwards; whether so."""
    info = connection.info
    if not info.get(_HAS_LOG):
        return False
    if not info.get(_WAITS_NOT):
        _DO_NOT_WAIT.count(connection, {})
        info[_WAITS_NOT] = True
    return True


def is_disk_full(fault: OperationalError) -> bool:
    """Whether the database could not write for want of room."""
    return "database or disk is full" in str(fault.orig)


def tune_sqlite(app: Flask) -> None:
    """Make an SQLite engine durable (FULL) and concurrent (WAL), and have its writers take turns."""
    with app.app_context():
        engine = db.engine
    app.extensions["pastebin.writers_turn"] = nullcontext()
    app.extensions["pastebin.log"] = None
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        _make_unreadable_for_others(path)
        # SQLite lets one writer in at a time and has the others poll, with growing pauses. So they queue up.
        app.extensions["pastebin.writers_turn"] = Turn(path.with_name(f"{path.name}.turn"))
        real = path.resolve()  # where a link leads: that is beside which SQLite has it
        app.extensions["pastebin.log"] = WriteAheadLog(real.with_name(f"{real.name}-wal"), empty_log)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)


def _make_unreadable_for_others(path: Path) -> None:
    """Private keys and sessions lie in it. What SQLite puts beside it gets the same rights."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))


def clear_log() -> None:
    """Empty SQLite's log, so that what was removed is not in it any more.

    Where somebody reads from it at this moment, or the disk has no room, it is left for the next time.
    """
    if db.engine.dialect.name == "sqlite":
        try:
            empty_log()
        except OperationalError:
            log.warning("SQLite's log could not be emptied", exc_info=True)


def empty_log() -> bool:
    """Have SQLite write its log into the database, durably, and empty it; false where somebody reads from it.

    Raises:
        OperationalError: the disk has no room, or fails.
    """
    with current_app.extensions["pastebin.writers_turn"], db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")  # nobody is kept waiting for it
        try:
            is_busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    return not is_busy


_BUSY_MILLISECONDS = 30_000
# When SQLite's log is that long, it is written into the database. Whoever commits then waits for two more fsyncs.
_LOG_BYTES = 64 << 20
_PRAGMAS = (
    # Of a new database. An upload changes a page here and a page there, and the log takes each of them whole.
    "page_size=2048",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # staged contents that were removed are not left lying in free pages
    f"busy_timeout={_BUSY_MILLISECONDS}",
)


def _on_connect(connection: object, record: ConnectionPoolEntry) -> None:
    raw = cast("_RawSqlite", connection)
    raw.isolation_level = None  # the driver's own transactions begin too late; ours begin in _on_begin
    for pragma in _PRAGMAS:
        raw.execute(f"PRAGMA {pragma}").close()
    page_bytes = raw.execute("PRAGMA page_size").fetchone()[0]
    raw.execute(f"PRAGMA wal_autocheckpoint={_LOG_BYTES // page_bytes}").close()
    # Not every filesystem can have it: there SQLite stays with its journal, and waits at each commit.
    record.info[_HAS_LOG] = raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def _on_begin(connection: Connection) -> None:
    # A read needs no transaction of its own: each statement sees the newest state.
    if connection.get_execution_options().get("writes", False):
        _BEGIN.count(connection, {})


if TYPE_CHECKING:
    from sqlite3 import Connection as _RawSqlite

__all__ = [
    "FOREVER",
    "Engine",
    "Expiry",
    "Model",
    "Moment",
    "NotDurable",
    "clear_log",
    "context_maker",
    "csrf",
    "db",
    "derived",
    "empty_log",
    "generation",
    "is_disk_full",
    "login_manager",
    "milliseconds",
    "moment",
    "now",
    "origins",
    "reading",
    "settings",
    "store",
    "tally",
    "transaction",
    "tune_sqlite",
]
