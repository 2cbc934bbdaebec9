"""The processes that render, and the requests that wait for one of them."""

import json
import logging
import os
import re
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from threading import Lock
from typing import Final, NoReturn

from pastebin import confinement
from pastebin.errors import ImageUnusable
from pastebin.images.budget import Budget
from pastebin.images.descriptor import Descriptor
from pastebin.images.messages import MESSAGE_BYTES, Message
from pastebin.images.recipe import Format, Recipe
from pastebin.waiting import Wait

log = logging.getLogger(__name__)

_RENDERER: Final = "pastebin.images.renderer"
_PROCESSES: Final = 2
_MOST_WAITING: Final = 200
_QUEUE_SECONDS: Final = 30.0
# What is asked for may have to wait for the processor, and for another process that renders the same.
_PATIENCE_SECONDS: Final = 20.0
_START_SECONDS: Final = 20.0
_EXTENSIONS: Final = frozenset(Format)
_DIGEST: Final = re.compile("[0-9a-f]{64}")


class PoolBusy(Exception):
    """Too many images are being made: nobody knows whether this one could be."""


class RendererEnded(Exception):
    """The job ended its process: by the time or the memory it took, or by a fault that it met. It would again."""


@dataclass(frozen=True)
class Bounds:
    """What one image may take: processor seconds, address space, and bytes of the result."""

    seconds: float
    memory_bytes: int
    written_bytes: int


@dataclass(frozen=True)
class Rendered:
    """What came out: the extension of its format, bytes, and their SHA-256 in hex."""

    extension: str
    size: int
    digest: str


class Renderer:
    """One process, for one request at a time."""

    def __init__(self, turns: int, bounds: Bounds) -> None:
        self._bounds = bounds
        self._turns = turns
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = confinement.start(_RENDERER, theirs.fileno(), subprocess.DEVNULL)
        self._is_ready = False
        self.is_lost = False

    @property
    def is_alive(self) -> bool:
        """Whether it can be given a job."""
        return self._process.poll() is None

    @contextmanager
    def turn(self, number: int, wait: Wait) -> Iterator[None]:
        """Be the one process of this machine that works on something, for as long as the block lasts.

        The turn is the process's own, and ends with it.

        Args:
            number: that stands for what is worked on.

        Raises:
            RendererEnded, PoolBusy
        """
        self._ask({"turn": number}, [], wait)
        try:
            yield
        finally:
            if not self.is_lost:
                self._ask({"done": number}, [], wait)

    def render(
        self, source: FileIO, media_type: str, recipe: Recipe, budget: Budget, into: FileIO, wait: Wait
    ) -> Rendered:
        """Make an image.

        Raises:
            ImageUnusable: the source, or the recipe for it, cannot be used.
            OSError: the disk that the source lies on failed.
            RendererEnded, PoolBusy
        """
        order = {"type": media_type, "recipe": recipe.to_words(), "budget": asdict(budget)}
        answer = self._ask(order, [source.fileno(), into.fileno()], wait)
        match answer:
            case {"refused": str(message), "fields": list(fields)}:
                raise ImageUnusable(message, fields=fields)
            case {"fault": int(number), "text": str(text)}:
                raise OSError(number, text)
            case {"format": str(made)} if made in _EXTENSIONS and os.fstat(into.fileno()).st_size:
                return made
        return self._disbelieve()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def _ask(self, order: Message, descriptors: list[int], wait: Wait) -> Message:
        if not self._is_ready:
            self._begin(wait)
        return self._exchange(order, descriptors, wait, self._bounds.seconds + _PATIENCE_SECONDS)

    def _begin(self, wait: Wait) -> None:
        try:
            self._exchange(asdict(self._bounds), [self._turns], wait, _START_SECONDS)
        except RendererEnded as fault:  # no image had anything to do with it
            log.error("a process for images could not be started: %s -m %s", sys.executable, _RENDERER)
            raise PoolBusy from fault
        self._is_ready = True

    def _exchange(self, order: Message, descriptors: list[int], wait: Wait, seconds: float) -> Message:
        answer = b""
        try:
            socket.send_fds(self._channel, [json.dumps(order).encode()], descriptors)
            if not wait(self._channel.fileno(), seconds):
                raise PoolBusy
            answer = self._channel.recv(MESSAGE_BYTES)
        except OSError as fault:
            raise RendererEnded from fault
        finally:
            self.is_lost = not answer
        if not answer:
            raise RendererEnded
        try:
            told = json.loads(answer)
        except (ValueError, RecursionError):
            self._disbelieve()
        return told if isinstance(told, dict) else self._disbelieve()

    def _disbelieve(self) -> NoReturn:
        """Give it up: nothing of ours would say that, so an image has got hold of it.

        Raises:
            RendererEnded
        """
        log.error("a process for images said what it cannot say, and is ended")
        self.is_lost = True
        raise RendererEnded


