"""What is counted in memory until it is written down: nothing is lost between two writers, and nothing comes twice."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from pastebin.tally import Tally


@pytest.fixture
def tally() -> Tally[str]:
    return Tally(many=3)


def written(tally: Tally[str]) -> dict[str, int]:
    with tally.emptying() as times:
        return dict(times)


def test_each_thing_is_written_down_as_often_as_it_was_counted_and_once(tally):
    for thing in ("a", "b", "a"):
        tally.count(thing)

    assert written(tally) == {"a": 2, "b": 1}
    assert written(tally) == {}


def test_what_could_not_be_written_down_is_counted_still_with_what_came_meanwhile(tally):
    tally.count("a")

    with pytest.raises(OSError, match="full"), tally.emptying():
        tally.count("a")
        tally.count("b")
        raise OSError("full")

    assert written(tally) == {"a": 2, "b": 1}


def test_whoever_comes_last_waits_for_who_is_writing(tally):
    """At the end of a process nothing may be in the hands of a thread that the process does not wait for."""
    tally.count("a")
    begun = threading.Event()

    def fail_slowly() -> None:
        with tally.emptying():
            begun.set()
            time.sleep(0.2)
            raise OSError("full")

    with ThreadPoolExecutor(1) as other:
        failing = other.submit(fail_slowly)
        begun.wait(10)
        left = written(tally)

        assert isinstance(failing.exception(), OSError)
        assert left == {"a": 1}


def test_who_waits_is_woken_when_there_are_many_different_things(tally):
    with ThreadPoolExecutor(1) as writer:
        waiting = writer.submit(tally.wait, 60)
        for thing in ("a", "a", "a", "b"):
            tally.count(thing)
        time.sleep(0.1)
        assert not waiting.done()

        tally.count("c")

        waiting.result(10)
    written(tally)
    started = time.monotonic()
    tally.wait(0.05)
    assert time.monotonic() - started >= 0.05


@pytest.fixture
def restless_threads():
    """Threads that interrupt each other as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("restless_threads")
def test_many_threads_count_while_others_write_and_some_of_them_fail(tally):
    seen: Counter[str] = Counter()
    done = threading.Event()

    def write() -> None:
        failing = False
        while not done.is_set():
            failing = not failing
            try:
                with tally.emptying() as times:
                    if failing:
                        raise OSError("full")
                    seen.update(times)
            except OSError:
                pass

    def count(name: str) -> None:
        for _ in range(20_000):
            tally.count(name)

    with ThreadPoolExecutor(8) as people:
        writers = [people.submit(write) for _ in range(2)]
        for counting in [people.submit(count, name) for name in "abcabc"]:
            counting.result(60)
        done.set()
        for writer in writers:
            writer.result(10)

    seen.update(written(tally))
    assert seen == {"a": 40_000, "b": 40_000, "c": 40_000}
