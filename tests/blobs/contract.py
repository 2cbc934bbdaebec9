"""What every store promises: a new store passes by subclassing this with its own fixtures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pastebin.blobs import BlobMissing, BlobStore, Spool, StoreFull


def spooled(store: BlobStore, content: bytes) -> Spool:
    """*content* in a spool, written in two steps."""
    spool = store.spool()
    spool.write(content[:3])
    spool.write(memoryview(content)[3:])
    return spool


def kept(store: BlobStore, content: bytes) -> str:
    """Put *content*; its digest."""
    spool = spooled(store, content)
    store.put(spool)
    spool.close()
    return spool.digest()


def read(store: BlobStore, digest: str) -> bytes:
    with store.open(digest) as file:
        return file.read()


def ages(store: BlobStore) -> dict[str, float]:
    return dict(store.listing(0, 1))


class BlobStoreContract:
    """Subclasses give the fixtures `store`, `full_store` (below its reserve) and `make_old`."""

    @pytest.fixture
    def store(self) -> BlobStore:
        raise NotImplementedError

    @pytest.fixture
    def full_store(self) -> BlobStore:
        raise NotImplementedError

    @pytest.fixture
    def make_old(self) -> Callable[[str, float], None]:
        """Make stored bytes look as if they had been put that many seconds ago."""
        raise NotImplementedError

    @pytest.mark.parametrize("content", [b"", b"x", b"hello\n", bytes(range(256)) * 5000], ids=len)
    def test_what_is_put_can_be_read_under_its_sha256(self, store, content):
        digest = kept(store, content)

        assert digest == hashlib.sha256(content).hexdigest()
        assert read(store, digest) == content
        assert store.size(digest) == len(content)

    def test_a_spool_knows_its_size_and_its_first_bytes(self, store):
        spool = spooled(store, b"0123456789" * 2000)

        assert spool.size == 20_000
        assert spool.head == (b"0123456789" * 2000)[: len(spool.head)]
        assert len(spool.head) >= 4096
        spool.close()

    def test_what_is_only_spooled_is_not_there(self, store):
        spool = spooled(store, b"hello\n")

        assert store.size(spool.digest()) is None
        with pytest.raises(BlobMissing):
            store.open(spool.digest())
        spool.close()
        assert ages(store) == {}

    def test_closing_a_spool_twice_is_no_error(self, store):
        spool = spooled(store, b"hello\n")

        spool.close()
        spool.close()

    def test_putting_what_is_there_already_is_no_error(self, store):
        first, second = kept(store, b"hello\n"), kept(store, b"hello\n")

        assert first == second
        assert read(store, first) == b"hello\n"
        assert list(ages(store)) == [first]

    def test_putting_again_makes_young(self, store, make_old):
        digest = kept(store, b"hello\n")
        make_old(digest, 5000)
        assert ages(store)[digest] > 4000

        kept(store, b"hello\n")

        assert ages(store)[digest] < 1000

    def test_a_spool_can_be_put_again_after_its_bytes_were_removed(self, store):
        spool = spooled(store, b"hello\n")
        for _ in range(3):
            store.put(spool)
            store.remove(spool.digest())

        store.put(spool)

        assert read(store, spool.digest()) == b"hello\n"
        spool.close()
        assert read(store, spool.digest()) == b"hello\n"

    def test_a_stamp_stands_while_the_bytes_do(self, store):
        spool = spooled(store, b"hello\n")
        stamp = store.put(spool)

        assert store.stands(spool.digest(), stamp)
        store.remove(spool.digest())
        assert not store.stands(spool.digest(), stamp)
        assert store.stands(spool.digest(), store.put(spool))
        spool.close()

    def test_removing_what_is_not_there_is_no_error(self, store):
        store.remove("0" * 64)

    def test_what_is_open_stays_readable_when_it_is_removed(self, store):
        digest = kept(store, b"hello\n")

        with store.open(digest) as file:
            store.remove(digest)
            assert file.read() == b"hello\n"
        assert store.size(digest) is None

    def test_what_is_open_has_a_descriptor(self, store):
        with store.open(kept(store, b"hello\n")) as file:
            assert file.fileno() >= 0

    def test_the_listing_in_parts_names_everything_once(self, store):
        digests = {kept(store, b"%d" % number) for number in range(40)}

        parts = [[digest for digest, _age in store.listing(number, 7)] for number in range(7)]

        assert sorted(digest for part in parts for digest in part) == sorted(digests)

    def test_it_may_be_in_more_parts_than_there_are_folders(self, store):
        digests = {kept(store, b"%d" % number) for number in range(40)}

        parts = [[digest for digest, _age in store.listing(number, 1500)] for number in range(1500)]

        assert sorted(digest for part in parts for digest in part) == sorted(digests)
        assert max(map(len, parts)) < 5

    def test_a_store_below_its_reserve_takes_nothing_and_goes_on_reading_and_removing(self, store, full_store):
        digest = kept(store, b"hello\n")

        with pytest.raises(StoreFull):
            full_store.spool()
        assert full_store.free_bytes() < 0
        assert read(full_store, digest) == b"hello\n"
        full_store.remove(digest)
        assert full_store.size(digest) is None

    def test_more_than_there_is_room_for_is_refused_before_the_first_byte(self, store):
        with pytest.raises(StoreFull):
            store.spool(expected_bytes=1 << 60)

    def test_puts_of_the_same_bytes_at_once_all_succeed(self, store):
        with ThreadPoolExecutor(8) as people:
            digests = list(people.map(lambda _: kept(store, b"the same"), range(80)))

        assert digests == [hashlib.sha256(b"the same").hexdigest()] * 80
        assert read(store, digests[0]) == b"the same"
