"""Rendering in a process beside this one, so that no text can hold a worker: the client's side of `renderer`.

Regular expressions cannot be interrupted and keep Python's lock while they
run: in a worker's own thread, one hostile file would silence all the others.
"""

import atexit
import json
import logging
import math
import os
import select
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from typing import Any, Final

from pastebin import confinement
from pastebin.blueprints.previews.job import CPU_SECONDS, LENGTH

log = logging.getLogger(__name__)

_RENDERER: Final = "pastebin.blueprints.previews.renderer"

WAIT_SECONDS: Final = 2 * CPU_SECONDS
"""How long somebody waits for a rendering where the processor is busy with other things too."""

_TURN_SECONDS: Final = CPU_SECONDS
# Threads of a worker that may be waiting here: beyond that a page goes out without colours at once.
_MOST_WAITING: Final = 4

_KEPT_BYTES: Final = 8 << 20
_RETRY_SECONDS: Final = 10

Answer = dict[str, Any]


class RenderingFailed(Exception):
    """The job ended its process: by what it needed, or by a fault in what rendered it. It would again."""


class RendererBusy(Exception):
    """The machine is busy, with other renderings or in general. What the job would have come to, is not known."""


class Renderer:
    """One process, started when it is first needed and again after each failure. For use by many threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._waiting = threading.Semaphore(_MOST_WAITING)
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def ask(self, job: dict[str, Any]) -> Answer:
        """The answer to a job.

        Raises:
            RenderingFailed: the job ended the process. RendererBusy: its turn, or its answer, did not come in time.
        """
        if not self._waiting.acquire(blocking=False):
            raise RendererBusy
        try:
            return self._in_turn(json.dumps(job, ensure_ascii=False).encode())
        finally:
            self._waiting.release()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _in_turn(self, body: bytes) -> Answer:
        if not self._turn.acquire(timeout=_TURN_SECONDS):
            raise RendererBusy
        try:
            return self._work(body)
        finally:
            self._turn.release()

    def _work(self, body: bytes) -> Answer:
        try:
            process = self._started()
            process.stdin.write(LENGTH.pack(len(body)) + body)  # type: ignore[union-attr]  # it is a pipe
            process.stdin.flush()  # type: ignore[union-attr]
            return _read_answer(process)
        except (EOFError, BrokenPipeError) as fault:
            log.info("a preview was given up: its renderer ended")
            self.close()
            raise RenderingFailed from fault
        except OSError as fault:  # a TimeoutError; or the machine has no room for one more process
            self.close()
            raise RendererBusy from fault

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = confinement.start(_RENDERER, subprocess.PIPE, subprocess.PIPE)
        return self._process


class Shelf:
    """Renderings that were asked for lately, failures too, up to a number of bytes. For use by many threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held = 0
        self._answers: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> Answer | None:
        """What was put there, if it still is."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: tuple[str, ...], answer: Answer) -> None:
        """Keep an answer, and let the oldest go for it."""
        with self._lock:
            self._held += _weight(answer) - (_weight(self._answers.pop(key)) if key in self._answers else 0)
            self._answers[key] = answer
            while self._held > self._most:
                _, oldest = self._answers.popitem(last=False)
                self._held -= _weight(oldest)


_renderer: Final = Renderer()
_shelf: Final = Shelf(_KEPT_BYTES)


def highlight(kept_as: str, text: str, names: list[str]) -> Answer:
    """A text in the colours of its language.

    Args:
        kept_as: names the content that the text is the whole of.
        names: file names that may tell the language, the best first.

    Returns:
        `language` and `html`, lines joined by `\\n`; `failed` where it cannot be had in time; nothing where there
        is no such language.
    """
    return _rendered((kept_as, "highlight", *names), {"kind": "highlight", "text": text, "names": names})


def markdown(kept_as: str, text: str) -> Answer:
    """The clean HTML of a Markdown text under `html`; `failed` where it cannot be had in time."""
    return _rendered((kept_as, "markdown"), {"kind": "markdown", "text": text})


def _rendered(key: tuple[str, ...], job: dict[str, Any]) -> Answer:
    answer = _shelf.get(key)
    if answer is not None and answer.get("until", math.inf) > time.monotonic():
        return answer
    try:
        answer = _renderer.ask(job)
    except RenderingFailed:
        answer = {"failed": True}
    except RendererBusy:
        answer = {"failed": True, "until": time.monotonic() + _RETRY_SECONDS}
    _shelf.put(key, answer)
    return answer


def _weight(answer: Answer) -> int:
    # Python keeps a text with one character beyond Latin-1 at two or four bytes each.
    return 500 + sys.getsizeof(answer.get("html", ""))


def _read_answer(process: subprocess.Popen[bytes]) -> Answer:
    deadline = time.monotonic() + WAIT_SECONDS
    descriptor = process.stdout.fileno()  # type: ignore[union-attr]  # it is a pipe
    length = LENGTH.unpack(_read_exactly(descriptor, LENGTH.size, deadline))[0]
    answer: Answer = json.loads(_read_exactly(descriptor, length, deadline))
    return answer


def _read_exactly(descriptor: int, count: int, deadline: float) -> bytes:
    """That many bytes.

    Raises:
        TimeoutError: they did not come in time. EOFError: the other side is gone.
    """
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    taken = bytearray()
    while len(taken) < count:
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        block = os.read(descriptor, min(count - len(taken), 1 << 20))
        if not block:
            raise EOFError
        taken += block
    return bytes(taken)
