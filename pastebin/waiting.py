"""How a request waits for something that is made elsewhere, under whatever server it runs.

Our own server lets the request wait without a thread; under any other, and in tests, the thread itself waits.
"""

import select
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, Protocol

# wait(descriptor, seconds): true once the descriptor is readable, has ended or has failed, which reading it will tell;
# false if the time is over first. Our server looks at times about once a second. Nobody else may wait for the same
# descriptor meanwhile, and it stays open until the call returns.
Wait = Callable[[int, float], bool]


class Pause(Protocol):
    """One wait without a thread, which another thread ends, once. Whoever made it waits for nothing else before."""

    def wait(self) -> None:
        """Until `end`, which may have been called already."""

    def end(self) -> None:
        """Let whoever waits go on."""

    def when_idle(self, task: Callable[[], None]) -> None:
        """Have *task* done soon, once all else that has come is worked on up to where it waits; maybe at once."""


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


def note_request(environ: Mapping[str, Any]) -> None:
    """From now on this WSGI environment's request is the one that runs here."""
    note_pause(environ.get("pastebin.pause"))


def note_pause(make: Callable[[], Pause] | None) -> None:
    """From now on what runs here pauses by what this makes; None: the thread itself has to wait."""
    _making.set(make)


def pause() -> Pause | None:
    """A pause of the request that runs here; None where only the thread itself can wait."""
    make = _making.get()
    return make() if make else None


# A greenlet has variables of its own, and so has a thread.
_making: ContextVar[Callable[[], Pause] | None] = ContextVar("making of pauses", default=None)
