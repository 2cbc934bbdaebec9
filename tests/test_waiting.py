"""Waiting under any server but our own."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from pastebin.waiting import in_person, way_of


@pytest.fixture
def bell() -> Iterator[int]:
    """A descriptor that is readable once somebody has rung."""
    descriptor = os.eventfd(0)
    yield descriptor
    os.close(descriptor)


def test_the_thread_waits_until_the_descriptor_is_readable(bell: int) -> None:
    started = time.monotonic()
    threading.Timer(0.1, os.eventfd_write, (bell, 1)).start()

    assert in_person(bell, 10)
    assert 0.1 <= time.monotonic() - started < 5


def test_the_thread_waits_no_longer_than_it_was_told(bell: int) -> None:
    started = time.monotonic()

    assert not in_person(bell, 0.1)
    assert 0.1 <= time.monotonic() - started < 5


@pytest.mark.parametrize("seconds", [0, -1])
def test_without_time_it_only_looks(bell: int, seconds: float) -> None:
    assert not in_person(bell, seconds)
    os.eventfd_write(bell, 1)
    assert in_person(bell, seconds)


def test_the_server_says_how_a_request_waits_else_it_waits_in_person() -> None:
    def parked(descriptor: int, seconds: float) -> bool:
        return descriptor == 5 and seconds == 2

    assert way_of({"pastebin.wait": parked})(5, 2)
    assert way_of({}) is in_person
