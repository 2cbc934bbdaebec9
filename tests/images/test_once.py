"""Work that several ask for at once is done by one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from pastebin.images.once import Once
from pastebin.waiting import in_person
from tests.crowd import at_once


def slowly(done: list[int], result: object = "made", seconds: float = 0.1) -> Callable[[], object]:
    def work() -> object:
        done.append(1)
        time.sleep(seconds)
        if isinstance(result, Exception):
            raise result
        return result

    return work


def test_what_twenty_ask_for_at_once_is_done_once_and_all_have_it() -> None:
    once: Once[object] = Once()
    done: list[int] = []

    results = at_once(20, lambda: once.do("key", slowly(done), in_person, 5))

    assert results == ["made"] * 20
    assert len(done) == 1


def test_what_fails_fails_for_all_who_waited_and_is_tried_again_for_the_next() -> None:
    once: Once[object] = Once()
    done: list[int] = []

    results = at_once(5, lambda: once.do("key", slowly(done, KeyError("no")), in_person, 5))

    assert [type(result) for result in results] == [KeyError] * 5
    assert once.do("key", slowly(done), in_person, 5) == "made"
    assert len(done) == 2


def test_different_work_is_done_side_by_side() -> None:
    once: Once[object] = Once()
    done: list[int] = []
    keys = iter(range(4))
    begun = time.monotonic()

    at_once(4, lambda: once.do(next(keys), slowly(done, seconds=0.6), in_person, 5))

    assert len(done) == 4
    assert time.monotonic() - begun < 2


def test_who_has_waited_too_long_goes_and_the_work_goes_on() -> None:
    once: Once[object] = Once()
    done: list[int] = []
    leader = threading.Thread(target=lambda: once.do("key", slowly(done, seconds=0.5), in_person, 5))
    leader.start()
    time.sleep(0.1)

    with pytest.raises(TimeoutError):
        once.do("key", slowly(done), in_person, 0.05)

    assert once.do("key", slowly(done), in_person, 5) == "made"
    leader.join()
    assert len(done) == 1


def test_thousands_of_short_errands_leave_nothing_behind() -> None:
    once: Once[object] = Once()

    at_once(8, lambda: [once.do(number % 3, int, in_person, 5) for number in range(2000)])

    assert not once._under_way
