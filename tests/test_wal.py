"""The wait for the disk comes after the commit, beside the next one; what it fails for is promised to nobody."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from pastebin import create_app, extensions, wal
from pastebin.extensions import NotDurable, db, transaction
from tests.conftest import bearer
from tests.files.test_alike_puts import offered


class Disk:
    """What stands for fdatasync: counts, and fails or waits where it is told to."""

    def __init__(self) -> None:
        self.syncs = 0
        self.fails = False
        self.may_end = threading.Event()
        self.may_end.set()
        self.has_begun = threading.Event()

    def sync(self, descriptor: int) -> None:
        self.syncs += 1
        self.has_begun.set()
        assert self.may_end.wait(10)
        if self.fails:
            raise OSError(errno.EIO, "the disk fails")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(wal, "_sync", made.sync)
    return made


def files_in(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        count: int = connection.execute("SELECT count(*) FROM files").fetchone()[0]
    return count


def test_an_upload_is_answered_when_the_disk_has_it_and_others_commit_meanwhile(app: Flask, disk: Disk) -> None:
    answers = []
    disk.may_end.clear()
    upload = threading.Thread(target=lambda: answers.append(app.test_client().put("/a", data=b"a").status_code))
    upload.start()
    assert disk.has_begun.wait(10)

    with app.app_context():
        with transaction(durable=False) as connection:  # would wait for the turn, were it not over
            assert connection.scalar(text("SELECT count(*) FROM files")) == 1
    assert answers == []
    disk.may_end.set()
    upload.join(10)
    assert answers == [201]


def test_every_transaction_waits_but_those_that_need_not(app: Flask, disk: Disk) -> None:
    with app.app_context():
        for durable, waits in ((True, 1), (False, 0)):
            before = disk.syncs
            with transaction(durable=durable) as connection:
                connection.execute(text("DELETE FROM counters"))
            assert disk.syncs - before == waits


def test_where_the_wait_fails_the_log_is_written_into_the_database_before_anything_is_told(app, disk, tmp_path):
    disk.fails = True
    assert app.test_client().put("/a", data=b"a").status_code == 201
    alone = tmp_path / "alone.sqlite"
    shutil.copy(tmp_path / "instance" / "pastebin.sqlite", alone)  # without the log

    assert files_in(alone) == 1
    disk.fails = False
    syncs = disk.syncs
    assert app.test_client().put("/b", data=b"b").status_code == 201
    assert disk.syncs == syncs + 1


def test_where_that_fails_too_nobody_is_told_that_anything_is_kept_and_nothing_is_kept_twice(app, disk, monkeypatch):
    def fail() -> bool:
        raise OSError(errno.EIO, "the disk fails")

    disk.fails = True
    monkeypatch.setattr(app.extensions["pastebin.log"], "_empty", fail)
    database = Path(app.instance_path) / "pastebin.sqlite"
    assert app.test_client().put("/a", data=b"a").status_code == 500
    assert files_in(database) == 1

    disk.fails = False  # the gap is there still
    assert app.test_client().put("/b", data=b"b").status_code == 500
    monkeypatch.setattr(app.extensions["pastebin.log"], "_empty", extensions.empty_log)
    assert app.test_client().put("/c", data=b"c").status_code == 201
    assert app.test_client().get("/" + "2e7d2c03a9507ae2").data == b"c"
    assert files_in(database) == 3


def test_while_somebody_reads_from_the_log_it_cannot_be_emptied_and_nothing_is_promised(app, disk):
    with sqlite3.connect(Path(app.instance_path) / "pastebin.sqlite") as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM files").fetchone()
        disk.fails = True
        assert app.test_client().put("/a", data=b"a").status_code == 500
        reader.execute("COMMIT")
    assert app.test_client().put("/b", data=b"b").status_code == 201


def test_one_that_is_like_another_is_not_tried_again_as_a_whole(app, disk, make_key, monkeypatch):
    take = offered(app, headers=bearer(make_key()))
    monkeypatch.setattr(app.extensions["pastebin.log"], "_empty", lambda: False)
    disk.fails = True

    with pytest.raises(NotDurable):
        take("second", b"second")
    assert files_in(Path(app.instance_path) / "pastebin.sqlite") == 2


def test_a_log_that_was_made_anew_is_the_one_that_is_waited_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []
    monkeypatch.setattr(wal, "_sync", lambda descriptor: waited.append(wal.os.fstat(descriptor).st_ino))
    log = Path(app.instance_path) / "pastebin.sqlite-wal"
    for body in (b"a", b"b"):
        app.test_client().put("/x", data=body)
        assert waited[-1] == log.stat().st_ino
        with app.app_context():
            db.engine.dispose()  # the last connection takes the log along
        assert not log.exists()
        log_of_others = sqlite3.connect(log.with_name("pastebin.sqlite"))
        log_of_others.execute("PRAGMA journal_mode")
        log_of_others.close()


def test_the_database_may_be_a_link(tmp_path: Path, disk: Disk) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "elsewhere" / "real.sqlite")
    app = create_app(tmp_path / "instance", DATABASE_URL=f"sqlite:///{tmp_path / 'link.sqlite'}")

    assert app.test_client().put("/a", data=b"a").status_code == 201
    assert disk.syncs > 0
    assert files_in(tmp_path / "elsewhere" / "real.sqlite") == 1


def test_without_such_a_log_each_commit_waits_by_itself(make_app, monkeypatch, disk):
    monkeypatch.setattr(extensions, "_PRAGMAS", ("journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON"))
    app = make_app()
    modes = []
    with app.app_context(), transaction() as connection:
        modes.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())
        modes.append(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())

    assert modes == [2, "delete"]
    assert disk.syncs == 0
    assert app.test_client().put("/a", data=b"a").status_code == 201


def test_a_log_that_is_waited_for_stays_open_where_others_open_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed, its number would be nothing's, or another file's, of which it would be said that it is on the disk."""
    path, synced = tmp_path / "log", []
    path.touch()
    log = wal.WriteAheadLog(path, empty=lambda: pytest.fail("nothing failed"))

    def sync(number: int) -> None:
        if not synced:
            synced.append(os.fstat(number).st_ino)
            path.rename(tmp_path / "earlier")
            path.touch()
            other = threading.Thread(target=log.wait)
            other.start()
            other.join(10)
        synced.append(os.fstat(number).st_ino)

    monkeypatch.setattr(wal, "_sync", sync)
    log.wait()

    assert synced == [inode(tmp_path / "earlier"), inode(path), inode(tmp_path / "earlier")]


def inode(path: Path) -> int:
    return path.stat().st_ino
