"""The process that renders: bytes of strangers are decoded here, and nowhere else.

Started by `pool`, which speaks to it over a socket: a message is a JSON
object, with descriptors where it needs some. It ends when the other side
does. Whatever a job does to it, it does to this process alone; the next job
gets a new one.
"""

import fcntl
import hashlib
import importlib
import json
import os
import socket
from io import FileIO

from PIL import Image

from pastebin import confinement
from pastebin.errors import FieldsInvalid
from pastebin.images.budget import Budget
from pastebin.images.messages import MESSAGE_BYTES, Message
from pastebin.images.recipe import Recipe
from pastebin.images.render import render
from pastebin.landlock import shut_in


def main() -> None:
    """Work until nobody is there any more to give work."""
    channel = socket.socket(fileno=0)
    begun = _receive(channel)
    if begun is None:
        return
    orders, descriptors = begun
    turns = descriptors[0]
    confinement.confine(orders["memory_bytes"], orders["written_bytes"])
    _import_all()
    shut_in()  # where the system knows how: what gets hold of this process finds nothing in it
    channel.send(b"{}")
    while (received := _receive(channel)) is not None:
        order, descriptors = received
        answer = _obey(order, descriptors, turns, orders["seconds"])
        channel.send(json.dumps(answer).encode())


def _import_all() -> None:
    """What the libraries import when they first need it: later nothing is found any more."""
    Image.preinit()
    importlib.import_module("pillow_heif.as_plugin")


def _obey(order: Message, descriptors: list[int], turns: int, seconds: float) -> Message:
    if "turn" in order:  # waits while another process has it; a turn ends with the process, too
        fcntl.lockf(turns, fcntl.LOCK_EX, 1, order["turn"])
        return {}
    if "done" in order:
        fcntl.lockf(turns, fcntl.LOCK_UN, 1, order["done"])
        return {}
    with FileIO(descriptors[0]) as source, FileIO(descriptors[1], "r+") as into:
        confinement.begin_job(seconds)
        answer = _render(order, source, into)
        confinement.end_job()
        return answer


def _render(order: Message, source: FileIO, into: FileIO) -> Message:
    try:
        made = render(source, order["type"], Recipe.from_words(order["recipe"]), Budget(**order["budget"]), into)
    except FieldsInvalid as refusal:
        return {"refused": refusal.message, **refusal.facts}
    except OSError as fault:
        return {"fault": fault.errno, "text": str(fault)}
    into.seek(0)
    digest = hashlib.file_digest(into, "sha256").hexdigest()
    return {"format": made.format, "size": os.fstat(into.fileno()).st_size, "digest": digest}


def _receive(channel: socket.socket) -> tuple[Message, list[int]] | None:
    body, descriptors, _flags, _address = socket.recv_fds(channel, MESSAGE_BYTES, 2)
    return (json.loads(body), descriptors) if body else None


if __name__ == "__main__":
    main()
