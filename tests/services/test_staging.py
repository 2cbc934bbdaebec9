"""Small contents wait in the database: as good as stored, moved by the sweep, gone when deleted, never lost between."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from pastebin.blobs import BlobMissing, StoreFull
from pastebin.blobs.local import LocalStore
from pastebin.extensions import now, reading, store, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, FileRow, StagedRow
from pastebin.services import fsck, staging, upkeep
from tests.forms import upload

CONTENT = b"a few words, kept until the sweep comes\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
OTHER = b"other words\n"


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


@pytest.fixture
def told(app: Flask, client) -> dict[str, str]:
    """What the server says of an upload that it staged."""
    return upload(client, CONTENT)


def staged() -> list[str]:
    with reading() as connection:
        return list(connection.execute(select(StagedRow.digest)).scalars())


def in_store() -> list[str]:
    return [digest for digest, _age in store.listing(0, 1)]


def expire_all() -> None:
    with transaction() as connection:
        connection.execute(update(FileRow).values(expires_at=now()))


def test_a_small_content_waits_in_the_database_and_is_served_from_there(app, client, told):
    assert (staged(), in_store()) == ([DIGEST], [])
    for address in (told["hash"], told["uuid"], DIGEST):
        assert client.get(f"/{address}").data == CONTENT
    part = client.get(f"/{told['hash']}", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data) == (206, CONTENT[2:5])
    assert client.get(f"/{told['uuid']}/md5").json["md5"] == hashlib.md5(CONTENT).hexdigest()
    assert b"a few words" in client.get(f"/view/{told['uuid']}").data
    assert in_store() == []


def test_the_sweep_moves_it_into_the_store(client, told):
    assert upkeep.sweep() == upkeep.Swept(moved=1)

    assert (staged(), in_store()) == ([], [DIGEST])
    assert client.get(f"/{told['hash']}").data == CONTENT
    assert upkeep.sweep() == upkeep.Swept()


def test_all_are_moved_however_many(client):
    for number in range(150):
        upload(client, b"%d" % number)

    assert upkeep.sweep().moved == 150
    assert (staged(), len(in_store())) == ([], 150)


@pytest.mark.parametrize(("size", "waits"), [(0, True), (4096, True), (4097, False), (20_000, False)])
def test_up_to_the_setting_contents_wait(client, size, waits):
    upload(client, b"x" * size)

    assert (len(staged()), len(in_store())) == ((1, 0) if waits else (0, 1))


def test_a_setting_of_nothing_stages_not_even_what_is_small(make_app):
    app = make_app(STAGING_SIZE=0)
    with app.app_context():
        upload(app.test_client(), b"x")
        assert (staged(), len(in_store())) == ([], 1)


def test_what_is_deleted_before_it_was_moved_is_gone_from_the_disk(app, client, told):
    upload(client, OTHER)
    assert CONTENT in everything_on_disk(app)
    with transaction() as connection:
        connection.execute(update(FileRow).where(FileRow.digest == DIGEST).values(expires_at=now()))

    assert upkeep.sweep() == upkeep.Swept(files=1, blobs=1, moved=1)

    assert client.get(f"/{told['hash']}").status_code == 404
    assert CONTENT not in everything_on_disk(app)
    assert OTHER in everything_on_disk(app)


def everything_on_disk(app: Flask) -> bytes:
    return b"".join(path.read_bytes() for path in Path(app.instance_path).rglob("*") if path.is_file())


def test_uploaded_again_after_it_was_moved_it_waits_again_and_is_moved_again(client, told):
    upkeep.sweep()
    again = upload(client, CONTENT)

    assert again["hash"] == told["hash"]
    assert (staged(), in_store()) == ([DIGEST], [DIGEST])
    assert upkeep.sweep().moved == 1
    assert (staged(), in_store()) == ([], [DIGEST])


def test_an_upload_takes_back_what_a_sweep_had_marked(client, told):
    with transaction() as connection:
        connection.execute(delete(FileRow))
        connection.execute(update(BlobRow).values(state=BlobState.DYING))

    again = upload(client, CONTENT)

    assert upkeep.sweep() == upkeep.Swept(moved=1)
    assert client.get(f"/{again['uuid']}").data == CONTENT


def test_removed_while_it_was_moved_it_leaves_no_bytes(client, told, monkeypatch):
    real = LocalStore.put

    def put_while_another_sweep_removes(self, spool):
        stamp = real(self, spool)
        monkeypatch.undo()
        expire_all()
        assert upkeep._remove_due_files() == upkeep._remove_orphans() == 1
        return real(self, spool) if stamp else stamp

    monkeypatch.setattr(LocalStore, "put", put_while_another_sweep_removes)

    assert staging.move_to_store() == 0
    assert (staged(), in_store()) == ([], [])


def test_what_vanishes_from_the_store_while_it_is_moved_stays_staged(client, told, monkeypatch):
    real = LocalStore.put

    def put_and_lose(self, spool):
        stamp = real(self, spool)
        self.remove(spool.digest())
        return stamp

    monkeypatch.setattr(LocalStore, "put", put_and_lose)
    assert staging.move_to_store() == 0
    monkeypatch.undo()

    assert client.get(f"/{told['hash']}").data == CONTENT
    assert staging.move_to_store() == 1


def test_where_the_store_has_no_room_it_stays_staged(client, told, monkeypatch):
    def refuse(*_: object) -> None:
        raise StoreFull

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "spool", refuse)
        assert upkeep.sweep() == upkeep.Swept()

    assert client.get(f"/{told['hash']}").data == CONTENT
    assert upkeep.sweep().moved == 1


def test_one_that_cannot_be_put_keeps_none_of_the_others_back(client, told):
    for number in range(100):
        upload(client, b"%d" % number)
    (store.folder() / DIGEST[:2] / DIGEST).mkdir()

    assert upkeep.sweep().moved == 100
    assert staged() == [DIGEST]
    assert client.get(f"/{told['hash']}").data == CONTENT
    (store.folder() / DIGEST[:2] / DIGEST).rmdir()
    assert upkeep.sweep().moved == 1


def test_what_comes_while_the_sweep_moves_does_not_keep_it_for_ever(client, told, monkeypatch):
    real, came = staging._move, []

    def move_and_meet(batch):
        came.append(upload(client, b"%d" % len(came)))
        return real(batch)

    monkeypatch.setattr(staging, "_move", move_and_meet)
    staging.move_to_store()

    assert len(came) < 50


def test_rotten_bytes_in_the_store_are_replaced_by_what_was_staged(client, told):
    upkeep.sweep()
    path = store.folder() / DIGEST[:2] / DIGEST
    path.chmod(0o600)
    path.write_bytes(CONTENT.upper())
    assert len(fsck.check(deep=True).faults) == 1
    upload(client, CONTENT)

    assert fsck.check(deep=True).faults == []
    assert client.get(f"/{told['uuid']}").data == CONTENT
    assert upkeep.sweep().moved == 1
    assert client.get(f"/{told['uuid']}").data == CONTENT
    assert path.read_bytes() == CONTENT


def test_moved_between_the_two_looks_it_is_found(told, monkeypatch):
    real = LocalStore.open

    def removed_from_the_stage_before(self, digest, size=None):
        monkeypatch.undo()
        return real(self, digest)

    staging.move_to_store()
    monkeypatch.setattr(LocalStore, "open", removed_from_the_stage_before)
    with store.open(DIGEST) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize("is_known", [False, True], ids=["new", "in the store already"])
def test_read_back_it_comes_from_the_same_place_whether_it_was_known_or_not(client, monkeypatch, is_known):
    if is_known:
        upload(client, CONTENT, private="1")
        upkeep.sweep()
    again = upload(client, CONTENT)
    opened = []
    monkeypatch.setattr(LocalStore, "open", lambda _self, digest, size=None: opened.append(digest))

    assert client.get(f"/{again['hash']}").data == CONTENT
    assert opened == []


def test_of_what_is_too_large_to_be_staged_the_database_is_not_asked(client, monkeypatch):
    large = bytes(20_000)
    told = upload(client, large)
    monkeypatch.setattr(staging, "content_of", lambda digest: pytest.fail("asked"))

    assert client.get(f"/{told['uuid']}").data == large


def test_a_limited_one_is_served_as_often_as_it_may_be_and_then_goes(client):
    told = upload(client, CONTENT, limit="2")

    answers = [client.get(f"/{told['uuid']}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert [answer.data for answer in answers[:2]] == [CONTENT] * 2
    assert upkeep.sweep() == upkeep.Swept(files=1, blobs=1)
    assert staged() == in_store() == []


def test_where_the_system_has_no_files_in_memory_it_is_served_all_the_same(client, told, monkeypatch):
    monkeypatch.delattr("os.memfd_create")

    assert client.get(f"/{told['hash']}").data == CONTENT


def test_what_is_neither_stored_nor_staged_is_missing():
    assert store.size("0" * 64) is None
    with pytest.raises(BlobMissing):
        store.open("0" * 64)


# ---- fsck


def test_fsck_finds_what_is_staged(client, told):
    found = fsck.check(deep=True)

    assert (found.faults, found.blobs, found.bytes_read) == ([], 1, len(CONTENT))


@pytest.mark.parametrize("spoilt", [b"cut", CONTENT.upper()])
def test_fsck_finds_staged_bytes_that_are_wrong_and_forgets_them(client, told, spoilt):
    with transaction() as connection:
        connection.execute(update(StagedRow).values(content=spoilt))

    assert [DIGEST in fault for fault in fsck.check(deep=True).faults] == [True]
    assert fsck.check(deep=True, repair=True).is_sound
    assert staged() == []
    assert client.get(f"/{told['hash']}").status_code == 404
    with reading() as connection:
        assert connection.execute(select(AddressRow.address)).scalar_one() == told["hash"]


# ---- the log


@pytest.mark.timeout(20)  # SQLite itself would wait for half a minute
def test_a_sweep_beside_a_reader_waits_for_nobody_and_the_next_one_clears_the_log(app, client, told):
    path = Path(app.instance_path) / "pastebin.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM files").fetchone()
        expire_all()
        assert upkeep.sweep().blobs == 1
        assert CONTENT in everything_on_disk(app)
        other.execute("ROLLBACK")

    assert upkeep.sweep() == upkeep.Swept()
    assert CONTENT not in everything_on_disk(app)


def test_a_log_that_cannot_be_emptied_fails_no_sweep(client, told, monkeypatch):
    from sqlalchemy import Connection
    from sqlalchemy.exc import OperationalError

    real = Connection.exec_driver_sql

    def fail(self, statement, *arguments):
        if "checkpoint" in statement:
            raise OperationalError(statement, None, Exception("disk I/O error"))
        return real(self, statement, *arguments)

    monkeypatch.setattr(Connection, "exec_driver_sql", fail)
    assert upkeep.sweep().moved == 1
