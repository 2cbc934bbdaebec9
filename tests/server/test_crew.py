"""What is sent to a thread is taken up, whoever else sends something at the same moment."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from pastebin.server.crew import Crew

SECONDS = 15


class Errand:
    """Something to go on with, which tells its sender."""

    def __init__(self, taken: Any = None) -> None:
        self.runner = self
        self._taken = taken

    def switch(self) -> None:
        if self._taken:
            self._taken.release()


@contextmanager
def switching_often() -> Iterator[None]:
    """Threads change so often that what is between two steps is met."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@pytest.mark.slow
def test_what_several_send_to_one_thread_is_all_taken_up() -> None:
    crew = Crew(2, lambda _hand, _connection: None, lambda: None)
    crew.start()
    over = threading.Event()
    end = time.monotonic() + SECONDS

    def send(number: int) -> None:
        while not over.is_set() and time.monotonic() < end:
            taken = threading.Lock()
            taken.acquire()
            for errand in (*(Errand() for _ in range(number)), Errand(taken)):
                crew.send_to(crew.hands[0], cast(Any, errand))
            if not taken.acquire(timeout=10):
                over.set()

    with switching_often():
        senders = [threading.Thread(target=send, args=(number,)) for number in (1, 2, 3, 5)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    crew.stop()
    for hand in crew.hands:
        hand.thread.join(10)

    assert not over.is_set(), f"{len(crew.hands[0].inbox)} were never taken up"