class _Slot:
    """Leave to have one process: it, if it has been started."""

    def __init__(self) -> None:
        self.renderer: Renderer | None = None
        self.used_at = 0.0


class _Place:
    """A request in the queue: its bell, and the slot that it was given."""

    def __init__(self) -> None:
        self.bell = os.eventfd(0, os.EFD_CLOEXEC)
        self.slot: _Slot | None = None


class Pool:
    """A few processes of this one's, started when they are needed. For many threads.

    Args:
        turns: a file that all pools of this machine share.
    """

    def __init__(self, turns: Path, bounds: Bounds) -> None:
        self._turns = Descriptor(os.open(turns, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
        self._bounds = bounds
        self._lock = Lock()
        self._free = [_Slot() for _ in range(_PROCESSES)]
        self._queue: deque[_Place] = deque()

    @contextmanager
    def renderer(self, wait: Wait) -> Iterator[Renderer]:
        """A process, for as long as the block lasts.

        Raises:
            PoolBusy: too many wait already, or none was free in time.
        """
        slot = self._take_slot(wait)
        try:
            if slot.renderer is None or not slot.renderer.is_alive:
                slot.renderer = Renderer(self._turns.number, self._bounds)
            yield slot.renderer
        finally:
            if slot.renderer is not None and slot.renderer.is_lost:
                slot.renderer.close()
                slot.renderer = None
            self._give_back(slot)

    def rest(self, idle_seconds: float) -> None:
        """End processes that nobody has needed for so long. Those that have something to do end with this one."""
        now = time.monotonic()
        with self._lock:
            idle = [slot for slot in self._free if slot.renderer and now - slot.used_at >= idle_seconds]
            renderers = [slot.renderer for slot in idle if slot.renderer]
            for slot in idle:
                slot.renderer = None
        for renderer in renderers:
            renderer.close()

    def _take_slot(self, wait: Wait) -> _Slot:
        with self._lock:
            if self._free:
                return self._free.pop()
            if len(self._queue) >= _MOST_WAITING:
                raise PoolBusy
            place = _Place()
            self._queue.append(place)
        try:
            wait(place.bell, _QUEUE_SECONDS)
        except BaseException:
            if (slot := self._leave_queue(place)) is not None:
                self._give_back(slot)  # it came all the same
            raise
        slot = self._leave_queue(place)
        if slot is None:
            raise PoolBusy
        return slot

    def _leave_queue(self, place: _Place) -> _Slot | None:
        with self._lock:
            if place.slot is None:
                self._queue.remove(place)
            os.close(place.bell)  # with the lock in hand: nobody rings it any more
            return place.slot

    def _give_back(self, slot: _Slot) -> None:
        slot.used_at = time.monotonic()
        with self._lock:
            if self._queue:
                place = self._queue.popleft()
                place.slot = slot
                os.eventfd_write(place.bell, 1)
            else:
                self._free.append(slot)
