"""Derived images as a whole: the folder, the processes, and what is remembered."""

from __future__ import annotations

import gc
import io
import os
import weakref
from collections.abc import Iterator
from functools import partial
from io import FileIO
from pathlib import Path

import pytest
from PIL import Image

from pastebin.errors import ImageUnusable
from pastebin.images.budget import Budget
from pastebin.images.cache import Cache
from pastebin.images.derived import DerivedImages, Original
from pastebin.images.pool import Bounds, Pool
from pastebin.images.recipe import THUMBNAIL
from pastebin.waiting import in_person

MIB = 1 << 20
DIGEST = "ab" * 32


@pytest.fixture
def derived(tmp_path: Path) -> Iterator[DerivedImages]:
    cache = Cache(tmp_path / "derived", 100 * MIB, lambda: True)
    pool = Pool(tmp_path / "turns", Bounds(10, 1536 * MIB, 16 * MIB))
    yield DerivedImages(cache, pool, Budget(10 * MIB, 10, 16 * MIB))
    pool.rest(0)


def original(folder: Path, content: bytes) -> Original:
    path = folder / "original"
    path.write_bytes(content)
    return Original(DIGEST, "image/png", partial(FileIO, path))


def png() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "PNG")
    return out.getvalue()


def test_what_was_just_made_is_sent_out_of_the_folder_and_not_out_of_memory(
    derived: DerivedImages, tmp_path: Path
) -> None:
    made = derived.make(original(tmp_path, png()), THUMBNAIL, in_person, "ann")

    with made.open() as file:
        path = os.readlink(f"/proc/self/fd/{file.fileno()}")
        content = file.read(made.size)
    assert path.startswith(str(tmp_path / "derived"))
    assert Image.open(io.BytesIO(content)).size == (512, 512)


def test_a_refusal_that_is_remembered_holds_nothing_of_who_was_refused(derived: DerivedImages, tmp_path: Path) -> None:
    class Request:
        def wait(self, descriptor: int, seconds: float) -> bool:
            return in_person(descriptor, seconds)

    request = Request()
    gone = weakref.ref(request)
    with pytest.raises(ImageUnusable):
        derived.make(original(tmp_path, b"no image"), THUMBNAIL, request.wait, "ann")

    del request
    gc.collect()

    assert gone() is None
