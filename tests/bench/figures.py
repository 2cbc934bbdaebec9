"""What is measured, beside what, and how good it should be (the aims)."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.bench import downloads, encrypting, lists, loops, thumbs, uploads
from tests.bench.client import Answer, Load
from tests.bench.content import SMALL_BYTES, BigFile, BigFiles, small_texts
from tests.bench.crew import Tally, Work, work_together
from tests.bench.servers import WORKERS, Server
from tests.bench.stop import BenchmarkStopped

CLIENTS = 2
CONNECTIONS = 8
BIG_CONNECTIONS = 4
TEN_MIB = 10 * 1024 * 1024
MEMORY_AIM_BYTES = 16 * 1024 * 1024

BARE, PASTEBIN, PASTEBIN_PUT, PLAIN = "bare loop", "pastebin", "pastebin, PUT", "plain Flask"

PILLOW, THUMBNAIL, FILE = "Pillow's thumbnail()", "a thumbnail", "a file of as many bytes"
LIBRARY, PAGE = "age-encryption alone, in a worker", "the page, encrypting and uploading"
ONE, MANY = "one asks", f"{thumbs.CROWD} ask at once"


@dataclass(frozen=True)
class Slice:
    """What one side did in its turn: *rate* in the figure's unit, *cpu_ms* on the cores for each file or answer.

    The cores' time is the server's alone, or the receiving side's; others who use the machine don't add to it.
    """

    rate: float
    cpu_ms: float
    p99_ms: float | None = None
    grown_bytes: int | None = None


@dataclass(frozen=True)
class Comparison:
    """*side* in proportion to *beside*; without an aim it is for information."""

    side: str
    beside: str
    aim: float | None = None


Turn = Callable[[], Slice]


@dataclass(frozen=True)
class Figure:
    """One thing that is measured on several sides, by turns."""

    name: str
    title: str
    unit: str
    sides: dict[str, Turn]
    comparisons: tuple[Comparison, ...] = ()
    before_each_turn: Callable[[], None] = lambda: None
    #: How many milliseconds of the server's time on the cores an answer of each side may cost.
    most_cpu_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What the figures are measured on."""

    pastebin: Server
    plain: Server
    folder: Path
    seconds: float
    big_bytes: int
    many_files: int


NAMES = (
    "upload-big", "upload-small", "get-small", "not-modified", "get-big", "thumb-cold", "thumb-warm", "thumb-crowd",
    "list", "encrypting",
)  # fmt: skip


def figures(ground: Ground, names: tuple[str, ...]) -> list[Figure]:
    """The figures of those *names*, in the order in which they are measured."""
    every = (
        _upload_big, _upload_small, _get_small, _not_modified, _get_big, _thumb_cold, _thumb_warm, _thumb_crowd, _list,
        _encrypting,
    )  # fmt: skip
    makers = dict(zip(NAMES, every, strict=True))
    return [makers[name](ground) for name in NAMES if name in names]


def _upload_big(ground: Ground) -> Figure:
    files = BigFiles(ground.big_bytes)
    pastebin, plain = ground.pastebin, ground.plain
    return Figure(
        "upload-big",
        f"One upload of {ground.big_bytes // 2**20} MiB",
        "MB/s",
        {
            BARE: lambda: _bare_big(ground.folder, files.next()),
            PASTEBIN: lambda: _big(pastebin, files.next(), uploads.send_form, uploads.forget_at_pastebin),
            PASTEBIN_PUT: lambda: _big(pastebin, files.next(), uploads.send_put, uploads.forget_at_pastebin),
            PLAIN: lambda: _big(plain, files.next(), uploads.send_form, uploads.forget_at_plain_flask),
        },
        (Comparison(PASTEBIN, BARE, 0.75), Comparison(PASTEBIN_PUT, BARE), Comparison(PASTEBIN, PLAIN)),
        lambda: loops.ready_memory(ground.folder, ground.big_bytes),
    )


