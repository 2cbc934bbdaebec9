"""A request's body in steps: large where it comes quickly, in bounded memory however many clients send at once."""

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol

from pastebin.errors import BodyMalformed, BodyTooSlow

LARGEST_BYTES: Final = 1 << 20
"""The largest step. Smaller ones are more calls of the system for the same bytes."""

# A body that fills a step gets the next size; who sends slowly, or little, never holds much.
_SMALL_BYTES: Final = 16 * 1024
_MEDIUM_BYTES: Final = 128 * 1024
_MOST_LARGE: Final = 16

# The places for large steps of this process, with the memory of the last ones to use again. Popping and appending
# are atomic, so whoever has popped a place owns it.
_large: deque[memoryview | None] = deque([None] * _MOST_LARGE)


class Body(Protocol):
    """What is left of a request's body."""

    def read(self, size: int, /) -> bytes:
        """Up to *size* bytes; none at the end."""


def blocks(body: Body) -> Iterator[memoryview]:
    """The body's bytes, as views that hold until the next one is asked for.

    Raises:
        BodyMalformed: it ended too early, or its framing is broken.
        BodyTooSlow: the server below gave it up.
    """
    view = memoryview(bytearray(_SMALL_BYTES))
    try:
        while count := _receive(body, view):
            yield view[:count]
            if count == len(view):
                view = _larger(view)
    finally:
        if len(view) == LARGEST_BYTES:
            _large.append(view)


def _larger(view: memoryview) -> memoryview:
    """Memory for larger steps, where there is a place for them; else the same."""
    if len(view) == _SMALL_BYTES:
        return memoryview(bytearray(_MEDIUM_BYTES))
    if len(view) == _MEDIUM_BYTES:
        with suppress(IndexError):
            return _large.pop() or memoryview(bytearray(LARGEST_BYTES))
    return view


def _receive(body: Body, view: memoryview) -> int:
    readinto = getattr(body, "readinto", None)
    try:
        if readinto:
            return int(readinto(view))
        block = body.read(len(view))
    except OSError as fault:
        raise _told(fault) from fault
    view[: len(block)] = block
    return len(block)


def _told(fault: OSError) -> Exception:
    """What the server below says of a body that did not come as promised (see its `http_status`)."""
    if getattr(fault, "http_status", 400) == 408:
        return BodyTooSlow()
    return BodyMalformed("The body of the request ended too early. Nothing was kept; send it again.")
