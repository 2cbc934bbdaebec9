"""Images on what `make run` starts: made once by all workers together, and never at the others' expense."""

from __future__ import annotations

import io
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from PIL import Image

from tests.bench.processes import Session, watching
from tests.live.client import Caller
from tests.live.remains import complaints
from tests.running import Server

MIB = 1 << 20


@pytest.fixture(scope="module")
def noisy() -> bytes:
    """A JPEG of 8 megapixels that takes its time."""
    out = io.BytesIO()
    Image.effect_noise((3264, 2448), 60).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def renderings(server: Server, word: str = "made ") -> int:
    return server.log.read_text().count(f"pastebin.images.derived: {word}")


def get_all(server: Server, paths: list[str]) -> list[tuple[int, bytes]]:
    """The answers to requests that all come at once, each on a connection of its own."""
    ready = threading.Barrier(len(paths))

    def get(path: str) -> tuple[int, bytes]:
        with Caller(server) as caller:
            caller.get("/healthz")
            ready.wait()
            answer = caller.get(path)
            return answer.status, answer.body

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(get, paths))


def test_fifty_first_requests_at_once_make_it_once(make_server: Callable[..., Server], noisy: bytes) -> None:
    server = make_server(LOG_LEVEL="debug")
    with Caller(server) as caller:
        uuid = caller.upload(noisy, "noise.jpg")["uuid"]

    answers = get_all(server, [f"/{uuid}/thumb"] * 50)

    assert {status for status, _ in answers} == {200}
    assert len({body for _, body in answers}) == 1
    assert renderings(server) == 1
    assert complaints(server) == []


@pytest.mark.slow
def test_fifty_different_sizes_at_once_are_all_made(server: Server, noisy: bytes) -> None:
    with Caller(server) as caller:
        address = caller.upload(noisy, "noise.jpg")["hash"]

    answers = get_all(server, [f"/{address}?scalex={width}" for width in range(100, 150)])

    assert {status for status, _ in answers} == {200}
    assert [Image.open(io.BytesIO(body)).width for _, body in answers] == list(range(100, 150))
    assert complaints(server) == []


@contextmanager
def asking_on_and_on(server: Server, paths: Callable[[int], str], clients: int) -> Iterator[list[int]]:
    """Clients that ask for the next path as soon as they have an answer; the statuses that they got."""
    over, statuses, count = threading.Event(), list[int](), iter(range(1 << 40))

    def ask() -> None:
        with Caller(server, timeout=120) as caller:
            while not over.is_set():
                statuses.append(caller.get(paths(next(count))).status)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()


def ordinary_times(server: Server, seconds: float) -> list[float]:
    """How long requests for a small file take, one after the other, in order of their length."""
    with Caller(server) as caller:
        told = caller.upload(b"ordinary" * 200, "ordinary.txt")
        until, times = time.monotonic() + seconds, []
        while time.monotonic() < until:
            begun = time.monotonic()
            assert caller.get(f"/{told['uuid']}", Range="bytes=1-").status == 206  # not out of the lane
            times.append(time.monotonic() - begun)
            time.sleep(0.01)
    return sorted(times)


@pytest.mark.slow
@pytest.mark.alone
def test_a_crowd_that_waits_for_images_keeps_nobody_else_waiting(server: Server, noisy: bytes) -> None:
    """More of them than there are threads: a request that waits for an image costs none."""
    with Caller(server) as caller:
        address = caller.upload(noisy, "noise.jpg")["hash"]

    with asking_on_and_on(server, lambda number: f"/{address}.png?scalex={1000 + number}", 100) as statuses:
        time.sleep(1)
        times = ordinary_times(server, 3)

    p95 = times[int(len(times) * 0.95)]
    print(f"p50 {times[len(times) // 2] * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms; {len(statuses)} images")
    assert p95 < 0.3
    assert set(statuses) <= {200, 503}
    assert complaints(server) == []


@pytest.mark.slow
def test_what_is_being_made_when_the_server_stops_is_answered(make_server: Callable[..., Server], noisy: bytes) -> None:
    server = make_server()
    with Caller(server) as caller:
        address = caller.upload(noisy, "noise.jpg")["hash"]
    with ThreadPoolExecutor(1) as pool, Caller(server) as waiting:
        waiting.get("/healthz")
        asked = pool.submit(waiting.get, f"/{address}.png?scale=99")
        time.sleep(0.3)
        server.stop()
        answer = asked.result()

    assert answer.status == 200
    assert Image.open(io.BytesIO(answer.body)).size == (3231, 2424)


