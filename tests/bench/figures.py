"""What is measured, beside what, and how good it should be (the aims)."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import downloads, encrypting, growth, lists, loops, thumbs, uploads
from tests.bench.client import Answer
from tests.bench.content import SMALL_BYTES, BigFile, BigFiles, small_texts
from tests.bench.figure import Bound, Comparison, Figure, Quantity, Slice, Turn
from tests.bench.ground import CLIENTS, CONNECTIONS, PASTEBIN, PLAIN, Ground
from tests.bench.gunicorns import small_puts
from tests.bench.peers import BEPASTY, COPYPARTY, FRONTED, NGINX, PINNWAND
from tests.bench.servers import WORKERS, Server
from tests.bench.starting import MEMORY_MOST_MIB, SECONDS_MOST, Starting

BIG_CONNECTIONS = 4
TEN_MIB = 10 * 1024 * 1024
GROWN_MOST_MIB = 4.0

BARE, PASTEBIN_PUT = "bare loop", "pastebin, PUT"

PILLOW, THUMBNAIL, FILE = "Pillow's thumbnail()", "a thumbnail", "a file of as many bytes"
LIBRARY, PAGE = "age-encryption alone, in a worker", "the page, encrypting and uploading"
ONE, MANY = "one asks", f"{thumbs.CROWD} ask at once"

# Whom each of them asks; in this order they take their turns.
BIG_UPLOADS = (PASTEBIN, PLAIN, COPYPARTY)
SMALL_UPLOADS = (PASTEBIN, PLAIN, BEPASTY, COPYPARTY, PINNWAND)
SMALL_GETS = (PASTEBIN, PLAIN, BEPASTY, COPYPARTY, PINNWAND, NGINX, FRONTED)
CONDITIONAL_GETS = (PASTEBIN, PLAIN, COPYPARTY, NGINX, FRONTED)
BIG_GETS = (PASTEBIN, PLAIN, COPYPARTY, NGINX)


@dataclass(frozen=True)
class Subject:
    """What `--only` names: the figures that are made of it, and the servers that have to be there for them."""

    name: str
    figures: Callable[[Ground], list[Figure]]
    servers: tuple[str, ...] = ()


def subjects(names: tuple[str, ...]) -> list[Subject]:
    """Those of these names, in the order in which they are measured; all where none is named."""
    return [subject for subject in SUBJECTS if not names or subject.name in names]


def _upload_big(ground: Ground) -> list[Figure]:
    """Without bepasty: its interface takes a file in base64, in chunks of a megabyte."""
    files = BigFiles(ground.big_bytes)
    servers = ground.those(BIG_UPLOADS)
    ways = {
        PASTEBIN: (PASTEBIN, uploads.send_form, uploads.forget_at_pastebin),
        PASTEBIN_PUT: (PASTEBIN, uploads.send_put, uploads.forget_at_pastebin),
        PLAIN: (PLAIN, uploads.send_form, uploads.forget_at_plain_flask),
        COPYPARTY: (COPYPARTY, uploads.send_put, uploads.forget_at_copyparty),
    }
    sides: dict[str, Turn] = {BARE: lambda: _bare_big(ground.folder, files.next())}
    for side, (name, send, forget) in ways.items():
        if name in servers:
            sides[side] = partial(_big, servers[name], files, send, forget)
    small = [each.small_uploads(CLIENTS * CONNECTIONS) for each in servers.values()]
    small.append(small_puts(ground.pastebin, CLIENTS * CONNECTIONS))

    def prepare() -> None:
        loops.ready_memory(ground.folder, ground.big_bytes)
        for load in small:
            uploads.break_in(load)

    return [
        Figure(
            "upload-big",
            f"One upload of {ground.big_bytes // 2**20} MiB",
            "MB/s",
            sides,
            (
                Comparison(PASTEBIN, BARE, 0.9),
                Comparison(PASTEBIN_PUT, BARE, 0.9),
                Comparison(PASTEBIN, PLAIN),
                Comparison(PASTEBIN_PUT, COPYPARTY),
            ),
            tuple(Bound(side, Quantity.GROWN, GROWN_MOST_MIB) for side in (PASTEBIN, PASTEBIN_PUT)),
            prepare,
            note="Durable are those of the bare loop and the pastebin.",
        )
    ]


def _upload_small(ground: Ground) -> list[Figure]:
    store = loops.SmallStore(ground.folder / "bare", CLIENTS * CONNECTIONS // WORKERS)
    store.prepare()
    bare = partial(ground.per_second, WORKERS, store, loops.children_cpu_seconds)
    servers = ground.those(SMALL_UPLOADS)
    loads = {name: (each, each.small_uploads(CONNECTIONS)) for name, each in servers.items()}
    loads[PASTEBIN_PUT] = ground.pastebin, small_puts(ground.pastebin, CONNECTIONS)
    return [
        Figure(
            "upload-small",
            f"Uploads of 2 KiB, {CLIENTS * CONNECTIONS} at once",
            "/s",
            {BARE: bare} | {name: partial(ground.asked, *asked) for name, asked in loads.items()},
            (
                Comparison(PASTEBIN, BARE, 0.5),
                Comparison(PASTEBIN, PLAIN),
                Comparison(PASTEBIN_PUT, BEPASTY, 2.5),
                Comparison(PASTEBIN_PUT, COPYPARTY, 1.0),
                Comparison(PASTEBIN, PINNWAND),
            ),
            note="Forms, but to bepasty, to copyparty and where it says PUT: there the body is the file. Durable are "
            "those of the bare loop, the pastebin and pinnwand (which is SQLite's doing). The others answer when the "
            "kernel has the bytes, and may lose them with the power.",
        )
    ]


def _get_small(ground: Ground) -> list[Figure]:
    published = ground.published(SMALL_GETS, small_texts("get")(), "note.txt", "text/plain")
    return [
        Figure(
            "get-small",
            f"GET of {SMALL_BYTES // 1024} KiB by hash, {CLIENTS * CONNECTIONS} at once",
            "/s",
            ground.downloading(published, downloads.whole_file, CONNECTIONS),
            (
                Comparison(PASTEBIN, PLAIN, 2.7),
                Comparison(PASTEBIN, PLAIN, 1.0, Quantity.P99, is_bound=True),
                Comparison(PASTEBIN, BEPASTY, 3.0),
                Comparison(PASTEBIN, COPYPARTY, 1.3),
                Comparison(PASTEBIN, PINNWAND),
                Comparison(PASTEBIN, NGINX),
                Comparison(FRONTED, NGINX, 0.8),
            ),
        )
    ]


def _not_modified(ground: Ground) -> list[Figure]:
    published = ground.published(CONDITIONAL_GETS, small_texts("304")(), "note.txt", "text/plain")
    return [
        Figure(
            "not-modified",
            f"GET by who has the file, answered 304, {CLIENTS * CONNECTIONS} at once",
            "/s",
            ground.downloading(published, downloads.not_modified, CONNECTIONS),
            (
                Comparison(PASTEBIN, PLAIN, 2.0),
                Comparison(PASTEBIN, COPYPARTY, 1.3),
                Comparison(PASTEBIN, NGINX),
            ),
        )
    ]


def _get_big(ground: Ground) -> list[Figure]:
    published = ground.published(BIG_GETS, os.urandom(TEN_MIB), "ten.bin", "application/octet-stream")
    return [
        Figure(
            "get-big",
            f"GET of 10 MiB by hash, {CLIENTS * BIG_CONNECTIONS} at once",
            "MB/s",
            ground.downloading(published, downloads.whole_file, BIG_CONNECTIONS, TEN_MIB / 1e6),
            (
                Comparison(PASTEBIN, PLAIN, 0.95),
                Comparison(PASTEBIN, COPYPARTY),
                Comparison(PASTEBIN, NGINX, 0.95),
            ),
        )
    ]


def _thumb_cold(ground: Ground) -> list[Figure]:
    photograph = thumbs.photograph()
    cold, bare = thumbs.ColdThumbnails(ground.pastebin, photograph), thumbs.PillowLoop(ground.folder, photograph)
    return [
        Figure(
            "thumb-cold",
            "Thumbnails of photographs of 12 megapixels, each asked for the first time, one after the other",
            "/s",
            {
                PILLOW: lambda: ground.per_second(1, bare, loops.children_cpu_seconds),
                PASTEBIN: lambda: ground.per_second(1, cold.load(), ground.pastebin.session.cpu_seconds),
            },
            (Comparison(PASTEBIN, PILLOW, 0.77),),
            before_each_turn=cold.prepare,
        )
    ]


def _thumb_warm(ground: Ground) -> list[Figure]:
    thumbnail, plain = thumbs.warm(ground.pastebin, thumbs.photograph())
    return [
        Figure(
            "thumb-warm",
            f"GET of a thumbnail that was made before, {CLIENTS * CONNECTIONS} at once",
            "/s",
            {
                THUMBNAIL: lambda: ground.asked(ground.pastebin, downloads.whole_file(thumbnail, CONNECTIONS)),
                FILE: lambda: ground.asked(ground.pastebin, downloads.whole_file(plain, CONNECTIONS)),
            },
            (Comparison(THUMBNAIL, FILE, 0.8),),
        )
    ]


def _thumb_crowd(ground: Ground) -> list[Figure]:
    cold = thumbs.ColdThumbnails(ground.pastebin, thumbs.photograph())
    cpu_seconds = ground.pastebin.session.cpu_seconds
    return [
        Figure(
            "thumb-crowd",
            f"Thumbnails of photographs, asked for by {thumbs.CROWD} at once for the first time, and by one: answers",
            "/s",
            {
                ONE: lambda: ground.per_second(1, cold.load(), cpu_seconds),
                MANY: lambda: ground.per_second(1, cold.crowds(thumbs.CROWD), cpu_seconds),
            },
            (Comparison(MANY, ONE, 10.0),),
            before_each_turn=cold.prepare,
        )
    ]


def _list(ground: Ground) -> list[Figure]:
    """Last but one: the many files that it needs come into the pastebin's database with its first turn."""
    collection = lists.Collection(ground.pastebin, ground.many_files)
    return [
        Figure(
            "list",
            f"GET of 50 of {ground.many_files:,} files of one user, one after the other",
            "/s",
            {query: partial(_one_by_one, collection, ground, query) for query in lists.MOST_CPU_MS},
            bounds=tuple(Bound(query, Quantity.CPU, most) for query, most in lists.MOST_CPU_MS.items()),
            before_each_turn=collection.make_once,
        )
    ]


