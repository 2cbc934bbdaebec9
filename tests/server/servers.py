"""A real gunicorn with the settings of `make run`, and plain sockets to talk to it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the header fields in lower case, the body."""

    status: int
    fields: dict[str, str]
    body: bytes


class Client:
    """One connection, which says and reads exactly what the test wants."""

    def __init__(self, port: int, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        self._rest = b""

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, text: bytes) -> None:
        self.socket.sendall(text)

    def ask(self, path: str, method: str = "GET", fields: str = "", body: bytes = b"") -> Answer:
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.say(f"{method} {path} HTTP/1.1\r\nHost: test\r\n{length}{fields}\r\n".encode() + body)
        return self.hear(has_body=method != "HEAD")

    def hear(self, has_body: bool = True) -> Answer:
        """The next answer, whole."""
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split(" ")[1])
        if not has_body or status in (100, 204, 304):
            return Answer(status, fields, b"")
        return Answer(status, fields, self._body(fields))

    def _body(self, fields: dict[str, str]) -> bytes:
        if "chunked" in fields.get("transfer-encoding", ""):
            return self._chunks()
        if "content-length" in fields:
            return self.exactly(int(fields["content-length"]))
        return self.until_closed()

    def _chunks(self) -> bytes:
        pieces = []
        while True:
            while b"\r\n" not in self._rest:
                self._more()
            size, _, self._rest = self._rest.partition(b"\r\n")
            pieces.append(self.exactly(int(size, 16)))
            assert self.exactly(2) == b"\r\n"
            if not pieces[-1]:
                return b"".join(pieces)

    def exactly(self, size: int) -> bytes:
        pieces, missing = [self._rest[:size]], size - len(self._rest)
        self._rest = self._rest[size:]
        while missing > 0:
            if not (data := self.socket.recv(min(missing, 1 << 20))):
                raise EOFError("closed in the middle of an answer")
            pieces.append(data)
            missing -= len(data)
        return b"".join(pieces)

    def until_closed(self) -> bytes:
        rest, self._rest = [self._rest], b""
        while data := self.socket.recv(65536):
            rest.append(data)
        return b"".join(rest)

    def is_closed_within(self, seconds: float) -> bool:
        """Whether the server ends the connection in that time, without another byte."""
        self.socket.settimeout(seconds)
        try:
            return not self._rest and self.socket.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionResetError:
            return True

    def _more(self) -> None:
        if not (data := self.socket.recv(65536)):
            raise EOFError("closed before the answer's head was whole")
        self._rest += data


@dataclass(frozen=True)
class Server:
    """A running gunicorn."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def connect(self, receive_buffer: int | None = None) -> Client:
        return Client(self.port, receive_buffer)

    def ask(self, path: str, method: str = "GET", fields: str = "", body: bytes = b"") -> Answer:
        """One request on a connection of its own."""
        with self.connect() as client:
            return client.ask(path, method, fields, body)

    def say(self, text: bytes) -> Answer:
        """The answer to exactly these bytes."""
        with self.connect() as client:
            client.say(text)
            return client.hear()

    def facts(self) -> dict[str, int]:
        """What the one worker holds now, if it serves `tests.server.apps`."""
        found: dict[str, int] = json.loads(self.ask("/facts").body)
        return found

    def expect_facts(self, before: dict[str, int]) -> None:
        """Nothing has been added to what it held then, or will be after a few seconds."""
        # A connection more is the one before ours, which has still to see that it was closed.
        most = before | {
            name: before[name] + 1 for name in before.keys() - {"pid", "threads", "parked", "errands", "most parked"}
        }
        deadline = time.monotonic() + 8
        while (after := self.facts()) and any(after[name] > most[name] for name in most):
            assert time.monotonic() < deadline, (before, after)
            time.sleep(0.3)
        assert (after["pid"], after["threads"]) == (before["pid"], before["threads"])

    def workers(self) -> list[int]:
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in found]

    def threads(self) -> list[int]:
        """How many threads each worker has."""
        return [len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in self.workers()]

    def is_settled(self, workers: int, threads: int) -> bool:
        """Whether so many workers run so many threads besides their first; any number, if 0."""
        return sum(found == threads + 1 or not threads for found in self.threads()) == workers

    def memory_kib(self) -> int:
        """The resident memory of the workers together, at its peak."""
        status = "".join(Path(f"/proc/{pid}/status").read_text() for pid in self.workers())
        return sum(map(int, re.findall(r"VmHWM:\s+(\d+) kB", status)))


@contextmanager
def served(
    folder: Path,
    *options: str,
    workers: int = 1,
    threads: int = 4,
    app: str = "tests.server.apps:app",
    settled: bool = True,
    **environment: str,
) -> Iterator[Server]:
    """gunicorn with the real settings; *settled*: not before all its threads run."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = folder / "log"
    ours = {
        "PASTEBIN_INSTANCE": str(folder),
        "PASTEBIN_BIND": f"127.0.0.1:{port}",
        "PASTEBIN_WORKERS": str(workers),
        "PASTEBIN_THREADS": str(threads),
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PASTEBIN_")}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:pastebin.server.settings", *options]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, app],
            cwd=ROOT,
            env=plain | ours | environment,
            stdout=written,
            stderr=written,
        )
    server = Server(port, process, log)
    try:
        _wait_until_it_answers(server, workers, threads if settled else 0)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(server: Server, workers: int, threads: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            # Only a worker whose threads run hears signals: before that gunicorn itself loses them.
            if server.ask("/hello").status == 200 and server.is_settled(workers, threads):
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{server.log.read_text(errors='replace')[-3000:]}")
