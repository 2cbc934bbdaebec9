"""How long encrypted files are kept, what becomes of their bytes, and that nothing else leads to these."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import event, func, insert, select, update

from pastebin.extensions import db, now, settings, store, transaction
from pastebin.models import AddressRow, BlobRow, ChunkRow, EncryptedFileRow, StagedRow
from pastebin.services import fsck, takedowns, upkeep
from tests import hushing
from tests.conftest import bearer
from tests.forms import upload
from tests.hushing import Hush, begin

# One that waits in the database for the sweep, and one that is in the store at once.
SIZES = [1000, 10_000]


def sweep(app) -> upkeep.Swept:
    with app.app_context():
        return upkeep.sweep()


def holds(app, content: bytes) -> bool:
    """Whether these bytes lie anywhere in the instance."""
    with app.app_context():
        digest = hashlib.sha256(content).hexdigest()
        folder = Path(app.instance_path)
        if store.size(digest) is not None:
            return True
    return any(content in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def let_pass(app, hush: Hush, **columns: object) -> None:
    """As if time had passed."""
    with app.app_context(), transaction() as connection:
        connection.execute(update(EncryptedFileRow).where(EncryptedFileRow.id == hush.id).values(**columns))


@pytest.mark.parametrize("size", SIZES)
def test_an_expired_file_is_not_there_and_its_bytes_go_with_the_next_sweep(app, client, size):
    content, metadata = os.urandom(size), os.urandom(200)
    hush = hushing.upload(client, content, metadata=metadata)
    sweep(app)
    assert hush.get(0).data == content

    let_pass(app, hush, expires_at=now())
    assert [hush.get(part).status_code for part in ("0", "info", "exists", "metadata")] == [404] * 4
    assert client.get(f"/{hush.id}").status_code == 404
    assert holds(app, content)
    assert sweep(app).files == 1
    assert not holds(app, content)
    assert not holds(app, metadata)


@pytest.mark.parametrize("size", SIZES)
def test_the_bytes_of_a_deleted_file_go_with_the_next_sweep(app, client, size):
    content = os.urandom(size)
    hush = hushing.upload(client, content, deletepassword="secret")
    hush.delete("secret")
    sweep(app)

    assert not holds(app, content)


def test_the_bytes_of_a_file_that_is_used_up_go_with_the_next_sweep(app, client):
    contents = [os.urandom(5000), os.urandom(500)]
    hush = hushing.upload(client, *contents, limit=1)
    assert [hush.get(0).status_code, hush.get(1).status_code] == [200, 200]
    sweep(app)

    assert [holds(app, content) for content in contents] == [False, False]


def test_what_is_not_finished_within_a_day_is_given_up(app, client):
    content = os.urandom(5000)
    hush = begin(client)
    hush.put(0, content)
    with app.app_context():
        left = (row(hush).expires_at - now()).total_seconds()
    assert 86_000 < left <= 86_400

    let_pass(app, hush, expires_at=now())
    assert (hush.put(1, b"x").status_code, hush.finish(0).status_code) == (400, 400)
    assert hush.get("info").status_code == 404
    sweep(app)
    assert not holds(app, content)


def row(hush: Hush):
    with transaction() as connection:
        return connection.execute(EncryptedFileRow.__table__.select().where(EncryptedFileRow.id == hush.id)).one()


def test_what_is_finished_is_kept_for_as_long_as_was_asked(app, client):
    expire = int(now().timestamp()) + 5 * 86_400
    hush = hushing.upload(client, b"x", expire=expire)

    with app.app_context():
        assert row(hush).expires_at.timestamp() == expire
        assert row(hush).upload_password_hash is None


@pytest.mark.parametrize("size", SIZES)
def test_bytes_that_were_replaced_or_dropped_go_with_the_next_sweep(app, client, size):
    former, latter, dropped = os.urandom(size), os.urandom(size), os.urandom(size)
    hush = begin(client)
    for index, content in ((0, former), (1, dropped), (0, latter)):
        hush.put(index, content)
    sweep(app)
    assert not holds(app, former)
    assert holds(app, dropped)

    hush.finish(0)
    sweep(app)
    assert not holds(app, dropped)
    assert hush.get(0).data == latter


def test_bytes_stay_while_anything_names_them(app, client):
    content = os.urandom(5000)
    first = hushing.upload(client, content, content, deletepassword="secret")
    second = hushing.upload(client, content, deletepassword="secret")
    told = upload(client, content)

    for gone in (first, second):
        gone.delete("secret")
        sweep(app)
        assert client.get(f"/{told['hash']}").data == content
    third = hushing.upload(client, content)
    client.delete(f"/{told['uuid']}", headers={"X-Delete-Token": told["deletion_url"].rpartition("/")[2]})
    sweep(app)
    assert third.get(0).data == content


def test_a_refused_chunk_leaves_nothing(make_app):
    app = make_app(MAX_FILE_SIZE=6000)
    content = os.urandom(5000)
    hush = begin(app.test_client())
    hush.put(0, bytes(1001))

    assert hush.put(1, content).status_code == 413
    assert not holds(app, content)


# ---- no hash leads to them, and nobody looks at them


@pytest.mark.parametrize("size", SIZES)
def test_no_hash_leads_to_a_chunk(app, client, make_key, size):
    content = b"GIF89a" + os.urandom(size)
    hush = hushing.upload(client, content)
    digest = hashlib.sha256(content).hexdigest()
    ann = bearer(make_key("ann"))

    for path in (f"/{digest}", f"/{digest[:16]}", f"/{digest[:16]}.gif", f"/view/{digest}", f"/{digest}/x.gif"):
        assert client.get(path).status_code == 404
    assert client.get(f"/api/users/me/files/{digest}", headers=ann).status_code == 404
    for path in (f"/{hush.id}/thumb", f"/{hush.id}/md5", f"/{hush.id}.gif", f"/{hush.id}/x", f"/view/{hush.id}"):
        assert client.get(path).status_code == 404
    assert client.get("/api/list", headers=ann).json == {"images": []}


def test_a_file_that_was_a_chunk_before_is_served_as_what_it_is(app, client):
    gif = b"GIF89a" + bytes(5000)
    hushing.upload(client, gif)
    told = upload(client, gif, "image.gif")

    assert client.get(f"/{told['hash']}").content_type == "image/gif"
    assert told["extension"] == "gif"
    hushing.upload(client, gif)
    assert client.get(f"/{told['hash']}/again").content_type == "image/gif"


def test_a_file_and_a_chunk_of_one_content_in_one_transaction_are_served_as_what_they_are(app, client):
    gif = b"GIF89a" + os.urandom(5000)
    hush = begin(client)
    file = Thread(target=lambda: app.test_client().put("/image.gif", data=gif))
    chunk = Thread(target=lambda: hush.put(0, gif))
    with app.app_context(), transaction():  # meanwhile they queue up, and then share one
        for thread in (file, chunk):
            thread.start()
            time.sleep(0.3)
    file.join()
    chunk.join()

    assert client.get(f"/{hashlib.sha256(gif).hexdigest()}").content_type == "image/gif"
    assert hush.finish(0).status_code == 200


# ---- staff, and checking


def test_a_takedown_of_a_chunk_takes_the_file_down(app, client):
    content = os.urandom(5000)
    hush = hushing.upload(client, b"other", content)
    unfinished = begin(client)
    unfinished.put(0, content)
    with app.app_context():
        _made, count = takedowns.make(None, hashlib.sha256(content).hexdigest(), "a court says so")
    assert count == 2

    for part in ("0", "info", "exists", "metadata"):
        answer = hush.get(part)
        assert (answer.status_code, answer.json.keys()) == (451, {"fileid", "status"})
        assert "a court says so" in answer.json["status"]
    page = client.get(f"/{hush.id}", headers={"Accept": "text/html"})
    assert (page.status_code, "a court says so" in page.text) == (451, True)
    assert client.delete(hush.path()).status_code == 451
    assert unfinished.get("info").status_code == 404
    again = begin(client)
    assert again.put(0, content).status_code == 451
    sweep(app)
    assert not holds(app, content)


def test_a_takedown_that_was_cut_off_goes_on_with_the_sweep(app, client, monkeypatch):
    content = os.urandom(5000)
    hush = hushing.upload(client, content)
    with app.app_context():
        with monkeypatch.context() as patch:
            patch.setattr(takedowns, "_remove", lambda _digest: 0)
            takedowns.make(None, hashlib.sha256(content).hexdigest(), "x")
        assert hush.get(0).status_code == 200
        upkeep.sweep()

    assert hush.get(0).status_code == 451


def test_a_check_finds_a_lost_chunk_and_a_repair_removes_its_file(app, client):
    content = os.urandom(5000)
    hush = hushing.upload(client, content, b"other")
    with app.app_context():
        assert fsck.check(deep=True).is_sound
        store.remove(hashlib.sha256(content).hexdigest())
        report = fsck.check()
        assert any(hush.id in fault for fault in report.faults)
        assert fsck.check(repair=True).is_sound
        assert fsck.check(deep=True).faults == []

    assert hush.get("info").status_code == 404


def test_a_check_counts_them_and_lists_none_of_their_blobs_as_orphans(app, client):
    hushing.upload(client, os.urandom(5000), os.urandom(5000))
    with app.app_context():
        report = fsck.check(repair=True)
        swept = upkeep.sweep()

    assert (report.files, report.blobs, report.mended) == (1, 2, [])
    assert swept.blobs == 0


# ---- what is kept says nothing


def test_no_password_is_in_the_database_or_a_log(app, client, caplog):
    caplog.set_level("DEBUG")
    hush = hushing.upload(client, b"x", metadata=b"m", deletepassword="a word of mine")
    hush.delete("a wrong word")
    with sqlite3.connect(Path(app.instance_path) / "pastebin.sqlite") as connection:
        dump = "\n".join(connection.iterdump())

    for secret in (hush.password, "a word of mine", "a wrong word"):
        assert secret not in dump
        assert secret not in caplog.text


def test_small_chunks_wait_in_the_database_as_small_files_do(app, client):
    hush = hushing.upload(client, b"small")
    with app.app_context():
        assert settings.STAGING_SIZE >= 5
        with transaction() as connection:
            assert [row.content for row in connection.execute(StagedRow.__table__.select())] == [b"small"]
        upkeep.sweep()
        assert store.folder() is not None

    assert hush.get(0).data == b"small"


def give_chunks(app, hush: Hush, count: int) -> None:
    """Give an upload many chunks at once, from 1 up, as if each had been sent; their bytes are nowhere."""
    digests = [hashlib.sha256(f"{hush.id} {number}".encode()).hexdigest() for number in range(count)]
    blob = {"size": 1, "media_type": "", "extension": "", "state": "live", "created_at": now()}
    with app.app_context(), transaction() as connection:
        connection.execute(insert(AddressRow), [{"digest": each, "address": each} for each in digests])
        connection.execute(insert(BlobRow), [{"digest": each, **blob} for each in digests])
        chunks = [{"place": place, "digest": each} for place, each in enumerate(digests, 1)]
        connection.execute(
            insert(ChunkRow), [{"file_id": hush.id, "size": 1, "downloads": 0, **each} for each in chunks]
        )
        this = update(EncryptedFileRow).where(EncryptedFileRow.id == hush.id)
        connection.execute(this.values(chunk_count=EncryptedFileRow.chunk_count + count))


def count_left(app) -> tuple[int, int]:
    """How many chunks there are, and how many blobs are on the sweep's list."""
    with app.app_context(), transaction() as connection:
        chunks = connection.execute(select(func.count()).select_from(ChunkRow)).scalar_one()
        return chunks, connection.execute(select(func.count()).where(BlobRow.orphaned_at.is_not(None))).scalar_one()