@pytest.mark.slow
def test_nothing_that_made_images_is_left_when_the_server_has_stopped(
    make_server: Callable[..., Server], noisy: bytes
) -> None:
    server = make_server()
    with Caller(server) as caller:
        caller.get(f"/{caller.upload(noisy, 'noise.jpg')['uuid']}/thumb")
    session = Session(server.pid)
    assert len(session.processes()) > 3

    server.stop()

    until = time.monotonic() + 5
    while session.processes() and time.monotonic() < until:
        time.sleep(0.05)
    assert session.processes() == []


# ---- what is sent to hurt


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def huge_png(side: int = 30_000) -> bytes:
    """900 megapixels of nothing in some hundred KB."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    body = b"".join([squeeze.compress(row) for _ in range(side)]) + squeeze.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def long_gif(frames: int = 10_000) -> bytes:
    """An animation of so many frames of 64 x 64 pixels."""
    frame = b"\x21\xf9\x04\x00\x05\x00\x00\x00" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 64, 64, 0)
    pixels = io.BytesIO()
    Image.new("P", (64, 64)).save(pixels, "GIF")
    raw = pixels.getvalue()
    data = raw[raw.index(b"\x2c") + 10 : -1]
    palette = b"\x80\x00\x00" + bytes(3) + b"\xff" * 3
    return b"GIF89a" + struct.pack("<HH", 64, 64) + palette + (frame + data) * frames + b"\x3b"


def lying_tiff() -> bytes:
    """Says that it has 60,000 x 60,000 pixels, in strips that lie beyond its end."""
    tags = [(256, 4, 60_000), (257, 4, 60_000), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
            (278, 4, 60_000), (279, 4, 0xFFFFFFF0)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


HOSTILE = {
    "huge.png": huge_png,
    "long.gif": long_gif,
    "lying.tiff": lying_tiff,
    "vector.png": lambda: b'<svg xmlns="http://www.w3.org/2000/svg" width="99999" height="99999"></svg>',
    "script.png": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9999 9999\n{ } loop\n",
}


@pytest.mark.slow
@pytest.mark.alone
def test_hostile_images_are_refused_quickly_and_touch_nobody_else(make_server: Callable[..., Server]) -> None:
    server = make_server()
    with Caller(server) as caller:
        told = {name: caller.upload(make(), name) for name, make in HOSTILE.items()}
        warm = io.BytesIO()
        Image.new("RGB", (9, 9)).save(warm, "PNG")
        caller.get(f"/{caller.upload(warm.getvalue(), 'warm.png')['uuid']}/thumb")
    paths = [f"/{about['uuid']}{tail}" for about in told.values() for tail in ("/thumb", "?scale=50", ".webp?scalex=9")]

    with watching(Session(server.pid)) as memory, ThreadPoolExecutor(1) as pool:
        others = pool.submit(ordinary_times, server, 4)
        took = {}
        for path in paths:
            begun = time.monotonic()
            with Caller(server) as caller:
                answer = caller.get(path)
            took[path] = time.monotonic() - begun
            assert answer.status == 400, (path, answer)
            assert answer.json["code"] == "INVALID_FIELDS_ERROR"
        times = others.result()

    p95 = times[int(len(times) * 0.95)]
    print(f"slowest {max(took.values()):.2f} s; p95 of others {p95 * 1000:.1f} ms; "
          f"memory grown {memory.grown_bytes / MIB:.0f} MiB")  # fmt: skip
    assert max(took.values()) < 2
    assert memory.grown_bytes < 300 * MIB
    assert p95 < 0.3
    assert complaints(server) == []


@pytest.mark.slow
@pytest.mark.alone
def test_the_largest_image_there_may_be_takes_no_serving_process_with_it(make_server: Callable[..., Server]) -> None:
    server = make_server()
    out = io.BytesIO()
    Image.new("RGBA", (10_900, 10_900), (9, 99, 199, 128)).save(out, "PNG")
    with Caller(server, timeout=120) as caller:
        uuid = caller.upload(out.getvalue(), "largest.png")["uuid"]
        workers = server.worker_pids()
        paths = [f"/{uuid}{tail}" for tail in ("/thumb", "?scale=99", ".webp?scale=90", ".avif?scale=70", "?cropx=9")]

        statuses = [caller.get(path).status for path in paths]

    print(statuses)
    assert statuses[0] == 200
    assert set(statuses) <= {200, 400}
    assert server.worker_pids() == workers
    assert complaints(server) == []
