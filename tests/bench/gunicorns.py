"""The pastebin and a plain Flask application: real gunicorns with one set of settings."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pastebin.config import PREFIX, SETTINGS, Rate
from tests.bench.client import Address, Load, ask_once, written
from tests.bench.content import SMALL_BYTES, form, put_head, small_texts
from tests.bench.downloads import Place, Published, seen
from tests.bench.servers import WORKERS, Launch, Server, free_address, started

_GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "python:pastebin.server.settings"]
_UPLOAD = "/api/upload"


class Gunicorn(Server):
    """Either of them: the plain application has the pastebin's way of uploading by a form."""

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """Upload by a form as nobody; it answers where the file is."""
        around = form(self.host, _UPLOAD, len(content), filename, media_type)
        answer = ask_once(self.address, 201, around.head, content, around.tail)
        return seen([Place(self.address, "/" + json.loads(answer.body)["hash"])], content)

    def small_uploads(self, connections: int) -> Load:
        """Forms with a different small text each, as nobody."""
        around = form(self.host, _UPLOAD, SMALL_BYTES, "note.txt", "text/plain")

        def maker(number: int) -> Callable[[], bytes]:
            text = small_texts(f"client {number}")
            return lambda: around.head + text() + around.tail

        return Load(self.addresses, 201, connections, maker)


def small_puts(server: Server, connections: int) -> Load:
    """PUTs of a different small text each to the pastebin, as nobody."""
    head = put_head(server.host, "note.txt", SMALL_BYTES)

    def maker(number: int) -> Callable[[], bytes]:
        text = small_texts(f"client {number}")
        return lambda: head + text()

    return Load(server.addresses, 201, connections, maker)


@contextmanager
def pastebin_server(folder: Path, **settings: str) -> Iterator[Gunicorn]:
    """The pastebin with an instance of its own in *folder*."""
    with _served("wsgi:app", folder, {PREFIX + name: value for name, value in settings.items()}) as server:
        yield server


@contextmanager
def plain_flask_server(folder: Path) -> Iterator[Gunicorn]:
    """The plain Flask application, which saves into *folder*/files."""
    files = folder / "files"
    files.mkdir(parents=True)
    with _served("tests.bench.plain_flask:app", folder, {"PLAIN_FLASK_FOLDER": str(files)}) as server:
        yield server


@contextmanager
def _served(application: str, folder: Path, extra: dict[str, str]) -> Iterator[Gunicorn]:
    folder.mkdir(parents=True, exist_ok=True)
    address = free_address()
    launch = Launch(application, [*_GUNICORN, application], _environment(address, folder) | extra, "/healthz")
    with started(Gunicorn, launch, folder, (address,)) as server:
        yield server


def _environment(address: Address, folder: Path) -> dict[str, str]:
    """Every limit on, and none within reach; nothing of what the caller's own environment sets."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    # After its first start Python has kept what it compiled, as pip has for the peers, unless it is told not to.
    plain.pop("PYTHONDONTWRITEBYTECODE", None)
    out_of_reach = {name: "1000000000/1h" for name, row in SETTINGS.items() if isinstance(row.default, Rate)}
    ours = {
        "INSTANCE": str(folder / "instance"),
        "BIND": written(address),
        "WORKERS": str(WORKERS),
        "MAX_FILE_SIZE": "1TiB",
        "ANONYMOUS_MAX_FILE_SIZE": "1TiB",
        "ANONYMOUS_QUOTA": "900TiB",
        "RATE_LIMITS": "on",
    }
    return plain | {PREFIX + name: value for name, value in (out_of_reach | ours).items()}
