"""Asking by hash is a few seeks, however many files and uploads of the same content there are."""

from flask import Flask
from sqlalchemy import text

from pastebin.extensions import db
from pastebin.services import files


def test_by_hash_every_table_is_entered_by_the_index_made_for_it(app: Flask) -> None:
    for query in (files._PUBLISHED.by_address, files._PUBLISHED.by_digest):
        with app.app_context():
            compiled = query.compile(db.engine, compile_kwargs={"literal_binds": False})
            with db.engine.connect() as connection:
                values = {"given": "0" * 16, "end": "0" * 16 + "g", "moment": 0}
                sql = f"EXPLAIN QUERY PLAN {_named(str(compiled), compiled.positiontup or [])}"
                plan = [row[3] for row in connection.execute(text(sql), {**compiled.params, **values})]

        assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], plan
        assert [step for step in plan if "ix_files_published (digest=? AND expires_at>?)" in step], plan


def _named(sql: str, order: list[str]) -> str:
    """The statement with names for its question marks."""
    for name in order:
        sql = sql.replace("?", f":{name}", 1)
    return sql