@pytest.fixture
def deletions(app) -> list[int]:
    """Of how many chunks each transaction let go, one after the other; those of none are left out."""
    counts = [0]

    def note(_connection, cursor, statement, *_others) -> None:
        if statement.startswith("DELETE FROM chunks"):
            counts[-1] += 1

    def ended(_connection) -> None:
        if counts[-1]:
            counts.append(0)

    with app.app_context():
        event.listen(db.engine, "after_cursor_execute", note)
        event.listen(db.engine, "commit", ended)
    return counts


def test_a_file_of_very_many_chunks_goes_as_a_whole(app, client):
    """More than a statement of the database takes values: by default 32,766, on some machines more."""
    with app.app_context():
        event.listen(db.engine, "connect", lambda raw, _: raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766))
        db.engine.dispose()
    hush = hushing.upload(client, b"x", deletepassword="secret")
    give_chunks(app, hush, 40_000)
    assert len(hush.info()["chunks"]) == 40_001

    assert hush.delete("secret").status_code == 200
    assert count_left(app) == (0, 40_001)


def test_very_many_chunks_are_dropped_by_few_statements(app, client, deletions):
    """The database is locked meanwhile: one statement a chunk had all others wait ten seconds."""
    hush = begin(client)
    hush.put(0, b"x")
    give_chunks(app, hush, 5000)

    assert hush.finish(0).status_code == 200
    assert deletions == [5, 0]
    assert count_left(app) == (1, 5000)


def test_a_sweep_lets_others_write_between_the_chunks_of_large_files(app, client, deletions):
    large, small = begin(client), begin(client)
    give_chunks(app, large, 4500)
    small.put(0, b"x")
    for hush in (large, small):
        let_pass(app, hush, expires_at=now())

    assert sweep(app).files == 2
    assert deletions == [1, 1, 1, 1, 1, 1, 0]
    assert count_left(app) == (0, 0)


def test_a_download_costs_the_same_however_many_chunks_were_served_before(app, client):
    """The database is locked while it is found out whether this was the last one."""
    hush = hushing.upload(client, b"x", limit=1)
    give_chunks(app, hush, 20_000)
    thousands_of_steps: list[int] = []
    with app.app_context(), transaction() as connection:
        connection.execute(update(ChunkRow).where(ChunkRow.place.between(1, 19_999)).values(downloads=1))
    with app.app_context():
        event.listen(
            db.engine, "connect", lambda raw, _: raw.set_progress_handler(lambda: thousands_of_steps.append(1), 1000)
        )
        db.engine.dispose()

    assert hush.get(0).status_code == 200
    assert len(thousands_of_steps) < 20
    assert hush.get("exists").status_code == 200
    assert len(thousands_of_steps) < 40
