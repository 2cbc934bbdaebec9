"""Many clients of a running server: at the same moment, or all the time until they are enough."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from tests.live.client import Answer, Caller
from tests.running import Server


def all_at_once(server: Server, acts: Sequence[Callable[[Caller], Answer]]) -> list[Answer]:
    """What clients are answered who act at the same moment, each on a connection of its own."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[Caller], Answer]) -> Answer:
        with Caller(server) as caller:
            caller.get("/healthz")  # connected, and let in by one of the workers
            start.wait(30)
            return act(caller)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


class Together:
    """What several threads do between the beginning and the end of a `with`, which waits for them."""

    def __init__(self, runs: Sequence[Callable[[], None]]) -> None:
        self._threads = [threading.Thread(target=run) for run in runs]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()
