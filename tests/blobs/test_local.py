"""A store in a folder keeps every store's promises, and some of its own."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import time

import pytest

from pastebin.blobs import StoreBusy, StoreFull
from pastebin.blobs.local import LocalStore
from tests.blobs.contract import BlobStoreContract, ages, kept, read, spooled

NO_ROOM_LEFT = 1 << 60


class TestLocalStore(BlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return LocalStore(tmp_path / "blobs", 0)

    @pytest.fixture
    def full_store(self, tmp_path):
        return LocalStore(tmp_path / "blobs", NO_ROOM_LEFT)

    @pytest.fixture
    def make_old(self, tmp_path):
        def make(digest, seconds):
            then = time.time() - seconds
            os.utime(tmp_path / "blobs" / digest[:2] / digest, (then, then))

        return make


class TestLocalStoreWithoutNamelessFiles(TestLocalStore):
    """As on NFS, where `O_TMPFILE` is not known."""

    @pytest.fixture(autouse=True)
    def no_nameless_files(self, monkeypatch):
        real_open = os.open

        def open_(path, flags, *arguments, **named):
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
            return real_open(path, flags, *arguments, **named)

        monkeypatch.setattr(os, "open", open_)

    def test_a_spool_has_a_name_until_it_is_closed(self, store):
        spool = spooled(store, b"hello\n")
        assert len(os.listdir(store.folder() / "spool")) == 1

        spool.close()

        assert os.listdir(store.folder() / "spool") == []

    def test_a_put_leaves_nothing_beside_the_blob(self, store):
        digest = kept(store, b"hello\n")

        assert os.listdir(store.folder() / "spool") == []
        assert os.stat(store.folder() / digest[:2] / digest).st_nlink == 1

    def test_what_dead_processes_left_is_cleaned_once_it_is_old(self, store):
        spooled(store, b"a process that dies here closes nothing")
        left = next((store.folder() / "spool").iterdir())

        assert store.clean(3600) == 0
        os.utime(left, (time.time() - 4000, time.time() - 4000))
        assert store.clean(3600) == 1
        assert not left.exists()


@pytest.fixture
def store(tmp_path):
    return LocalStore(tmp_path / "blobs", 0)


def files_in(store):
    return sorted(path.relative_to(store.folder()).as_posix() for path in store.folder().rglob("*") if path.is_file())


def test_a_blob_lies_under_its_digest_in_one_of_256_folders(store):
    digest = kept(store, b"hello\n")

    assert files_in(store) == [f"{digest[:2]}/{digest}"]


def test_a_spool_has_no_name_so_that_a_dying_process_leaves_nothing(store):
    spool = spooled(store, b"hello\n")

    assert files_in(store) == []
    spool.close()


def test_other_people_on_the_machine_cannot_read_the_blobs(store):
    digest = kept(store, b"hello\n")

    assert (store.folder() / digest[:2]).stat().st_mode & 0o007 == 0
    assert (store.folder() / digest[:2] / digest).stat().st_mode & 0o007 == 0


def test_a_blob_that_was_cut_short_from_outside_is_healed_by_the_next_upload(store):
    digest = kept(store, b"hello\n")
    os.truncate(store.folder() / digest[:2] / digest, 2)

    kept(store, b"hello\n")

    assert read(store, digest) == b"hello\n"


def test_foreign_files_in_the_folder_are_not_listed(store):
    (store.folder() / "00" / "README").write_text("not a blob")

    assert ages(store) == {}


def test_the_bytes_are_synced_before_they_get_their_name_and_the_folder_after(store, monkeypatch):
    order = []
    real_fsync, real_link = os.fsync, os.link

    def fsync(descriptor):
        order.append("fsync folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "fsync file")
        real_fsync(descriptor)

    def link(*arguments, **named):
        order.append("link")
        real_link(*arguments, **named)

    spool = spooled(store, b"hello\n")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    store.put(spool)

    assert order == ["fsync file", "link", "fsync folder"]


def test_bytes_that_are_there_already_are_synced_again_and_their_folder_too(store, monkeypatch):
    kept(store, b"hello\n")
    synced = []
    real_fsync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda each: (synced.append(os.path.isdir(f"/proc/self/fd/{each}")), real_fsync(each))
    )

    kept(store, b"hello\n")

    assert synced.count(False) >= 1
    assert synced[-1] is True


def test_an_fsync_that_failed_fails_the_put_and_nothing_is_kept(store, monkeypatch):
    spool = spooled(store, b"hello\n")

    def fsync(descriptor):
        raise OSError(errno.EIO, "lost")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="lost"):
        store.put(spool)
    monkeypatch.undo()

    spool.close()
    assert files_in(store) == []


@pytest.mark.parametrize("call", ["write", "fsync", "link"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_on_the_way_is_a_full_store(store, monkeypatch, call, fault):
    def fail(*arguments, **named):
        raise OSError(fault, os.strerror(fault))

    def write_and_put():
        spool.write(b"hello\n")
        store.put(spool)

    spool = store.spool()
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(StoreFull):
        write_and_put()

    monkeypatch.undo()
    spool.close()
    assert files_in(store) == []


def test_a_second_store_over_the_same_folder_sees_the_same_blobs(store):
    digest = kept(store, b"hello\n")

    assert read(LocalStore(store.folder(), 0), digest) == b"hello\n"


def test_short_writes_of_the_system_lose_nothing(store, monkeypatch):
    real_write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, block: real_write(descriptor, bytes(block[:3])))

    digest = kept(store, b"hello, world\n")

    assert digest == hashlib.sha256(b"hello, world\n").hexdigest()
    assert read(store, digest) == b"hello, world\n"


def test_what_vanishes_while_it_is_listed_or_cleaned_is_no_error(store, monkeypatch):
    digest = kept(store, b"hello\n")
    (store.folder() / "spool" / "left").write_bytes(b"")

    class Vanishing:
        """A folder read just before somebody else removed what is in it."""

        def __init__(self, path):
            self._entries = list(real(path))

        def __enter__(self):
            for entry in self._entries:
                os.unlink(entry.path)
            return iter(self._entries)

        def __exit__(self, *_):
            pass

    real = os.scandir
    monkeypatch.setattr(os, "scandir", Vanishing)

    assert digest not in ages(store)
    assert store.clean(0) == 0


def test_spools_leave_descriptors_for_everything_else(store, monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (12, 12))
    spools = [store.spool() for _ in range(3)]

    with pytest.raises(StoreBusy):
        store.spool()
    spools.pop().close()
    store.spool().close()
