"""A store in a folder keeps every store's promises, and some of its own."""

from __future__ import annotations

import errno
import os
import resource
import time

import pytest

from pastebin.blobs import StoreBusy, StoreFull, local
from pastebin.blobs.local import LocalStore
from tests.blobs.contract import BlobStoreContract, ages, kept, read, spooled

NO_ROOM_LEFT = 1 << 60
SMALL = b"hello\n"
# More than a spool holds in memory.
LARGE = b"hello\n" * 5000


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
        spool = spooled(store, LARGE)
        assert len(os.listdir(store.folder() / "spool")) == 1

        spool.close()

        assert os.listdir(store.folder() / "spool") == []

    def test_a_put_leaves_nothing_beside_the_blob(self, store):
        digest = kept(store, b"hello\n")

        assert os.listdir(store.folder() / "spool") == []
        assert os.stat(store.folder() / digest[:2] / digest).st_nlink == 1

    def test_what_dead_processes_left_is_cleaned_once_it_is_old(self, store):
        spooled(store, LARGE)
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


@pytest.mark.parametrize(("content", "first"), [(SMALL, "synced write"), (LARGE, "fsync file")])
def test_the_bytes_are_synced_before_they_get_their_name_and_the_folder_after(store, monkeypatch, content, first):
    order = []
    real_fsync, real_link, real_pwritev = os.fsync, os.link, os.pwritev

    def fsync(descriptor):
        order.append("fsync folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "fsync file")
        real_fsync(descriptor)

    def link(*arguments, **named):
        order.append("link")
        real_link(*arguments, **named)

    def pwritev(descriptor, buffers, offset, flags):
        order.append("synced write" if flags & os.RWF_SYNC else "write")
        return real_pwritev(descriptor, buffers, offset, flags)

    spool = spooled(store, content)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(os, "pwritev", pwritev)
    store.put(spool)

    assert order == [first, "link", "fsync folder"]


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


@pytest.mark.parametrize(("content", "call"), [(SMALL, "pwritev"), (LARGE, "fsync")])
def test_a_sync_that_failed_fails_the_put_and_nothing_is_kept(store, monkeypatch, content, call):
    spool = spooled(store, content)

    def fail(*arguments):
        raise OSError(errno.EIO, "lost")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="lost"):
        store.put(spool)
    monkeypatch.undo()

    spool.close()
    assert files_in(store) == []


@pytest.mark.parametrize(
    ("content", "call"), [(SMALL, "pwritev"), (SMALL, "link"), (LARGE, "write"), (LARGE, "fsync"), (LARGE, "link")]
)
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_on_the_way_is_a_full_store(store, monkeypatch, content, call, fault):
    def fail(*arguments, **named):
        raise OSError(fault, os.strerror(fault))

    def write_and_put():
        spool.write(content)
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

    monkeypatch.setattr(os, "pwritev", lambda descriptor, buffers, *_: real_write(descriptor, bytes(buffers[0][:3])))

    for content in (SMALL, LARGE):
        assert read(store, kept(store, content)) == content


def test_where_the_system_knows_no_synced_write_small_bytes_are_synced_all_the_same(store, monkeypatch):
    synced, real_fsync = [], os.fsync
    monkeypatch.delattr(os, "RWF_SYNC")
    monkeypatch.setattr(os, "fsync", lambda each: (synced.append(each), real_fsync(each)))

    assert read(store, kept(store, SMALL)) == SMALL
    assert len(synced) == 2


@pytest.mark.parametrize("fault", [errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS])
def test_where_the_filesystem_refuses_a_synced_write_small_bytes_are_synced_all_the_same(store, monkeypatch, fault):
    synced, real_fsync = [], os.fsync

    def refuse(*arguments):
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "pwritev", refuse)
    monkeypatch.setattr(os, "fsync", lambda each: (synced.append(each), real_fsync(each)))

    assert read(store, kept(store, SMALL)) == SMALL
    assert len(synced) == 2


@pytest.mark.parametrize(("content", "call"), [(SMALL, "pwritev"), (LARGE, "fsync")])
def test_a_sync_that_failed_is_never_tried_again_on_the_same_file(store, monkeypatch, content, call):
    spool, calls = spooled(store, content), []

    def fail(*arguments):
        calls.append(arguments)
        raise OSError(errno.EIO, "lost")

    monkeypatch.setattr(os, call, fail)
    for _ in range(3):
        with pytest.raises(OSError, match=r"lost|not to be trusted"):
            store.put(spool)

    assert len(calls) == 1
    assert files_in(store) == []
    spool.close()


def test_small_bytes_take_no_descriptor_before_they_are_put(store):
    spool = spooled(store, SMALL)
    assert spool.descriptor < 0

    store.put(spool)

    assert spool.descriptor >= 0
    spool.close()


def test_of_very_many_spools_few_hold_their_bytes_in_memory(store, monkeypatch):
    monkeypatch.setattr(local, "_MOST_IN_MEMORY", 3)

    spools = [spooled(store, SMALL) for _ in range(5)]

    assert [spool.descriptor >= 0 for spool in spools] == [False, False, False, True, True]
    for spool in spools:
        spool.close()


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
    spools = [spooled(store, SMALL), spooled(store, LARGE), store.spool()]

    with pytest.raises(StoreBusy):
        store.spool()
    spools.pop().close()
    store.spool().close()
