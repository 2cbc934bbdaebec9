"""The sweep: what is due goes, what is named stays, and one worker does it."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pastebin.blobs.local import LocalStore
from pastebin.extensions import now, reading, store, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, FileRow, LeaseRow
from pastebin.services import strays, upkeep
from pastebin.services.actor import nobody
from pastebin.services.uploads import Incoming, Rules, take_in


@pytest.fixture
def app(make_app):
    """One that puts every content into the store at once; what is staged is `test_staging`'s."""
    return make_app(STAGING_SIZE=0)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def take(content=b"hello\n", **rules):
    spool = store.spool()
    spool.write(content)
    taken = take_in(nobody("192.0.2.1"), [Incoming(spool, "x.txt", "utf-8")], Rules(**rules))
    spool.close()
    return taken[0].file


def put_stray(content=b"stray", age_seconds=0):
    spool = store.spool()
    spool.write(content)
    store.put(spool)
    spool.close()
    digest = spool.digest()
    then = time.time() - age_seconds
    os.utime(store.folder() / digest[:2] / digest, (then, then))
    return digest


def change(row, **values):
    with transaction() as connection:
        connection.execute(update(row).values(**values))


def count(row):
    with reading() as connection:
        return len(connection.execute(select(row)).all())


def test_nothing_that_is_named_is_swept():
    file = take()

    assert upkeep.sweep() == upkeep.Swept()
    assert store.size(file.digest) == 6


def test_expired_files_go_and_their_bytes_with_them():
    file = take(expires_at=now() + timedelta(hours=1))
    change(FileRow, expires_at=now())

    assert upkeep.sweep() == upkeep.Swept(files=1, blobs=1)
    assert store.size(file.digest) is None
    assert count(FileRow.id) == count(BlobRow.digest) == 0


def test_the_address_stays_taken_when_the_bytes_are_gone():
    take()
    change(FileRow, expires_at=now())

    upkeep.sweep()

    assert count(AddressRow.digest) == 1


def test_more_than_a_batch_is_swept_at_once():
    for number in range(5):
        take(b"%d" % number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upkeep, "_BATCH", 2)
        change(FileRow, expires_at=now())
        assert upkeep.sweep() == upkeep.Swept(files=5, blobs=5)


def test_what_an_interrupted_sweep_had_marked_goes_with_the_next():
    file = take()
    change(FileRow, expires_at=now())
    change(BlobRow, state=BlobState.DYING)

    assert upkeep.sweep().blobs == 1
    assert store.size(file.digest) is None


def test_an_upload_that_meets_a_marked_blob_takes_it_back():
    take()
    with transaction() as connection:
        connection.execute(FileRow.__table__.delete())
        connection.execute(update(BlobRow).values(state=BlobState.DYING))

    file = take()

    assert upkeep.sweep().blobs == 0
    with store.open(file.digest) as bytes_:
        assert bytes_.read() == b"hello\n"


def test_an_upload_whose_bytes_were_swept_while_it_was_recorded_puts_them_again(monkeypatch):
    real_put, swept = LocalStore.put, []

    def put_and_lose(self, spool):
        stamp = real_put(self, spool)
        if not swept:
            swept.append(self.remove(spool.digest()))
        return stamp

    monkeypatch.setattr(LocalStore, "put", put_and_lose)
    file = take()

    assert swept
    with store.open(file.digest) as bytes_:
        assert bytes_.read() == b"hello\n"


def test_strays_are_left_alone_for_a_while_and_then_go():
    young, old = put_stray(b"young", 3600), put_stray(b"old", 2 * 86_400)

    assert upkeep.sweep() == upkeep.Swept(strays=1)
    assert store.size(young) == 5
    assert store.size(old) is None


def test_old_bytes_that_a_record_names_are_no_strays():
    file = take()
    path = store.folder() / file.digest[:2] / file.digest
    os.utime(path, (1, 1))

    assert upkeep.sweep() == upkeep.Swept()
    assert store.size(file.digest) == 6


def test_strays_among_many_are_found_whichever_are_looked_up_together(monkeypatch):
    monkeypatch.setattr(strays, "_BATCH", 3)
    named = [take(b"named %d" % number).digest for number in range(8)]
    for digest in named:
        os.utime(store.folder() / digest[:2] / digest, (1, 1))
    gone = [put_stray(b"%d" % number, 2 * 86_400) for number in range(7)]

    assert upkeep.sweep() == upkeep.Swept(strays=7)
    assert [store.size(digest) for digest in gone] == [None] * 7
    assert None not in [store.size(digest) for digest in named]


def test_in_slices_the_whole_store_is_looked_through_once():
    digests = [put_stray(b"%d" % number, 2 * 86_400) for number in range(20)]

    removed = [upkeep.sweep(slices=4, slice_number=number).strays for number in range(4)]

    assert sum(removed) == len(digests)


@pytest.mark.parametrize(("stored", "slices"), [(0, 32), (16_000, 32), (16_001, 64), (1_000_000, 2048)])
def test_the_more_there_is_the_smaller_are_the_parts(stored, slices):
    assert upkeep._slices(stored) == slices


def test_the_sweep_is_done_by_one_worker_at_a_time():
    assert upkeep.sweep_by_turn() is not None
    assert upkeep.sweep_by_turn() is None

    change(LeaseRow, until=now())
    assert upkeep.sweep_by_turn() is not None


def test_an_interval_of_zero_means_never(make_app):
    with make_app(SWEEP_INTERVAL=0).app_context():
        assert upkeep.sweep_by_turn() is None


def test_what_was_swept_is_said_in_a_sentence():
    assert str(upkeep.Swept(1, 2, 3)).startswith("1 expired or used-up files, 2 blobs")


def test_the_same_content_twice_in_one_request_is_two_files_and_one_blob():
    spools = [store.spool() for _ in range(2)]
    for spool in spools:
        spool.write(b"twice")
    taken = take_in(nobody("192.0.2.1"), [Incoming(spool, "x", "utf-8") for spool in spools], Rules())

    assert len({uploaded.file.uuid for uploaded in taken}) == 2
    assert {uploaded.file.digest for uploaded in taken} == {hashlib.sha256(b"twice").hexdigest()}
    assert count(BlobRow.digest) == 1
    for spool in spools:
        spool.close()


def test_where_the_record_cannot_be_written_nothing_is_kept(app, monkeypatch):
    take(b"before")

    def fail(*arguments, **named):
        raise OSError("the disk is gone")

    from pastebin.services import keeping

    monkeypatch.setattr(keeping, "commit_together", fail)
    with pytest.raises(OSError, match="gone"):
        take(b"never kept")

    assert [digest for digest, _age in store.listing(0, 1)] == [hashlib.sha256(b"before").hexdigest()]
