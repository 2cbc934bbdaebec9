"""The process that renders: bytes of strangers are decoded here, and nowhere else.

Started by `pool`, which speaks to it over a socket: a message is a JSON
object, with descriptors where it needs some. It ends when the other side
does. Whatever a job does to it, it does to this process alone: where it ends
it, the next job gets a new one. Those that do not end it are all done by the
same.
"""

import fcntl
import importlib
import json
import socket
from io import FileIO
from typing import Final

from PIL import Image

from pastebin import confinement
from pastebin.errors import FieldsInvalid
from pastebin.images.budget import Budget
from pastebin.images.messages import MESSAGE_BYTES, TURNS, Message
from pastebin.images.recipe import Recipe
from pastebin.images.render import render
from pastebin.landlock import shut_in

# More than the pictures of a telephone have: from there on one takes hundreds of MB.
_LARGE_PIXELS: Final = 50_000_000
_OF_LARGE_ONES: Final = TURNS


def main() -> None:
    """Work until nobody is there any more to give work."""
    channel = socket.socket(fileno=0)
    begun = _receive(channel)
    if begun is None:
        return
    orders, descriptors = begun
    turns = _Turns(descriptors[0])
    confinement.confine(orders["memory_bytes"], orders["written_bytes"])
    _import_all()
    # Where the system knows how: what gets hold of this process finds nothing in it.
    channel.send(json.dumps({"is_shut_in": shut_in()}).encode())
    while (received := _receive(channel)) is not None:
        order, descriptors = received
        answer = _obey(order, descriptors, turns, orders["seconds"])
        channel.send(json.dumps(answer).encode())


def _import_all() -> None:
    """What the libraries import when they first need it: later nothing is found any more."""
    Image.preinit()
    importlib.import_module("pillow_heif.as_plugin")


class _Turns:
    """Bytes of a file that all such processes of a machine lock. What one of them has locked ends with it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def take(self, number: int) -> None:
        """Wait until no other process has this one."""
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, number)

    def end(self, number: int) -> None:
        """Let others have it."""
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, number)

    def take_if_large(self, pixels: int) -> None:
        """Large images are worked on one at a time: what each needs in memory, a machine has once, perhaps."""
        if pixels > _LARGE_PIXELS:
            self.take(_OF_LARGE_ONES)


def _obey(order: Message, descriptors: list[int], turns: _Turns, seconds: float) -> Message:
    if "turn" in order:
        turns.take(order["turn"])
        return {}
    if "done" in order:
        turns.end(order["done"])
        return {}
    with FileIO(descriptors[0]) as source, FileIO(descriptors[1], "r+") as into:
        confinement.begin_job(seconds)
        answer = _render(order, source, into, turns)
        confinement.end_job()
        turns.end(_OF_LARGE_ONES)
        return answer


def _render(order: Message, source: FileIO, into: FileIO, turns: _Turns) -> Message:
    recipe, budget = Recipe.from_words(order["recipe"]), Budget(**order["budget"])
    try:
        made = render(source, order["type"], recipe, budget, into, turns.take_if_large)
    except FieldsInvalid as refusal:
        return {"refused": refusal.message, **refusal.facts}
    except OSError as fault:
        return {"fault": fault.errno, "text": str(fault)}
    return {"format": made.format}


def _receive(channel: socket.socket) -> tuple[Message, list[int]] | None:
    body, descriptors, _flags, _address = socket.recv_fds(channel, MESSAGE_BYTES, 2)
    return (json.loads(body), descriptors) if body else None


if __name__ == "__main__":
    main()
