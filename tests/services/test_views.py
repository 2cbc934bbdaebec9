"""Views are written down together: of a file by itself, of a content for the oldest file that the public has of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from pastebin.extensions import now, store, transaction
from pastebin.models import FileRow
from pastebin.services import accounts, files, views
from pastebin.services.actor import Actor, ActorKind, nobody
from pastebin.services.files import StoredFile
from pastebin.services.uploads import Incoming, Privacy, Rules, take_in

STRANGER = nobody("192.0.2.1")


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def ann():
    return Actor(ActorKind.SESSION, "192.0.2.1", accounts.create("ann", "correct horse battery"))


def take(actor=STRANGER, content=b"hello\n", **rules) -> StoredFile:
    spool = store.spool()
    spool.write(content)
    taken = take_in(actor, [Incoming(spool, "x.txt", "utf-8")], Rules(**rules))
    spool.close()
    return taken[0].file


def change(file: StoredFile, **values) -> None:
    with transaction() as connection:
        connection.execute(update(FileRow).where(FileRow.id == file.uuid).values(**values))


def views_of(*some: StoredFile) -> list[int]:
    return [files.get(file.uuid).views for file in some]


def test_views_of_a_file_are_its_own_and_change_nothing_else_of_it(ann):
    first, second = take(ann), take(ann)
    for _ in range(3):
        views.of_file(first.uuid)()

    assert views_of(first, second) == [0, 0]
    assert views.write() == 3
    assert views_of(first, second) == [3, 0]
    assert files.get(first.uuid).updated_at == first.updated_at


def test_views_are_written_once_and_added_to_those_there_were():
    file = take()
    for wanted in (1, 2):
        views.of_file(file.uuid)()
        views.write()

        assert views.write() == 0
        assert views_of(file) == [wanted]


def test_views_of_a_content_are_those_of_its_oldest_public_file(ann):
    private, first, second, third = take(ann, privacy=Privacy.OWNER_ONLY), take(), take(ann), take()
    views.of_content(first.digest, None)()
    views.write()

    assert views_of(private, first, second, third) == [0, 1, 0, 0]


def test_of_files_made_at_the_same_moment_the_first_by_its_uuid_counts_as_the_oldest():
    made = sorted([take(), take(), take()], key=lambda file: file.uuid)
    for file in made:
        change(file, created_at=made[0].created_at)
    views.of_content(made[0].digest, None)()
    views.write()

    assert views_of(*made) == [1, 0, 0]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"is_private": True}, id="private"),
        pytest.param({"download_limit": 5}, id="limited"),
        pytest.param({"expires_at": "due"}, id="expired"),
    ],
)
def test_what_the_hash_does_not_lead_to_is_passed_over(values):
    older, younger = take(), take()
    due = {name: now() - timedelta(milliseconds=1) for name, value in values.items() if value == "due"}
    change(older, **{**values, **due})
    views.of_content(older.digest, None)()
    views.write()
    change(older, is_private=False, download_limit=None, expires_at=None)

    assert views_of(older, younger) == [0, 1]


def test_a_file_that_is_deleted_before_views_are_written_leaves_them_to_the_next():
    first, second, third = take(), take(), take()
    views.of_content(first.digest, None)()
    views.of_file(first.uuid)()
    files.remove([first.uuid])
    views.write()

    assert views_of(second, third) == [1, 0]


def test_what_a_reader_has_uploaded_is_not_viewed_by_that_reader(ann):
    of_ann, of_nobody, younger = take(ann), take(), take()
    views.of_content(of_ann.digest, ann.user_id)()
    views.write()

    assert views_of(of_ann, of_nobody, younger) == [0, 0, 0]


def test_views_of_ones_own_content_that_nobody_else_has_are_nobodys(ann):
    file = take(ann)
    views.of_content(file.digest, ann.user_id)()

    assert views.write() == 1
    assert views_of(file) == [0]


def test_views_by_one_reader_and_by_others_are_told_apart(ann):
    of_ann, of_nobody = take(ann), take()
    for reader in (ann.user_id, None, None, ann.user_id, ann.user_id):
        views.of_content(of_ann.digest, reader)()
    views.write()

    assert views_of(of_ann, of_nobody) == [2, 0]


def test_where_one_cannot_be_written_none_is_and_all_are_at_the_next_time():
    """The database refuses, as it does where its disk is full; what it had done by then it takes back."""
    made = [take(content=b"%d" % number) for number in range(5)]
    for file in made:
        views.of_file(file.uuid)()
        views.of_content(file.digest, None)()
    refusal = f"CREATE TRIGGER full BEFORE UPDATE ON files WHEN old.id = '{made[3].uuid}' "
    with transaction() as connection:
        connection.exec_driver_sql(refusal + "BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(SQLAlchemyError, match="full"):
        views.write()
    assert views_of(*made) == [0, 0, 0, 0, 0]
    views.of_file(made[0].uuid)()
    with transaction() as connection:
        connection.exec_driver_sql("DROP TRIGGER full")

    assert views.write() == 11
    assert views_of(*made) == [3, 2, 2, 2, 2]
