"""Work that several ask for at the same time, done by one of them."""

import os
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from pastebin.waiting import Wait

Result = TypeVar("Result")


class _Errand(Generic[Result]):
    """Work that is under way: who waits for it, and in the end what came of it."""

    def __init__(self) -> None:
        self.bells: list[int] | None = []
        self.result: Result
        self.failure: Exception | None = None


class Once(Generic[Result]):
    """By key: the first who asks does the work, those who come meanwhile get what it came to. For many threads."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _Errand[Result]] = {}
        self._lock = Lock()

    def do(self, key: Hashable, work: Callable[[], Result], wait: Wait, seconds: float) -> Result:
        """The result of *work*, or of the like that is under way.

        Raises:
            TimeoutError: somebody else's did not end within so many seconds.
            Exception: what the work raised, for everybody who waited for it.
        """
        with self._lock:
            errand = self._under_way.get(key)
            is_mine = errand is None
            if errand is None:
                errand = self._under_way[key] = _Errand()
        if is_mine:
            self._lead(key, errand, work)
        else:
            self._follow(errand, wait, seconds)
        if errand.failure:
            raise errand.failure
        return errand.result

    def _lead(self, key: Hashable, errand: _Errand[Result], work: Callable[[], Result]) -> None:
        try:
            errand.result = work()
        except Exception as failure:  # noqa: BLE001 - raised again by `do`, for all of them
            errand.failure = failure
        except BaseException:
            errand.failure = InterruptedError("the work was broken off")
            raise
        finally:
            with self._lock:
                del self._under_way[key]
                # Rung with the lock in hand: who is tired of waiting closes the bell, and its number is used anew.
                for bell in errand.bells or ():
                    os.eventfd_write(bell, 1)
                errand.bells = None

    def _follow(self, errand: _Errand[Result], wait: Wait, seconds: float) -> None:
        bell = os.eventfd(0, os.EFD_CLOEXEC)
        try:
            with self._lock:
                if errand.bells is None:
                    return
                errand.bells.append(bell)
            if not wait(bell, seconds):
                raise TimeoutError
        finally:
            with self._lock:
                if errand.bells is not None and bell in errand.bells:
                    errand.bells.remove(bell)
                os.close(bell)
