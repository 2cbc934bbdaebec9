"""copyparty, a file server with a web server of its own, on two processes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.client import Load, ask_once
from tests.bench.content import SMALL_BYTES, put_head, small_texts
from tests.bench.downloads import Place, Published, seen
from tests.bench.peers import installed
from tests.bench.peers.peer import Peer, environment
from tests.bench.servers import WORKERS, Launch, Server, free_address, started


class Copyparty(Server):
    """Uploads are PUTs, which cost it less than forms."""

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """PUT it; where the name is taken already it says which other it took."""
        answer = ask_once(self.address, 201, put_head(self.host, filename, len(content)), content)
        path = "/" + answer.headers["location"].partition("://")[2].partition("/")[2]
        return seen([Place(self.address, path)], content)

    def small_uploads(self, connections: int) -> Load:
        """Each under a name of its own."""

        def maker(number: int) -> Callable[[], bytes]:
            text, serial, turn = small_texts(f"client {number}"), 0, f"{number}-{os.urandom(6).hex()}"

            def make() -> bytes:
                nonlocal serial
                serial += 1
                return put_head(self.host, f"{turn}-{serial}.txt", SMALL_BYTES) + text()

            return make

        return Load(self.addresses, 201, connections, maker)


@contextmanager
def _server(folder: Path) -> Iterator[Copyparty]:
    files = folder / "files"
    files.mkdir(parents=True)
    address = free_address()
    launch = Launch(
        "copyparty",
        [
            installed.program("copyparty"), "-q", "-j", str(WORKERS), "-i", address[0], "-p", str(address[1]),
            "-v", f"{files}::rw",
        ],
        environment(folder),
        directory=folder,
    )  # fmt: skip
    with started(Copyparty, launch, folder, (address,)) as server:
        yield server


PEER = Peer(lambda: installed.version("copyparty"), _server)
