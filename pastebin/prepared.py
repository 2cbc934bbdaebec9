"""Statements that are compiled once and handed straight to the database's driver.

On the path of every upload SQLAlchemy's own execution costs several times
what SQLite needs for the statement itself. What is sent is still compiled by
SQLAlchemy for the dialect in use; only plain values (text, whole numbers,
None) go in and come out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values = dict[str, Any]
_Arrange = Callable[[Values], Any]

_LARGEST_PIECE = 32


class Prepared:
    """One statement. Its bound parameters must be of types that the driver takes as they are.

    Args:
        ending: further words of SQL that every dialect in use understands.
    """

    def __init__(self, statement: ClauseElement, ending: str = "") -> None:
        self._statement = statement
        self._ending = ending
        self._compiled: dict[str, tuple[str, _Arrange]] = {}

    def row(self, connection: Connection, values: Values) -> tuple[Any, ...] | None:
        """The first row of the result, or None."""
        cursor = self._executed(connection, values)
        try:
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found
        finally:
            cursor.close()

    def count(self, connection: Connection, values: Values) -> int:
        """How many rows the statement changed."""
        cursor = self._executed(connection, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def each(self, connection: Connection, things: Iterable[Values]) -> None:
        """Execute it for one thing after the other, without coming back from the driver in between.

        SQLite takes longer for one statement with all of them.
        """
        self._executed(connection, things, is_many=True).close()

    def _executed(self, connection: Connection, values: Any, *, is_many: bool = False) -> Any:
        dialect = connection.dialect
        sql, arrange = self._compiled.get(dialect.name) or self._compile(connection)
        cursor = connection.connection.cursor()
        driver_fault = dialect.loaded_dbapi.Error
        try:
            if is_many:
                cursor.executemany(sql, [arrange(each) for each in values])
            else:
                cursor.execute(sql, arrange(values))
        except driver_fault as fault:
            cursor.close()
            raise DBAPIError.instance(sql, None, fault, driver_fault, hide_parameters=True, dialect=dialect) from fault
        return cursor

    def _compile(self, connection: Connection) -> tuple[str, _Arrange]:
        compiled = self._statement.compile(connection.engine)
        made = f"{compiled} {self._ending}".rstrip(), _arrangement(getattr(compiled, "positiontup", None))
        self._compiled[connection.dialect.name] = made
        return made


class PreparedMany:
    """A query for any number of like things at once, up to thirty-two of them.

    Each execution lets other threads in and has to wait for its turn afterwards, so few large ones hold a lock for
    less long than many small ones.

    Args:
        make: the query for so many; the name of each bound parameter ends with `_` and the thing's number.
    """

    def __init__(self, make: Callable[[int], ClauseElement]) -> None:
        self._for = cache(lambda count: Prepared(make(count)))

    def rows(self, connection: Connection, things: Sequence[Values]) -> Iterator[tuple[Any, ...] | None]:
        """The first row of each execution's result."""
        for piece in _pieces(things):
            yield self._for(len(piece)).row(connection, _numbered(piece))


def inserting(table: Table, on_conflict: str = "") -> Prepared:
    """A row of a table, all columns given. *on_conflict*: what follows `ON CONFLICT`, in words that are everybody's."""
    row = {column.name: bindparam(column.name, type_=column.type) for column in table.columns}
    return Prepared(insert(table).values(row), f"ON CONFLICT {on_conflict}" if on_conflict else "")


def _pieces(things: Sequence[Values]) -> Iterator[Sequence[Values]]:
    """The things in runs that one statement takes: each length is prepared once and stays so."""
    for begin in range(0, len(things), _LARGEST_PIECE):
        yield things[begin : begin + _LARGEST_PIECE]


def _arrangement(order: Sequence[str] | None) -> _Arrange:
    """What makes values into what the driver takes: by name, or in this order."""
    if order is None:
        return lambda values: values
    if len(order) > 1:
        return itemgetter(*order)
    return lambda values: tuple([values[name] for name in order])


def _numbered(things: Sequence[Values]) -> Values:
    """Their values under one roof: `name` of the first is `name_0`."""
    return {f"{name}_{number}": value for number, thing in enumerate(things) for name, value in thing.items()}