def _encrypting(ground: Ground) -> list[Figure]:
    browser = encrypting.Browser(ground.pastebin, ground.folder)
    return [
        Figure(
            "encrypting",
            f"A file of {encrypting.SIZE // 10**6} MB encrypted in Chromium",
            "MB/s",
            {
                LIBRARY: lambda: _encrypted(browser.library_alone()),
                PAGE: lambda: _encrypted(browser.upload()),
            },
            (Comparison(PAGE, LIBRARY, 0.6),),
            before_each_turn=browser.prepare,
        )
    ]


def _start(ground: Ground) -> list[Figure]:
    starting = Starting(ground.folder / "start")
    return [
        Figure(
            "start",
            "Two workers of an instance that is there, from the start to the first answer",
            "s",
            {PASTEBIN: starting.answer},
            bounds=(Bound(PASTEBIN, Quantity.VALUE, SECONDS_MOST),),
        )
    ]


def _memory(ground: Ground) -> list[Figure]:
    starting = Starting(ground.folder / "memory")
    return [
        Figure(
            "memory",
            "Memory of two workers and what belongs to them, idle after a few requests",
            "MiB",
            {PASTEBIN: starting.memory},
            bounds=(Bound(PASTEBIN, Quantity.VALUE, MEMORY_MOST_MIB),),
            note="What several processes share (PSS) counts by halves and thirds, so that the sum is what they take.",
        )
    ]


