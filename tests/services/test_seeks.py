"""Asking by hash is a few seeks, however many files and uploads of the same content there are; counting is none.

Nor are views of a hash more.
"""

from typing import Any

from flask import Flask
from sqlalchemy import Select, select, text

from pastebin.extensions import db
from pastebin.models import AuditRow, EncryptedFileRow, FileRow
from pastebin.services import catalogue, encrypted, encrypted_listing, files, views


def test_by_hash_every_table_is_entered_by_the_index_made_for_it(app: Flask) -> None:
    for query in (files._PUBLISHED.by_address, files._PUBLISHED.by_digest):
        plan = _plan(app, query, {"given": "0" * 16, "end": "0" * 16 + "g", "moment": 0})

        assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], plan
        assert [step for step in plan if "ix_files_published (digest=? AND expires_at>?)" in step], plan


def test_whose_the_views_of_a_content_are_is_found_without_sorting_its_files(app: Flask) -> None:
    plan = _plan(app, views._OLDEST, {"content": "0" * 64, "moment": 0, "reader": 1})

    assert plan == ["SEARCH files USING INDEX ix_files_oldest (digest=?)"]


def test_somebodys_files_are_counted_without_going_through_them(app: Flask) -> None:
    plan = _plan(app, catalogue._OF_OWNER, {"owner": 1, "moment": 0})

    assert [step for step in plan if "files" in step] == [
        "SEARCH files USING INDEX ix_files_expires (expires_at<?)", "SCAN files USING INDEX ix_files_used_up",
    ]  # fmt: skip


def test_a_walk_through_images_goes_along_the_index_and_sorts_nothing(app: Flask) -> None:
    place = {"owner": 1, "created_at": 0, "uuid": "", "moment": 0, "at_most": 50}

    plan = _plan(app, catalogue._IMAGES_BEFORE, place)

    assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], plan
    assert [step for step in plan if "ix_files_owner_created (owner_id=? AND (created_at,id)<(?,?))" in step], plan


def test_somebodys_files_are_searched_and_ordered_in_the_index_alone(app: Flask) -> None:
    with app.app_context():
        chosen = [
            catalogue.Selection(1),
            catalogue.Selection(1, search="holiday"),
            catalogue.Selection(1, media_type="image/"),
            *(catalogue.Selection(1, order=order) for order in catalogue.ORDERS.values()),
        ]
        queries = [select(FileRow.id).where(*which.conditions()).order_by(*which.order) for which in chosen]
    for query in queries:
        plan = _plan(app, query, {"moment": 0})

        assert plan[0].startswith("SEARCH files USING COVERING INDEX ix_files_owner_created (owner_id=?"), plan


def test_encrypted_files_with_a_content_are_found_by_its_chunks(app: Flask) -> None:
    plan = _plan(app, select(EncryptedFileRow.id).where(encrypted.with_content("0" * 64)), {})

    assert not [step for step in plan if step.startswith("SCAN")], plan
    assert [step for step in plan if "ix_chunks_digest" in step], plan


def test_encrypted_files_are_listed_newest_first_without_being_sorted(app: Flask) -> None:
    order = (EncryptedFileRow.created_at.desc().nulls_last(), EncryptedFileRow.id.desc())

    plan = _plan(app, encrypted_listing._ENTRIES.order_by(*order).limit(50), {})

    assert not [step for step in plan if "TEMP B-TREE" in step], plan
    assert plan[0] == "SCAN encrypted_files USING INDEX ix_encrypted_files_created"


def test_acts_of_one_kind_or_actor_are_found_by_indexes(app: Flask) -> None:
    for column, index in ((AuditRow.act, "ix_audit_act"), (AuditRow.actor_name, "ix_audit_actor")):
        plan = _plan(app, select(AuditRow.id).where(column == "x").order_by(AuditRow.id.desc()), {})

        assert plan == [f"SEARCH audit USING COVERING INDEX {index} ({column.key}=?)"]


def _plan(app: Flask, query: Select[Any], values: dict[str, object]) -> list[str]:
    """What SQLite does for a query, step by step."""
    with app.app_context():
        compiled = query.compile(db.engine, compile_kwargs={"literal_binds": False})
        with db.engine.connect() as connection:
            sql = f"EXPLAIN QUERY PLAN {_named(str(compiled), compiled.positiontup or [])}"
            return [row[3] for row in connection.execute(text(sql), {**compiled.params, **values})]


def _named(sql: str, order: list[str]) -> str:
    """The statement with names for its question marks."""
    for name in order:
        sql = sql.replace("?", f":{name}", 1)
    return sql
