"""An instance that is there already: how soon its server answers, and what it holds in memory when nobody asks."""

from pathlib import Path

from tests.bench.client import ask_once
from tests.bench.content import small_texts
from tests.bench.figure import Slice
from tests.bench.gunicorns import pastebin_server

SECONDS_MOST = 0.8
MEMORY_MOST_MIB = 120.0

_REQUESTS = 20


class Starting:
    """The server is started anew for each turn."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with pastebin_server(folder):
            pass  # now the instance is there

    def answer(self) -> Slice:
        """Seconds from the start of gunicorn to its first answer."""
        with pastebin_server(self._folder) as server:
            return Slice(server.start_seconds, server.session.cpu_seconds() * 1000)

    def memory(self) -> Slice:
        """MiB of all its processes, after a few requests."""
        with pastebin_server(self._folder) as server:
            for _ in range(_REQUESTS):
                server.publish(small_texts("memory")(), "note.txt", "text/plain")
                ask_once(server.address, 200, f"GET / HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
            return Slice(server.session.pss_bytes() / 2**20)
