"""`fsck` says what is lost, and its repair never takes what is not."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from flask import Flask

from pastebin.blobs.local import LocalStore
from pastebin.services import fsck
from tests.forms import upload

CONTENT = b"kept\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def app(make_app) -> Flask:
    """One that puts every content into the store at once, where it can be spoilt."""
    return make_app(STAGING_SIZE=0)


@pytest.fixture
def kept(app: Flask, client) -> Path:
    """Where the bytes of an upload lie."""
    upload(client, CONTENT)
    return Path(app.instance_path) / "blobs" / DIGEST[:2] / DIGEST


def check(app: Flask, **how: bool) -> fsck.Report:
    with app.app_context():
        return fsck.check(**how)


def overwrite(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda path: overwrite(path, b"cut"), lambda path: overwrite(path, b"KEPT\n")]
)
def test_lost_and_wrong_bytes_are_faults_that_a_repair_forgets(app, client, kept, spoil):
    spoil(kept)

    found = check(app, deep=True)
    assert [DIGEST in fault for fault in found.faults] == [True]
    assert not found.is_sound
    assert check(app, deep=True, repair=True).is_sound
    assert client.get(f"/{DIGEST}").status_code == 404
    assert check(app, deep=True).faults == []


def test_bytes_that_cannot_be_read_are_a_fault_and_no_repair_takes_them(app, client, kept, monkeypatch):
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "open", fail)
        found = check(app, deep=True, repair=True)

    assert "cannot be read" in found.faults[0]
    assert not found.is_sound
    assert client.get(f"/{DIGEST}").data == CONTENT


def test_what_was_uploaded_anew_meanwhile_is_not_forgotten(app, client, kept, monkeypatch):
    kept.unlink()
    note = fsck._note_strays

    def upload_meanwhile(report: fsck.Report) -> None:
        upload(client, CONTENT)
        note(report)

    monkeypatch.setattr(fsck, "_note_strays", upload_meanwhile)
    found = check(app, repair=True)

    assert len(found.faults) == 1
    assert found.is_sound
    assert client.get(f"/{DIGEST}").data == CONTENT


def test_what_the_sweep_takes_meanwhile_is_no_fault(app, client, kept, monkeypatch):
    looked_at = fsck._fault_of

    def remove_first(digest: str, size: int, deep: bool) -> str | None:
        from sqlalchemy import delete

        from pastebin.extensions import transaction
        from pastebin.models import BlobRow, FileRow

        with transaction() as connection:
            connection.execute(delete(FileRow))
            connection.execute(delete(BlobRow))
        kept.unlink()
        return looked_at(digest, size, deep)

    monkeypatch.setattr(fsck, "_fault_of", remove_first)

    assert check(app).faults == []
