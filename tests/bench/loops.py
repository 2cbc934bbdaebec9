"""The bare loops: what this machine can do at most for the same promise, without HTTP."""

import contextlib
import hashlib
import os
import resource
import socket
import sqlite3
import threading
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from tests.bench.content import STEP_BYTES, BigFile, small_texts
from tests.bench.crew import Tally, Window
from tests.bench.stop import BenchmarkStopped

# Times what a turn writes: what is set free is not what is taken first.
_READY_FACTOR = 4


def ready_memory(folder: Path, size: int) -> None:
    """Have the kernel own more free memory than a turn writes, whoever's turn it is.

    A virtual machine may give memory that is free back to its host. To write into that later costs far more than into
    what a file has just set free. Without this each side's speed would be that of what went before it.
    """
    scratch = folder / "scratch"
    buffer = bytearray(STEP_BYTES)
    with scratch.open("wb+", buffering=0) as file:
        # Nothing but a hole: reading it takes memory, and no time of the disk.
        file.truncate(_READY_FACTOR * size)
        while file.readinto(buffer):
            pass
    scratch.unlink()


def receive_big_file(folder: Path, big: BigFile) -> tuple[float, float]:
    """Seconds for socket → sha256 → file → fsync, and the receiver's on the cores; it is a process of its own."""
    ours, theirs = get_context("fork").Pipe()
    listener = socket.create_server(("127.0.0.1", 0))
    kept = folder / f"big-{time.monotonic_ns()}"
    receiver = get_context("fork").Process(target=_receive, args=(listener, kept, theirs), daemon=True)
    receiver.start()
    theirs.close()
    with listener, socket.create_connection(listener.getsockname()) as connection:
        ours.recv()
        started = time.monotonic()
        for step in big.steps():
            connection.sendall(step)
        connection.shutdown(socket.SHUT_WR)
        digest, cpu_seconds = ours.recv()
        seconds = time.monotonic() - started
    receiver.join()
    if digest != big.sha256():
        raise BenchmarkStopped("The bare loop received other bytes than were sent.")
    return seconds, cpu_seconds


def _receive(listener: socket.socket, path: Path, out: Connection) -> None:
    connection, _ = listener.accept()
    buffer = bytearray(STEP_BYTES)
    view = memoryview(buffer)
    digest = hashlib.sha256()
    out.send("ready")
    with connection, path.open("wb", buffering=0) as file:
        while size := connection.recv_into(buffer):
            digest.update(view[:size])
            file.write(view[:size])
        os.fsync(file.fileno())
    # The file stays until the benchmark ends, as the pastebin's bytes stay until a sweep.
    out.send((digest.hexdigest(), time.process_time()))


def children_cpu_seconds() -> float:
    """What this program's processes that have ended spent on the cores."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class SmallStore:
    """Durable small files on several threads, each for itself: nothing is shared but the volume.

    spool → fsync → link → fsync of the folder → one FULL commit, with a
    database connection of its own for each thread.
    """

    folder: Path
    threads: int

    def prepare(self) -> None:
        """Make the folders and the table, once."""
        (self.folder / "spool").mkdir(parents=True)
        for number in range(256):
            (self.folder / "blobs" / f"{number:02x}").mkdir(parents=True)
        with contextlib.closing(self._connect()) as database:
            database.execute(
                "CREATE TABLE files (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, made REAL)"
            )
            database.execute("CREATE INDEX files_by_digest ON files (digest)")

    def __call__(self, number: int, window: Window) -> Tally:
        """Store one file after another on every thread until the window closes."""
        tally = Tally()
        failures: list[Exception] = []
        threads = [
            threading.Thread(target=self._guarded, args=(f"{number}-{thread}", window, tally, failures))
            for thread in range(self.threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise BenchmarkStopped(f"The bare loop for small files failed: {failures[0]}.")
        return tally

    def _guarded(self, label: str, window: Window, tally: Tally, failures: list[Exception]) -> None:
        try:
            self._store_until_closed(label, window, tally)
        except (OSError, sqlite3.Error) as failed:
            failures.append(failed)

    def _store_until_closed(self, label: str, window: Window, tally: Tally) -> None:
        make = small_texts(label)
        spool = self.folder / "spool" / label
        with contextlib.closing(self._connect()) as database:
            ended = 0.0
            while ended < window.closes:
                content = make()
                started = time.monotonic()
                digest = self._keep(content, spool)
                database.execute(
                    "INSERT INTO files (digest, size, made) VALUES (?, ?, ?)", (digest, len(content), time.time())
                )
                ended = time.monotonic()
                tally.add(window, started, ended)

    def _keep(self, content: bytes, spool: Path) -> str:
        digest = hashlib.sha256(content).hexdigest()
        shelf = self.folder / "blobs" / digest[:2]
        descriptor = os.open(spool, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)
        os.link(spool, shelf / digest)
        descriptor = os.open(shelf, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)
        os.unlink(spool)
        return digest

    def _connect(self) -> sqlite3.Connection:
        # Autocommit: each INSERT is a transaction of its own.
        database = sqlite3.connect(self.folder / "bench.sqlite", timeout=30, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        return database
