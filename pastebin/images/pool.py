"""The processes that render, and the requests that wait for one of them."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
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
_MOST_WAITING: Final = 500
# A page of fifty thumbnails, in two windows.
_MOST_WAITING_EACH: Final = 100
_QUEUE_SECONDS: Final = 30.0
# What is asked for may have to wait for the processor, and for another process that renders the same.
_PATIENCE_SECONDS: Final = 20.0
_START_SECONDS: Final = 20.0
_EXTENSIONS: Final = frozenset(Format)
_ENDING_SECONDS: Final = 2.0
_ENDED_BY_OTHERS: Final = (-signal.SIGKILL, -signal.SIGTERM)


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


class Renderer:
    """One process, for one request at a time."""

    def __init__(self, turns: int, bounds: Bounds) -> None:
        self._bounds = bounds
        self._turns = turns
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = confinement.start(_RENDERER, theirs.fileno(), subprocess.DEVNULL, in_large_pages=True)
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
            PoolBusy: it has ended, or somebody else's turn takes too long.
        """
        self._ask_aside({"turn": number}, wait)
        try:
            yield
        finally:
            if not self.is_lost:
                self._ask_aside({"done": number}, wait)

    def render(self, source: FileIO, media_type: str, recipe: Recipe, budget: Budget, into: FileIO, wait: Wait) -> str:
        """Make an image; the extension of its format.

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

    def _ask_aside(self, order: Message, wait: Wait) -> None:
        """Something with which no image has anything to do."""
        try:
            self._ask(order, [], wait)
        except RendererEnded as fault:
            raise PoolBusy from fault

    def _ask(self, order: Message, descriptors: list[int], wait: Wait) -> Message:
        if not self._is_ready:
            self._begin(wait)
        return self._exchange(order, descriptors, wait, self._bounds.seconds + _PATIENCE_SECONDS)

    def _begin(self, wait: Wait) -> None:
        try:
            begun = self._exchange(asdict(self._bounds), [self._turns], wait, _START_SECONDS)
        except RendererEnded as fault:  # no image had anything to do with it
            log.error("a process for images could not be started: %s -m %s", sys.executable, _RENDERER)
            raise PoolBusy from fault
        self._is_ready = True
        if not begun.get("is_shut_in"):
            _tell_of_open_doors()

    def _exchange(self, order: Message, descriptors: list[int], wait: Wait, seconds: float) -> Message:
        answer = b""
        try:
            socket.send_fds(self._channel, [json.dumps(order).encode()], descriptors)
            if not wait(self._channel.fileno(), seconds):
                raise PoolBusy
            answer = self._channel.recv(MESSAGE_BYTES)
        except OSError:
            answer = b""
        finally:
            self.is_lost = not answer
        if not answer:
            self._blame()
        try:
            told = json.loads(answer)
        except (ValueError, RecursionError):
            self._disbelieve()
        return told if isinstance(told, dict) else self._disbelieve()

    def _blame(self) -> NoReturn:
        """It has ended: by what the job did, or because somebody else ended it.

        Raises:
            RendererEnded, PoolBusy
        """
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_SECONDS)
        if self._process.returncode in _ENDED_BY_OTHERS:
            log.warning("a process for images was ended from outside, by the system for want of memory perhaps")
            raise PoolBusy
        raise RendererEnded

    def _disbelieve(self) -> NoReturn:
        """Give it up: nothing of ours would say that, so an image has got hold of it.

        Raises:
            RendererEnded
        """
        log.error("a process for images said what it cannot say, and is ended")
        self.is_lost = True
        raise RendererEnded


@cache
def _tell_of_open_doors() -> None:
    """Once is enough."""
    log.warning("this kernel has no Landlock: processes for images can open what the server can")


class _Slot:
    """Leave to have one process: it, if it has been started."""

    def __init__(self) -> None:
        self.renderer: Renderer | None = None
        self.used_at = 0.0


class _Place:
    """A request in the queue: whose it is, its bell, and the slot that it was given."""

    def __init__(self, whose: Hashable) -> None:
        self.whose = whose
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
        self._queue = _Queue()

    @contextmanager
    def renderer(self, wait: Wait, subject: str | None = None) -> Iterator[Renderer]:
        """A process, for as long as the block lasts.

        Args:
            subject: for whom: of one subject one job is done at a time, and all subjects that wait have their turn.
                None for somebody of whom there is no other.

        Raises:
            PoolBusy: too many wait already, or none was free in time.
        """
        whose = object() if subject is None else subject
        slot = self._take_slot(wait, whose)
        try:
            if slot.renderer is None or not slot.renderer.is_alive:
                slot.renderer = self._started()
            yield slot.renderer
        finally:
            if slot.renderer is not None and slot.renderer.is_lost:
                slot.renderer.close()
                slot.renderer = None
            self._give_back(slot, whose)

    def _started(self) -> Renderer:
        try:
            return Renderer(self._turns.number, self._bounds)
        except OSError as fault:  # no more processes, or descriptors, than there are
            log.error("a process for images could not be started: %s", fault)
            raise PoolBusy from fault

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

    def _take_slot(self, wait: Wait, whose: Hashable) -> _Slot:
        with self._lock:
            place = self._queue.enter(whose)
            self._hand_out()
        try:
            if place.slot is None:
                wait(place.bell, _QUEUE_SECONDS)
        except BaseException:
            if (slot := self._leave(place)) is not None:
                self._give_back(slot, whose)  # it came all the same
            raise
        slot = self._leave(place)
        if slot is None:
            raise PoolBusy
        return slot

    def _leave(self, place: _Place) -> _Slot | None:
        with self._lock:
            if place.slot is None:
                self._queue.leave(place)
            os.close(place.bell)  # with the lock in hand: nobody rings it any more
            return place.slot

    def _give_back(self, slot: _Slot, whose: Hashable) -> None:
        slot.used_at = time.monotonic()
        with self._lock:
            self._free.append(slot)
            self._queue.end(whose)
            self._hand_out()

    def _hand_out(self) -> None:
        while self._free and (place := self._queue.next()):
            place.slot = self._free.pop()
            os.eventfd_write(place.bell, 1)


class _Queue:
    """Requests that wait for a process, those of each subject in their order, the subjects by turns."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Hashable, deque[_Place]] = OrderedDict()
        self._count = 0
        # Of whom a job is being done.
        self._served: set[Hashable] = set()

    def enter(self, whose: Hashable) -> _Place:
        """Join it.

        Raises:
            PoolBusy: too many are in it, of this subject or in all.
        """
        if self._count >= _MOST_WAITING or len(self._waiting.get(whose, ())) >= _MOST_WAITING_EACH:
            raise PoolBusy
        place = _Place(whose)
        self._waiting.setdefault(whose, deque()).append(place)
        self._count += 1
        return place

    def leave(self, place: _Place) -> None:
        """Go without having been served."""
        self._waiting[place.whose].remove(place)
        self._forget_if_none(place.whose)
        self._count -= 1

    def next(self) -> _Place | None:
        """Who is to be served now: of those subjects of whom nothing is being done the one that has waited longest."""
        whose = next((each for each in self._waiting if each not in self._served), None)
        if whose is None:
            return None
        place = self._waiting[whose].popleft()
        self._waiting.move_to_end(whose)
        self._forget_if_none(whose)
        self._count -= 1
        self._served.add(whose)
        return place

    def end(self, whose: Hashable) -> None:
        """What was done for a subject is done."""
        self._served.discard(whose)

    def _forget_if_none(self, whose: Hashable) -> None:
        if not self._waiting[whose]:
            del self._waiting[whose]
