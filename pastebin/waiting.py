"""How a request waits for something that is made elsewhere, under whatever server it runs.

Our own server lets the request wait without a thread; under any other, and in tests, the thread itself waits.
"""

import select
from collections.abc import Callable, Mapping
from typing import Any

# wait(descriptor, seconds): true once the descriptor is readable, has ended or has failed, which reading it will tell;
# false if the time is over first. Our server looks at times about once a second. Nobody else may wait for the same
# descriptor meanwhile, and it stays open until the call returns.
Wait = Callable[[int, float], bool]


def in_person(descriptor: int, seconds: float) -> bool:
    """Wait in the calling thread. A `Wait`."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    # To poll, a negative time is for ever.
    return bool(poll.poll(max(0.0, seconds) * 1000))


def way_of(environ: Mapping[str, Any]) -> Wait:
    """How the request of this WSGI environment waits (docs/server.md)."""
    wait: Wait = environ.get("pastebin.wait", in_person)
    return wait
