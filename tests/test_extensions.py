"""The database as it is opened: whose it is, who writes, and what its errors tell the log."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pastebin.extensions import reading, transaction
from tests.forms import upload


def test_nobody_else_on_the_machine_reads_the_database(make_app):
    before = os.umask(0o022)
    try:
        app = make_app()
        upload(app.test_client())
        databases = list(Path(app.instance_path).glob("pastebin.sqlite*"))
    finally:
        os.umask(before)

    assert len(databases) >= 3  # the write-ahead log and its index too
    assert {path.name for path in databases if path.stat().st_mode & 0o007} == set()


def test_a_turn_that_fails_keeps_nobody_from_the_next(app: Flask, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with app.app_context():
        with monkeypatch.context() as patch, pytest.raises(OSError, match="Too many"):
            patch.setattr("fcntl.flock", fail)
            with transaction():
                pass
        assert not app.extensions["pastebin.writers_turn"]._threads.locked()
        with transaction() as connection:
            assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_an_error_of_the_database_does_not_tell_what_was_to_be_kept(app: Flask):
    with app.app_context(), reading() as connection, pytest.raises(DBAPIError) as told:
        connection.execute(text("SELECT :secret FROM nowhere"), {"secret": "pb_a-secret"})

    assert "pb_a-secret" not in str(told.value)
