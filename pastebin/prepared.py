"""Statements that are compiled once and handed straight to the database's driver.

On the path of every upload SQLAlchemy's own execution costs several times
what SQLite needs for the statement itself. What is sent is still compiled by
SQLAlchemy for the dialect in use; only plain values (text, whole numbers,
None) go in and come out.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values = dict[str, Any]

_LARGEST_PIECE = 32


class Prepared:
    """One statement. Its bound parameters must be of types that the driver takes as they are.

    Args:
        ending: further words of SQL that every dialect in use understands.
    """

    def __init__(self, statement: ClauseElement, ending: str = "") -> None:
        self._statement = statement
        self._ending = ending
        self._compiled: dict[str, tuple[str, Sequence[str] | None]] = {}

    def row(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """The first row of the result, or None."""
        cursor = self._execute(connection, values)
        try:
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found
        finally:
            cursor.close()

    def count(self, connection: Connection, values: Values) -> int:
        """How many rows the statement changed."""
        cursor = self._execute(connection, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _execute(self, connection: Connection, values: Values) -> Any:
        dialect = connection.dialect
        sql, order = self._compiled.get(dialect.name) or self._compile(connection)
        cursor = connection.connection.cursor()
        arguments = values if order is None else tuple([values[name] for name in order])
        driver_fault = dialect.loaded_dbapi.Error
        try:
            cursor.execute(sql, arguments)
        except driver_fault as fault:
            cursor.close()
            raise DBAPIError.instance(sql, None, fault, driver_fault, hide_parameters=True, dialect=dialect) from fault
        return cursor

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        compiled = self._statement.compile(connection.engine)
        made = f"{compiled} {self._ending}".rstrip(), getattr(compiled, "positiontup", None)
        self._compiled[connection.dialect.name] = made
        return made


class PreparedMany:
    """A statement for any number of like things at once, up to thirty-two of them.

    Each execution lets other threads in and has to wait for its turn afterwards, so few large ones hold a lock for
    less long than many small ones.

    Args:
        make: the statement for so many; the name of each bound parameter ends with `_` and the thing's number.
    """

    def __init__(self, make: Callable[[int], Prepared]) -> None:
        self._make = cache(make)

    def rows(self, connection: Connection, things: Sequence[Values]) -> Iterator[tuple[Any, ...] | None]:
        """The first row of each execution's result."""
        for piece in _pieces(things):
            yield self._make(len(piece)).row(connection, _numbered(piece))

    def count(self, connection: Connection, things: Sequence[Values]) -> int:
        """How many rows were changed."""
        return sum(self._make(len(piece)).count(connection, _numbered(piece)) for piece in _pieces(things))


def inserting(table: Table, on_conflict: str = "") -> PreparedMany:
    """Rows of a table, all columns given. *on_conflict*: what follows `ON CONFLICT`, in words that are everybody's."""

    def make(count: int) -> Prepared:
        rows = [
            {column.name: bindparam(f"{column.name}_{number}", type_=column.type) for column in table.columns}
            for number in range(count)
        ]
        return Prepared(insert(table).values(rows), f"ON CONFLICT {on_conflict}" if on_conflict else "")

    return PreparedMany(make)


def _pieces(things: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """The things in runs that one statement takes: each length is prepared once and stays so."""
    for begin in range(0, len(things), _LARGEST_PIECE):
        yield things[begin : begin + _LARGEST_PIECE]


def _numbered(things: Sequence[Values]) -> Values:
    """Their values under one roof: `name` of the first is `name_0`."""
    return {f"{name}_{number}": value for number, thing in enumerate(things) for name, value in thing.items()}
