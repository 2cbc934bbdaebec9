"""A server of its own for the benchmark: started in a folder, asked, and stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.bench.client import Address, Load, ask_once, written
from tests.bench.downloads import Published
from tests.bench.processes import Session
from tests.bench.stop import BenchmarkStopped

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2

_START_SECONDS = 30
_STOP_SECONDS = 15
_LOG_CHARACTERS = 1500
_LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Server:
    """A server that answers; what it can be asked is for each kind of them to say."""

    addresses: tuple[Address, ...]
    folder: Path
    session: Session
    #: From its start to its first answer.
    start_seconds: float

    @property
    def address(self) -> Address:
        """The first of them, and for most the only one."""
        return self.addresses[0]

    @property
    def host(self) -> str:
        """What belongs in the Host header."""
        return written(self.address)

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """Upload *content* as nobody, and read it once."""
        raise NotImplementedError

    def small_uploads(self, connections: int) -> Load:
        """Uploads of a different small text each, as nobody."""
        raise NotImplementedError


@dataclass(frozen=True)
class Launch:
    """How a server is started, and which path it answers with 200 once it is there."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    ready: str = "/"
    directory: Path = ROOT


Kind = TypeVar("Kind", bound=Server)


@contextmanager
def started(kind: type[Kind], launch: Launch, folder: Path, addresses: tuple[Address, ...]) -> Iterator[Kind]:
    """A server of that *kind*, until the end of the block.

    Raises:
        BenchmarkStopped: it did not start, or something in the block stopped; with the end of its log.
    """
    log = folder / "log"
    with log.open("wb") as out:
        begun = time.monotonic()
        process = subprocess.Popen(
            launch.command,
            cwd=launch.directory,
            env=launch.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        for address in addresses:
            _wait_until_it_answers(process, address, launch)
        yield kind(addresses, folder, Session(process.pid), time.monotonic() - begun)
    except (BenchmarkStopped, ConnectionError) as stopped:
        said = log.read_text(errors="replace")[-_LOG_CHARACTERS:]
        raise BenchmarkStopped(f"{stopped}\n\nThe log of {launch.name} ends:\n{said}") from stopped
    finally:
        _stop(process)


def free_address() -> Address:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address: Address = listener.getsockname()
        return address


def _wait_until_it_answers(process: subprocess.Popen[bytes], address: Address, launch: Launch) -> None:
    deadline = time.monotonic() + _START_SECONDS
    request = f"GET {launch.ready} HTTP/1.1\r\nHost: {written(address)}\r\nConnection: close\r\n\r\n".encode()
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            ask_once(address, 200, request)
            return
        time.sleep(_LOOK_SECONDS)
    raise BenchmarkStopped(f"{launch.name} did not start.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    # Its own session, so this ends what is left of it and nobody else.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