def _upload_small(ground: Ground) -> Figure:
    store = loops.SmallStore(ground.folder / "bare", CLIENTS * CONNECTIONS // WORKERS)
    store.prepare()
    return Figure(
        "upload-small",
        f"Durable uploads of 2 KiB, {CLIENTS * CONNECTIONS} at once",
        "/s",
        {
            BARE: lambda: _bare_small(ground, store),
            PASTEBIN: lambda: _asked(ground.pastebin, ground, uploads.small_forms(ground.pastebin, CONNECTIONS)),
            PLAIN: lambda: _asked(ground.plain, ground, uploads.small_forms(ground.plain, CONNECTIONS)),
        },
        (Comparison(PASTEBIN, BARE, 0.5), Comparison(PASTEBIN, PLAIN)),
    )


def _get_small(ground: Ground) -> Figure:
    ours, plain = _published(ground, small_texts("get")(), "note.txt", "text/plain")
    return Figure(
        "get-small",
        f"GET of {SMALL_BYTES // 1024} KiB by hash, {CLIENTS * CONNECTIONS} at once",
        "/s",
        {
            PASTEBIN: lambda: _asked(ground.pastebin, ground, downloads.whole_file(ours, CONNECTIONS)),
            PLAIN: lambda: _asked(ground.plain, ground, downloads.whole_file(plain, CONNECTIONS)),
        },
        (Comparison(PASTEBIN, PLAIN, 1.5),),
    )


def _not_modified(ground: Ground) -> Figure:
    ours, plain = _published(ground, small_texts("304")(), "note.txt", "text/plain")
    return Figure(
        "not-modified",
        f"GET with If-None-Match, answered 304, {CLIENTS * CONNECTIONS} at once",
        "/s",
        {
            PASTEBIN: lambda: _asked(ground.pastebin, ground, downloads.not_modified(ours, CONNECTIONS)),
            PLAIN: lambda: _asked(ground.plain, ground, downloads.not_modified(plain, CONNECTIONS)),
        },
        (Comparison(PASTEBIN, PLAIN, 2.0),),
    )


def _get_big(ground: Ground) -> Figure:
    ours, plain = _published(ground, os.urandom(TEN_MIB), "ten.bin", "application/octet-stream")
    return Figure(
        "get-big",
        f"GET of 10 MiB by hash, {CLIENTS * BIG_CONNECTIONS} at once",
        "MB/s",
        {
            PASTEBIN: lambda: _asked(
                ground.pastebin, ground, downloads.whole_file(ours, BIG_CONNECTIONS), TEN_MIB / 1e6
            ),
            PLAIN: lambda: _asked(ground.plain, ground, downloads.whole_file(plain, BIG_CONNECTIONS), TEN_MIB / 1e6),
        },
        (Comparison(PASTEBIN, PLAIN, 0.95),),
    )


def _thumb_cold(ground: Ground) -> Figure:
    photograph = thumbs.photograph()
    cold, bare = thumbs.ColdThumbnails(ground.pastebin, photograph), thumbs.PillowLoop(ground.folder, photograph)
    return Figure(
        "thumb-cold",
        "Thumbnails of photographs of 12 megapixels, each asked for the first time, one after the other",
        "/s",
        {
            PILLOW: lambda: _per_second(ground, 1, bare, loops.children_cpu_seconds),
            PASTEBIN: lambda: _per_second(ground, 1, cold.load(), ground.pastebin.session.cpu_seconds),
        },
        (Comparison(PASTEBIN, PILLOW, 0.67),),
        cold.prepare,
    )


def _thumb_warm(ground: Ground) -> Figure:
    thumbnail, plain = thumbs.warm(ground.pastebin, thumbs.photograph())
    return Figure(
        "thumb-warm",
        f"GET of a thumbnail that was made before, {CLIENTS * CONNECTIONS} at once",
        "/s",
        {
            THUMBNAIL: lambda: _asked(ground.pastebin, ground, downloads.whole_file(thumbnail, CONNECTIONS)),
            FILE: lambda: _asked(ground.pastebin, ground, downloads.whole_file(plain, CONNECTIONS)),
        },
        (Comparison(THUMBNAIL, FILE, 0.8),),
    )


def _thumb_crowd(ground: Ground) -> Figure:
    cold = thumbs.ColdThumbnails(ground.pastebin, thumbs.photograph())
    cpu_seconds = ground.pastebin.session.cpu_seconds
    return Figure(
        "thumb-crowd",
        f"Thumbnails of photographs, asked for by {thumbs.CROWD} at once for the first time, and by one: answers",
        "/s",
        {
            ONE: lambda: _per_second(ground, 1, cold.load(), cpu_seconds),
            MANY: lambda: _per_second(ground, 1, cold.crowds(thumbs.CROWD), cpu_seconds),
        },
        (Comparison(MANY, ONE, 10.0),),
        cold.prepare,
    )


def _list(ground: Ground) -> Figure:
    """Last of all: the many files that it needs come into the pastebin's database with its first turn."""
    collection = lists.Collection(ground.pastebin, ground.many_files)
    return Figure(
        "list",
        f"GET of 50 of {ground.many_files:,} files of one user, one after the other",
        "/s",
        {query: partial(_one_by_one, collection, ground, query) for query in lists.MOST_CPU_MS},
        before_each_turn=collection.make_once,
        most_cpu_ms=lists.MOST_CPU_MS,
    )


def _encrypting(ground: Ground) -> Figure:
    browser = encrypting.Browser(ground.pastebin, ground.folder)
    return Figure(
        "encrypting",
        f"A file of {encrypting.SIZE // 10**6} MB encrypted in Chromium",
        "MB/s",
        {
            LIBRARY: lambda: _encrypted(browser.library_alone()),
            PAGE: lambda: _encrypted(browser.upload()),
        },
        (Comparison(PAGE, LIBRARY, 0.6),),
        browser.prepare,
    )


def _encrypted(done: encrypting.Encrypted) -> Slice:
    return Slice(encrypting.SIZE / 1e6 / done.seconds, done.cpu_seconds * 1000)


def _one_by_one(collection: lists.Collection, ground: Ground, query: str) -> Slice:
    return _per_second(ground, 1, collection.load(query), ground.pastebin.session.cpu_seconds)


def _published(
    ground: Ground, content: bytes, filename: str, media_type: str
) -> tuple[downloads.Published, downloads.Published]:
    return (
        downloads.publish(ground.pastebin, content, filename, media_type),
        downloads.publish(ground.plain, content, filename, media_type),
    )


def _bare_big(folder: Path, big: BigFile) -> Slice:
    seconds, cpu_seconds = loops.receive_big_file(folder, big)
    return Slice(big.size / 1e6 / seconds, cpu_seconds * 1000)


def _big(
    server: Server,
    big: BigFile,
    send: Callable[[Server, BigFile], uploads.BigUpload],
    forget: Callable[[Server, BigFile, Answer], None],
) -> Slice:
    done = send(server, big)
    forget(server, big, done.answer)
    return Slice(big.size / 1e6 / done.seconds, done.cpu_seconds * 1000, None, done.grown_bytes)


def _bare_small(ground: Ground, store: loops.SmallStore) -> Slice:
    return _per_second(ground, WORKERS, store, loops.children_cpu_seconds)


def _asked(server: Server, ground: Ground, load: Load, unit: float = 1.0) -> Slice:
    return _per_second(ground, CLIENTS, load, server.session.cpu_seconds, unit)


def _per_second(
    ground: Ground, processes: int, work: Work, cpu_seconds: Callable[[], float], unit: float = 1.0
) -> Slice:
    cpu_before = cpu_seconds()
    tally: Tally = work_together(processes, ground.seconds, work)
    cpu_ms = (cpu_seconds() - cpu_before) * 1000 / max(1, tally.finished)
    each = sorted(tally.seconds_each)
    if not each:
        raise BenchmarkStopped(f"Nothing was finished within {ground.seconds:g} seconds.")
    return Slice(len(each) * unit / ground.seconds, cpu_ms, each[int(len(each) * 0.99)] * 1000)
