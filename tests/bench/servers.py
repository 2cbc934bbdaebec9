"""The two servers: real gunicorns with one set of settings, each with its own application."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pastebin.config import PREFIX, SETTINGS, Rate
from tests.bench.client import Address, ask_once
from tests.bench.processes import Session
from tests.bench.stop import BenchmarkStopped

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2

_GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "python:pastebin.server.settings"]
_START_SECONDS = 30
_STOP_SECONDS = 15
_LOG_CHARACTERS = 1500


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    address: Address
    folder: Path
    session: Session

    @property
    def host(self) -> str:
        """What belongs in the Host header."""
        return "%s:%d" % self.address


@contextmanager
def pastebin_server(folder: Path) -> Iterator[Server]:
    """The pastebin with an instance of its own in *folder*."""
    with _served("wsgi:app", folder, {}) as server:
        yield server


@contextmanager
def plain_flask_server(folder: Path) -> Iterator[Server]:
    """The plain Flask application, which saves into *folder*/files."""
    files = folder / "files"
    files.mkdir(parents=True)
    with _served("tests.bench.plain_flask:app", folder, {"PLAIN_FLASK_FOLDER": str(files)}) as server:
        yield server


@contextmanager
def _served(application: str, folder: Path, extra: dict[str, str]) -> Iterator[Server]:
    folder.mkdir(parents=True, exist_ok=True)
    address = ("127.0.0.1", _free_port())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*_GUNICORN, application],
            cwd=ROOT,
            env=_environment(address, folder) | extra,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(process, address)
            yield Server(address, folder, Session(process.pid))
        except (BenchmarkStopped, ConnectionError) as stopped:
            said = (folder / "log").read_text(errors="replace")[-_LOG_CHARACTERS:]
            raise BenchmarkStopped(f"{stopped}\n\nThe log of {application} ends:\n{said}") from stopped
        finally:
            _stop(process)


def _environment(address: Address, folder: Path) -> dict[str, str]:
    """Every limit on, and none within reach; nothing of what the caller's own environment sets."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    out_of_reach = {name: "1000000000/1h" for name, row in SETTINGS.items() if isinstance(row.default, Rate)}
    ours = {
        "INSTANCE": str(folder / "instance"),
        "BIND": "%s:%d" % address,
        "WORKERS": str(WORKERS),
        "MAX_FILE_SIZE": "1TiB",
        "ANONYMOUS_MAX_FILE_SIZE": "1TiB",
        "ANONYMOUS_QUOTA": "900TiB",
        "RATE_LIMITS": "on",
    }
    return plain | {PREFIX + name: value for name, value in (out_of_reach | ours).items()}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: Address) -> None:
    deadline = time.monotonic() + _START_SECONDS
    request = b"GET /healthz HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n" % (address[0].encode(), address[1])
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            ask_once(address, 200, request)
            return
        time.sleep(0.1)
    raise BenchmarkStopped("A server did not start.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # Its own session, so this ends the workers as well and nobody else.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
