"""The folder of derived images: what is kept comes back, and the longest unused goes first."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pastebin.images.cache import Cache, Kept
from pastebin.images.descriptor import Descriptor
from pastebin.nameless import nameless_file

BLOCK = 4096
DIGESTS = [hashlib.sha256(bytes([number])).hexdigest() for number in range(40)]


def image(content: bytes, extension: str = "png") -> Kept:
    with nameless_file("test") as file:
        file.write(content)
        return Kept(Descriptor.of(file), len(content), hashlib.sha256(content).hexdigest(), extension)


def cache_in(folder: Path, most: int = 1 << 20, *, room: bool = True) -> Cache:
    return Cache(folder / "derived", most, lambda: room)


def content_of(kept: Kept | None) -> bytes | None:
    if kept is None:
        return None
    with kept.descriptor.open() as file:
        return file.read(kept.size)


def forget(cache: Cache, kept_as: str) -> None:
    cache.sweep(lambda names: set(names) - {kept_as})


def files_in(folder: Path) -> list[Path]:
    return [path for path in (folder / "derived").glob("[0-9a-f][0-9a-f]/*") if path.is_file()]


def test_what_is_kept_comes_back_with_its_digest_and_format(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)

    cache.keep(DIGESTS[0], "by50-webp.1", image(b"an image", "webp"))

    found = cache.get(DIGESTS[0], "by50-webp.1")
    assert content_of(found) == b"an image"
    assert found is not None
    assert (found.digest, found.extension) == (hashlib.sha256(b"an image").hexdigest(), "webp")


def test_another_process_finds_it_too(tmp_path: Path) -> None:
    cache_in(tmp_path).keep(DIGESTS[0], "a", image(b"an image"))

    assert content_of(cache_in(tmp_path).get(DIGESTS[0], "a")) == b"an image"


@pytest.mark.parametrize(("kept_as", "name"), [(DIGESTS[0], "b"), (DIGESTS[1], "a")])
def test_what_was_made_otherwise_or_of_something_else_is_not_found(tmp_path: Path, kept_as: str, name: str) -> None:
    cache = cache_in(tmp_path)
    cache.keep(DIGESTS[0], "a", image(b"an image"))

    assert cache.get(kept_as, name) is None


@pytest.mark.parametrize("cut", [0, 1, 47, 48, 50])
def test_a_file_that_was_cut_short_is_not_taken_for_an_image(tmp_path: Path, cut: int) -> None:
    cache = cache_in(tmp_path)
    cache.keep(DIGESTS[0], "a", image(b"an image"))
    os.truncate(files_in(tmp_path)[0], cut)

    assert cache.get(DIGESTS[0], "a") is None


def test_one_that_is_open_stays_readable_when_it_is_removed(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.keep(DIGESTS[0], "a", image(b"an image"))
    found = cache.get(DIGESTS[0], "a")

    forget(cache, DIGESTS[0])

    assert cache.get(DIGESTS[0], "a") is None
    assert content_of(found) == b"an image"


def test_forgetting_takes_all_of_one_original_and_nothing_else(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    for name in ("a", "b"):
        cache.keep(DIGESTS[0], name, image(b"an image"))
    neighbour = DIGESTS[0][:2] + DIGESTS[1][2:]
    cache.keep(neighbour, "a", image(b"an image"))

    forget(cache, DIGESTS[0])

    assert [path.name for path in files_in(tmp_path)] == [f"{neighbour}.a"]
    assert cache.held_bytes() == BLOCK


def test_the_longest_unused_go_first_and_what_stays_fits(tmp_path: Path) -> None:
    most = 10 * BLOCK
    cache = cache_in(tmp_path, most)
    for number in range(10):
        cache.keep(DIGESTS[number], "a", image(bytes(1000)))
        time.sleep(0.005)  # filesystems tell times apart by a few milliseconds
    cache.get(DIGESTS[0], "a")

    cache.keep(DIGESTS[10], "a", image(bytes(1000)))

    assert cache.held_bytes() <= most
    assert cache.get(DIGESTS[0], "a")
    assert cache.get(DIGESTS[1], "a") is None
    assert cache.get(DIGESTS[10], "a")


def test_however_many_are_kept_there_are_never_more_bytes_than_allowed(tmp_path: Path) -> None:
    most = 20 * BLOCK
    caches = [cache_in(tmp_path, most) for _ in range(4)]

    def fill(own: int) -> None:
        for number in range(60):
            caches[own].keep(DIGESTS[number % 40], f"{own}-{number}", image(bytes(500 + 13 * number)))

    threads = [threading.Thread(target=fill, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    on_disk = sum(path.stat().st_blocks * 512 for path in files_in(tmp_path))
    assert caches[0].held_bytes() == on_disk
    assert on_disk <= most


def test_keeping_the_same_again_counts_it_once(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)

    cache.keep(DIGESTS[0], "a", image(b"first"))
    cache.keep(DIGESTS[0], "a", image(b"second one"))

    assert content_of(cache.get(DIGESTS[0], "a")) == b"second one"
    assert cache.held_bytes() == BLOCK


def test_one_that_would_drive_out_many_others_is_not_kept(tmp_path: Path) -> None:
    cache = cache_in(tmp_path, 80 * BLOCK)

    cache.keep(DIGESTS[0], "a", image(bytes(10 * BLOCK)))
    cache.keep(DIGESTS[1], "a", image(bytes(9 * BLOCK)))

    assert [path.name for path in files_in(tmp_path)] == [f"{DIGESTS[1]}.a"]


def test_a_crowd_of_tiny_ones_takes_no_more_of_the_disk_than_is_allowed(tmp_path: Path) -> None:
    cache = cache_in(tmp_path, 20 * BLOCK)

    for number in range(100):
        cache.keep(DIGESTS[number % 40], f"{number}", image(b"x"))

    assert sum(path.stat().st_blocks * 512 for path in files_in(tmp_path)) <= 20 * BLOCK


def test_one_that_is_shorter_than_it_is_said_to_be_is_not_kept(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)

    cache.keep(DIGESTS[0], "a", replace(image(b"an image"), size=1000))

    assert files_in(tmp_path) == []
    assert list((tmp_path / "derived" / "new").iterdir()) == []


def test_nothing_is_kept_on_a_volume_without_room(tmp_path: Path) -> None:
    cache = cache_in(tmp_path, room=False)

    cache.keep(DIGESTS[0], "a", image(b"an image"))

    assert files_in(tmp_path) == []


@pytest.mark.parametrize("told", [b"", b"nonsense", b"0" * 36 + bytes(8)])
def test_a_ledger_that_is_damaged_or_of_before_the_last_start_is_counted_anew(tmp_path: Path, told: bytes) -> None:
    cache = cache_in(tmp_path)
    cache.keep(DIGESTS[0], "a", image(b"an image"))
    (tmp_path / "derived" / "held").write_bytes(told)

    assert cache.held_bytes() == BLOCK


def test_the_sweep_removes_what_is_no_more_wanted(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    for number in range(10):
        cache.keep(DIGESTS[number], "a", image(b"an image"))

    removed = cache.sweep(lambda names: set(names) & set(DIGESTS[:3]))

    assert removed == 7
    assert {path.name for path in files_in(tmp_path)} == {f"{digest}.a" for digest in DIGESTS[:3]}


def test_the_sweep_removes_what_a_dead_process_had_begun(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    (tmp_path / "derived" / "new").mkdir()
    old, young = (tmp_path / "derived" / "new" / name for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))

    cache.sweep(set)

    assert (old.exists(), young.exists()) == (False, True)


def test_nobody_else_on_the_machine_may_read_them(tmp_path: Path) -> None:
    cache_in(tmp_path)

    assert (tmp_path / "derived").stat().st_mode & 0o007 == 0


def test_who_deletes_the_whole_folder_under_a_running_server_does_no_harm(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.keep(DIGESTS[0], "a", image(b"an image"))
    shutil.rmtree(tmp_path / "derived")

    assert cache.get(DIGESTS[0], "a") is None
    assert cache.sweep(set) == 0
    forget(cache, DIGESTS[0])
    cache.keep(DIGESTS[0], "a", image(b"an image"))

    assert content_of(cache.get(DIGESTS[0], "a")) == b"an image"
    assert cache.held_bytes() == BLOCK
