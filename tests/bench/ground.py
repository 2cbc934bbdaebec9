"""What the figures are measured on, and how rates are counted there."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.bench.client import Load
from tests.bench.crew import Tally, Work, work_together
from tests.bench.downloads import Published
from tests.bench.figure import Slice, Turn
from tests.bench.servers import Server
from tests.bench.stop import BenchmarkStopped

CLIENTS = 2
CONNECTIONS = 8

PASTEBIN, PLAIN = "pastebin", "plain Flask"


@dataclass(frozen=True)
class Ground:
    """The servers that are there, by their names, and how much is measured."""

    servers: dict[str, Server]
    folder: Path
    seconds: float
    big_bytes: int
    many_files: int
    #: How many files each instance has in which growth is looked at.
    growth: tuple[int, ...] = ()
    #: What figures start by themselves ends with it.
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def pastebin(self) -> Server:
        """The one that is measured."""
        return self.servers[PASTEBIN]

    def those(self, names: tuple[str, ...]) -> dict[str, Server]:
        """The servers of those names that are there."""
        return {name: self.servers[name] for name in names if name in self.servers}

    def published(self, names: tuple[str, ...], content: bytes, filename: str, media_type: str) -> dict[str, Published]:
        """The same file at all of those servers."""
        return {name: each.publish(content, filename, media_type) for name, each in self.those(names).items()}

    def downloading(
        self, files: Mapping[str, Published], ask: Callable[[Published, int], Load], connections: int, unit: float = 1.0
    ) -> dict[str, Turn]:
        """A turn for each server that has the file; an answer counts *unit*."""
        return {
            name: partial(self.asked, self.servers[name], ask(file, connections), unit) for name, file in files.items()
        }

    def asked(self, server: Server, load: Load, unit: float = 1.0) -> Slice:
        """All clients ask at once; an answer counts *unit*."""
        return self.per_second(CLIENTS, load, server.session.cpu_seconds, unit)

    def per_second(self, processes: int, work: Work, cpu_seconds: Callable[[], float], unit: float = 1.0) -> Slice:
        """So many processes work at once; what each finishes counts *unit*.

        Raises:
            BenchmarkStopped: not one finished anything.
        """
        cpu_before = cpu_seconds()
        tally: Tally = work_together(processes, self.seconds, work)
        cpu_ms = (cpu_seconds() - cpu_before) * 1000 / max(1, tally.finished)
        each = sorted(tally.seconds_each)
        if not each:
            raise BenchmarkStopped(f"Nothing was finished within {self.seconds:g} seconds.")
        return Slice(len(each) * unit / self.seconds, cpu_ms, each[int(len(each) * 0.99)] * 1000)
