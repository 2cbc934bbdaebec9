"""Many who do something at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable


def at_once(count: int, act: Callable[[], object]) -> list[object]:
    """What each of so many threads got, or the exception that it met."""
    results: list[object] = []
    begin = threading.Barrier(count)

    def run() -> None:
        begin.wait()
        try:
            results.append(act())
        except Exception as fault:
            results.append(fault)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
