"""Statements that are compiled once and handed straight to the database's driver.

On the path of every upload SQLAlchemy's own execution costs several times
what SQLite needs for the statement itself. What is sent is still compiled by
SQLAlchemy for the dialect in use; only plain values (text, whole numbers,
None) go in and come out.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Values = dict[str, Any]


class Prepared:
    """One statement. Its bound parameters must be of types that the driver takes as they are."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
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
        arguments = values if order is None else tuple(values[name] for name in order)
        driver_fault = dialect.loaded_dbapi.Error
        try:
            cursor.execute(sql, arguments)
        except driver_fault as fault:
            cursor.close()
            raise DBAPIError.instance(sql, None, fault, driver_fault, hide_parameters=True, dialect=dialect) from fault
        return cursor

    def _compile(self, connection: Connection) -> tuple[str, Sequence[str] | None]:
        compiled = self._statement.compile(connection.engine)
        made = str(compiled), getattr(compiled, "positiontup", None)
        self._compiled[connection.dialect.name] = made
        return made
