"""Thumbnails: made for the first who ask, and sent to all after them; and Pillow making them by itself."""

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image, ImageFilter

from tests.bench.client import Load, ask_once
from tests.bench.crew import Tally, Window
from tests.bench.downloads import Place, Published, seen
from tests.bench.servers import Server
from tests.bench.stop import BenchmarkStopped

SIDE = 512
CROWD = 50

_WIDTH, _HEIGHT = 4000, 3000
_QUALITY = 87
# What the pastebin saves thumbnails with.
_SAVED_QUALITY = 85
_WAITING = 150
_BOX = (SIDE, SIDE)


def photograph() -> bytes:
    """A JPEG of 12 megapixels, about as hard to pack as a camera's: large shapes with grain upon them."""
    shapes = [Image.effect_noise((80, 60), 120).resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC) for _ in "RGB"]
    grain = Image.effect_noise((_WIDTH, _HEIGHT), 22).filter(ImageFilter.GaussianBlur(0.8))
    picture = Image.merge("RGB", [Image.blend(shape, grain, 0.35) for shape in shapes])
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


class PillowLoop:
    """Pillow's own `thumbnail()`, from a file to JPEG in memory, one after the other in one process.

    It makes 512 x 384 pixels of them, a quarter less than a thumbnail of the pastebin's has.
    """

    def __init__(self, folder: Path, content: bytes) -> None:
        self._path = folder / "photograph.jpg"
        self._path.write_bytes(content)

    def __call__(self, _number: int, window: Window) -> Tally:
        """Make one after the other until the window closes."""
        tally, ended = Tally(), 0.0
        while ended < window.closes:
            started = time.monotonic()
            with Image.open(self._path) as picture:
                picture.thumbnail(_BOX)
                picture.save(io.BytesIO(), "JPEG", quality=_SAVED_QUALITY)
            ended = time.monotonic()
            tally.add(window, started, ended)
        return tally


class ColdThumbnails:
    """Files whose thumbnail nobody has asked for yet: the same photograph, each time as a private file of its own.

    What is made of a private file is kept for that one alone.
    """

    def __init__(self, server: Server, content: bytes) -> None:
        self._server = server
        self._content = content
        self._fresh: list[bytes] = []

    def prepare(self) -> None:
        """See that there are enough of them for a turn."""
        while len(self._fresh) < _WAITING:
            told = _upload(self._server, self._content, "?private=1")
            query = told["url"].partition("?")[2]
            self._fresh.append(_get(self._server, f"/{told['uuid']}/thumb?{query}"))

    def load(self) -> Load:
        """One connection that asks for one after the other."""
        fresh, self._fresh = self._fresh, []
        following = iter(fresh)

        def maker(_: int) -> Callable[[], bytes]:
            return lambda: _next(following)

        return Load(self._server.addresses, 200, 1, maker)

    def crowds(self, connections: int) -> Load:
        """So many connections; each file is asked for by all of them at about the same time."""
        fresh, self._fresh = self._fresh, []
        following = iter([request for request in fresh for _ in range(connections)])

        def maker(_: int) -> Callable[[], bytes]:
            return lambda: _next(following)

        return Load(self._server.addresses, 200, connections, maker)


def warm(server: Server, content: bytes) -> tuple[Published, Published]:
    """A public photograph's thumbnail, made already; and an ordinary file of as many bytes.

    Raises:
        BenchmarkStopped: the thumbnail is not what it should be.
    """
    told = _upload(server, content)
    path = f"/{told['uuid']}/thumb"
    answer = ask_once(server.address, 200, _get(server, path))
    if Image.open(io.BytesIO(answer.body)).size != _BOX:
        raise BenchmarkStopped(f"{path} is not {SIDE} x {SIDE} pixels.")
    filling = (hashlib.sha256(answer.body).digest() * (1 + len(answer.body) // 32))[: len(answer.body)]
    plain = _upload(server, filling)
    return (
        seen([Place(server.address, path)], answer.body),
        seen([Place(server.address, f"/{plain['uuid']}")], filling),
    )


def _next(requests: Iterator[bytes]) -> bytes:
    request = next(requests, None)
    if request is None:
        raise BenchmarkStopped(f"{_WAITING} photographs were not enough for one turn.")
    return request


def _upload(server: Server, content: bytes, query: str = "") -> dict[str, str]:
    head = (
        f"POST /api/upload{query} HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: application/octet-stream\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    answer = ask_once(server.address, 201, head.encode(), content)
    told: dict[str, str] = json.loads(answer.body)
    return told


def _get(server: Server, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nAccept: */*\r\n\r\n".encode()
