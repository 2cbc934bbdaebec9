"""What is counted in memory until it is written down."""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


class Tally(Generic[Thing]):
    """How often each of some things was counted since that was last written down.

    Args:
        many: from so many different things on nobody should wait before writing them down.
    """

    def __init__(self, many: int) -> None:
        self._many = many
        self._times: dict[Thing, int] = {}
        self._counting = Lock()
        self._writing = Lock()
        self._has_many = Event()

    def count(self, thing: Thing, times: int = 1) -> None:
        """Count a thing."""
        with self._counting:
            self._times[thing] = self._times.get(thing, 0) + times
            if len(self._times) >= self._many:
                self._has_many.set()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until there are many."""
        self._has_many.wait(seconds)

    @contextmanager
    def emptying(self) -> Iterator[Mapping[Thing, int]]:
        """What was counted, to be written down inside; what fails there is counted still.

        One thread at a time: whoever comes at the end of the process has waited for who was writing.
        """
        with self._writing:
            times = self._take()
            try:
                yield times
            except BaseException:
                self._put_back(times)
                raise

    def _take(self) -> dict[Thing, int]:
        with self._counting:
            times, self._times = self._times, {}
            self._has_many.clear()
        return times

    def _put_back(self, times: dict[Thing, int]) -> None:
        with self._counting:
            for thing, count in times.items():
                self._times[thing] = self._times.get(thing, 0) + count
