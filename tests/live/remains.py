"""What a server keeps, looked at from outside: rows, bytes, open spools, memory, and complaints in its log."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.running import Server

MIB = 1 << 20


@dataclass(frozen=True)
class Kept:
    """How much of everything there is."""

    files: int
    blobs: int
    staged: int
    stored: int
    spools: int


def kept(server: Server) -> Kept:
    """What the server keeps now, spools that are open in its workers included."""
    with closing(database(server)) as connection:
        files, blobs, staged = (
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
            for table in ("files", "blobs", "staged")
        )
    return Kept(files, blobs, staged, sum(1 for _ in stored(server)), spools(server))


def is_unchanged(server: Server, before: Kept, within: float = 10) -> bool:
    """Whether the server comes to keep exactly what it kept *before*, as soon as it has let go of what was cut off."""
    deadline = time.monotonic() + within
    while kept(server) != before:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def database(server: Server) -> sqlite3.Connection:
    """The server's database, to read."""
    return sqlite3.connect(f"file:{server.instance}/pastebin.sqlite?mode=ro", uri=True, timeout=30)


def blob_folder(server: Server) -> Path:
    """Where the bytes lie."""
    return server.instance / "blobs"


def stored(server: Server) -> Iterator[Path]:
    """Every file of the store that has a digest for a name."""
    return (path for path in blob_folder(server).glob("??/*") if len(path.name) == 64)


def spools(server: Server) -> int:
    """Spools: those with a name, and the nameless ones that a worker has open. Closing them takes it a moment."""
    deadline = time.monotonic() + 2
    while (found := _spools_now(server)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def _spools_now(server: Server) -> int:
    named = sum(1 for _ in (blob_folder(server) / "spool").iterdir())
    return named + sum(_nameless(pid, str(blob_folder(server))) for pid in server.worker_pids())


def memory_bytes(server: Server) -> int:
    """The memory of all workers, what they share counted once (PSS)."""
    total = 0
    for pid in server.worker_pids():
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024  # type: ignore[index]
    return total


def complaints(server: Server) -> list[str]:
    """Lines of the log that speak of a failure."""
    words = ("Traceback", "ERROR", "CRITICAL", "unforeseen", "Exception")
    return [line for line in server.log.read_text(errors="replace").splitlines() if any(word in line for word in words)]


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _nameless(pid: int, folder: str) -> int:
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except FileNotFoundError:
            continue
        count += target.startswith(folder) and target.endswith("(deleted)")
    return count