# The first two before any other server is there, with which they would share memory and time.
SUBJECTS = (
    Subject("start", _start),
    Subject("memory", _memory),
    Subject("upload-big", _upload_big, BIG_UPLOADS),
    Subject("upload-small", _upload_small, SMALL_UPLOADS),
    Subject("get-small", _get_small, SMALL_GETS),
    Subject("not-modified", _not_modified, CONDITIONAL_GETS),
    Subject("get-big", _get_big, BIG_GETS),
    Subject("thumb-cold", _thumb_cold, (PASTEBIN,)),
    Subject("thumb-warm", _thumb_warm, (PASTEBIN,)),
    Subject("thumb-crowd", _thumb_crowd, (PASTEBIN,)),
    Subject("list", _list, (PASTEBIN,)),
    Subject("encrypting", _encrypting, (PASTEBIN,)),
    Subject("growth", growth.figures),
)
NAMES = tuple(subject.name for subject in SUBJECTS)


def _encrypted(done: encrypting.Encrypted) -> Slice:
    return Slice(encrypting.SIZE / 1e6 / done.seconds, done.cpu_seconds * 1000)


def _one_by_one(collection: lists.Collection, ground: Ground, query: str) -> Slice:
    return ground.per_second(1, collection.load(query), ground.pastebin.session.cpu_seconds)


def _bare_big(folder: Path, big: BigFile) -> Slice:
    seconds, cpu_seconds = loops.receive_big_file(folder, big)
    return Slice(big.size / 1e6 / seconds, cpu_seconds * 1000)


def _big(
    server: Server,
    files: BigFiles,
    send: Callable[[Server, BigFile], uploads.BigUpload],
    forget: Callable[[Server, BigFile, Answer], None],
) -> Slice:
    big = files.next()
    done = send(server, big)
    forget(server, big, done.answer)
    return Slice(big.size / 1e6 / done.seconds, done.cpu_seconds * 1000, grown_mib=done.grown_bytes / 2**20)
