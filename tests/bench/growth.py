"""One instance with few files, one with many, one with very many: what should not become slower, does it?"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from pastebin import create_app
from pastebin.extensions import db
from pastebin.services import upkeep
from tests.bench import downloads
from tests.bench.content import small_texts
from tests.bench.figure import Comparison, Figure, Slice
from tests.bench.ground import CLIENTS, CONNECTIONS, Ground
from tests.bench.gunicorns import pastebin_server
from tests.bench.lists import Collection
from tests.bench.servers import Server

PREFIX = "growth-"
NOTE = (
    "Each is an instance of its own, with so many files of one user. Their rows, and their names in the store, are as "
    "uploads leave them a week before; their bytes are not, since up to five thousand names are links to one byte. The "
    "files that are uploaded and asked for here are real."
)

# Within a fifth of each other is flat: turns of the same side differ as much.
_AT_LEAST, _AT_MOST = 0.8, 1.25


class Grown:
    """An instance with so many files, and its server. It sweeps when it is told to, and not by itself."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._running = ExitStack()
        self.server: Server
        self.start()
        self.collection = Collection(self.server, count, is_shelved=True)
        self.collection.make_once()
        self.published = self.server.publish(small_texts("growth")(), "note.txt", "text/plain")

    def start(self) -> Slice:
        """Start the server, anew if it ran: seconds to its first answer."""
        self.stop()
        self.server = self._running.enter_context(pastebin_server(self._folder, SWEEP_INTERVAL="0"))
        return Slice(self.server.start_seconds, self.server.session.cpu_seconds() * 1000)

    def stop(self) -> None:
        """End the server."""
        self._running.close()

    def sweep(self) -> Slice:
        """Seconds of a turn of the sweep, as a worker takes it every few minutes."""
        app = create_app(
            self._folder / "instance", LOG_LEVEL="warning", DATABASE_URL="", BLOB_FOLDER="", SWEEP_INTERVAL="1s"
        )
        with app.app_context():
            began, cpu_began = time.monotonic(), time.process_time()
            while upkeep.sweep_by_turn() is None:
                time.sleep(0.1)  # the turn before was less than a second ago
                began, cpu_began = time.monotonic(), time.process_time()
            done = Slice(time.monotonic() - began, (time.process_time() - cpu_began) * 1000)
            db.engine.dispose()  # the processes of the load are forked from this one
        return done


def figures(ground: Ground) -> list[Figure]:
    """What is asked of each of the instances, one figure each; the last starts the servers anew."""
    grown: dict[str, Grown] = {}
    for count in ground.growth:
        each = grown[f"{count:,} files"] = Grown(ground.folder / f"grown-{count}", count)
        ground.stack.callback(each.stop)
    together = CLIENTS * CONNECTIONS

    def rate(name: str, title: str, turn: Callable[[Grown], Slice]) -> Figure:
        return _figure(grown, name, title, "/s", turn)

    def seconds(name: str, title: str, turn: Callable[[Grown], Slice]) -> Figure:
        return _figure(grown, name, title, "s", turn)

    return [
        rate(
            "upload",
            f"durable uploads of 2 KiB, {together} at once",
            lambda each: ground.asked(each.server, each.server.small_uploads(CONNECTIONS)),
        ),
        rate(
            "get",
            f"GET of 2 KiB by hash, {together} at once",
            lambda each: ground.asked(each.server, downloads.whole_file(each.published, CONNECTIONS)),
        ),
        rate(
            "list",
            "GET of the first 50 of all files, one after the other",
            lambda each: ground.per_second(1, each.collection.load("first page"), each.server.session.cpu_seconds),
        ),
        seconds("sweep", "a turn of the sweep", Grown.sweep),
        seconds("start", "from the start to the first answer", Grown.start),
    ]


def _figure(grown: dict[str, Grown], name: str, title: str, unit: str, turn: Callable[[Grown], Slice]) -> Figure:
    few, many, most = grown
    # Of few files there is no whole page.
    beside = many if name == "list" else few
    is_time = unit == "s"
    return Figure(
        PREFIX + name,
        f"Growth: {title}",
        unit,
        {side: _turn(each, turn) for side, each in grown.items()},
        (Comparison(most, beside, _AT_MOST if is_time else _AT_LEAST, is_bound=is_time),),
    )


def _turn(grown: Grown, turn: Callable[[Grown], Slice]) -> Callable[[], Slice]:
    return lambda: turn(grown)
