"""Indexes of some rows of a table: of which, in the words of each database."""

from sqlalchemy import Index, MetaData, text

_ON_POSTGRESQL = "postgresql_where"


def partial_index(name: str, *columns: str, where: str, on_postgresql: str | None = None) -> Index:
    """An index of the rows for which *where* holds.

    Args:
        on_postgresql: the same in PostgreSQL's words, where those are others. They are noted only, for `complete`:
            SQLAlchemy loads all that it has for a database to look at one option, at every start of a server that
            uses another.
    """
    return Index(name, *columns, sqlite_where=text(where), info={_ON_POSTGRESQL: text(on_postgresql or where)})


def complete(metadata: MetaData) -> None:
    """Hand over what was noted, to whoever makes tables and migrations of *metadata*."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if _ON_POSTGRESQL in index.info:
                index.dialect_options["postgresql"]["where"] = index.info[_ON_POSTGRESQL]
