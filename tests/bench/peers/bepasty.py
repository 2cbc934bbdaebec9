"""bepasty, a Flask application under gunicorn, with files in a folder."""

import base64
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.client import Load, ask_once, written
from tests.bench.content import SMALL_BYTES, small_texts
from tests.bench.downloads import Place, Published, seen
from tests.bench.peers import installed
from tests.bench.peers.peer import Peer, environment
from tests.bench.servers import WORKERS, Launch, Server, free_address, started

_THREADS = 16


class Bepasty(Server):
    """Uploads go to its REST interface, one chunk each."""

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """Upload in one chunk; what comes back for a download is the file."""
        answer = ask_once(self.address, 201, self._head(len(content), filename, media_type), base64.b64encode(content))
        name = answer.headers["content-location"].rpartition("/")[2]
        return seen([Place(self.address, f"/{name}/+download")], content)

    def small_uploads(self, connections: int) -> Load:
        """One request each; it wants them in base64."""
        head = self._head(SMALL_BYTES, "note.txt", "text/plain")

        def maker(number: int) -> Callable[[], bytes]:
            text = small_texts(f"client {number}")
            return lambda: head + base64.b64encode(text())

        return Load(self.addresses, 201, connections, maker)

    def _head(self, size: int, filename: str, media_type: str) -> bytes:
        return (
            f"POST /apis/rest/items HTTP/1.1\r\nHost: {self.host}\r\nAccept: */*\r\n"
            f"Content-Type: {media_type}\r\nContent-Filename: {filename}\r\n"
            f"Content-Range: bytes 0-{size - 1}/{size}\r\nContent-Length: {-(-size // 3) * 4}\r\n\r\n"
        ).encode()


@contextmanager
def _server(folder: Path) -> Iterator[Bepasty]:
    files, config = folder / "files", folder / "bepasty.conf"
    files.mkdir(parents=True)
    config.write_text(
        f"SITENAME = 'bench'\nSECRET_KEY = {secrets.token_hex()!r}\n"
        f"STORAGE = 'filesystem'\nSTORAGE_FILESYSTEM_DIRECTORY = {str(files)!r}\n"
        "DEFAULT_PERMISSIONS = 'read,create'\nPERMISSIONS = {}\n"
    )
    address = free_address()
    launch = Launch(
        "bepasty",
        [
            installed.program("gunicorn"), "--bind", written(address), "--worker-class", "gthread",
            "--workers", str(WORKERS), "--threads", str(_THREADS), "bepasty.wsgi:application",
        ],
        environment(folder) | {"BEPASTY_CONFIG": str(config)},
        directory=folder,
    )  # fmt: skip
    with started(Bepasty, launch, folder, (address,)) as server:
        yield server


PEER = Peer(lambda: installed.version("bepasty"), _server)
