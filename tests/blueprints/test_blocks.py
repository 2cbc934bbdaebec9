"""A body in steps: whatever it can do, all of it, and bounded memory however many come at once."""

from __future__ import annotations

import io
import itertools

import pytest

from pastebin.blueprints.blocks import LARGEST_BYTES, blocks
from pastebin.errors import BodyMalformed, BodyTooSlow


class Plain:
    """A body that can only be read, as plain WSGI servers give it."""

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)

    def read(self, size: int, /) -> bytes:
        return self._file.read(size)


class Broken:
    """A body whose client goes away, or is given up by the server."""

    def __init__(self, status: int | None) -> None:
        self._status = status

    def read(self, size: int, /) -> bytes:
        fault = ConnectionResetError("gone")
        if self._status:
            fault.http_status = self._status
        raise fault


@pytest.mark.parametrize("source", [Plain, io.BytesIO])
def test_a_body_is_read_to_its_end_whatever_it_can_do(source):
    content = bytes(range(256)) * 3000

    assert b"".join(bytes(block) for block in blocks(source(content))) == content


@pytest.mark.parametrize(("status", "error"), [(None, BodyMalformed), (400, BodyMalformed), (408, BodyTooSlow)])
def test_a_body_that_breaks_off_says_why(status, error):
    with pytest.raises(error):
        list(blocks(Broken(status)))


def test_steps_grow_while_a_body_fills_them():
    sizes = [len(block) for block in blocks(io.BytesIO(bytes(4 * LARGEST_BYTES)))]

    assert sizes[0] == 16 * 1024
    assert sizes[1] == 128 * 1024
    assert set(sizes[2:-1]) == {LARGEST_BYTES}
    assert sum(sizes) == 4 * LARGEST_BYTES


class Dripping(io.BytesIO):
    """A body of which little comes at a time."""

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the io module's own buffers are these
        return super().readinto(memoryview(buffer)[:1000])


def test_who_sends_little_at_a_time_holds_little():
    content = bytes(300 * 1024)

    held = [len(block.obj) for block in blocks(Dripping(content))]

    assert set(held) == {16 * 1024}


def test_of_many_bodies_at_once_few_take_large_steps_and_all_are_read_right():
    contents = [bytes([number]) * (2 * LARGEST_BYTES + number) for number in range(40)]
    readers = [blocks(io.BytesIO(content)) for content in contents]
    received, held = [bytearray() for _ in contents], []
    for turn in itertools.zip_longest(*readers):
        for gathered, block in zip(received, turn, strict=True):
            gathered.extend(block or b"")
        held.append(sum(len(block.obj) == LARGEST_BYTES for block in turn if block))

    assert received == contents
    assert max(held) == 16


def test_large_steps_are_given_back_by_who_breaks_off():
    for _ in range(100):
        reader = blocks(io.BytesIO(bytes(4 * LARGEST_BYTES)))
        sizes = [len(next(reader)) for _ in range(3)]
        reader.close()

        assert sizes[-1] == LARGEST_BYTES
