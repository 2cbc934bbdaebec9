"""What an export must remember to its end, of any number of files, in little memory."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pastebin.filetypes import archive_name, name_key, numbered

# SQLite's own measure: negative is KiB. What is more than this lies on the disk.
_CACHE = -1024


class Inventory:
    """The entries of an archive: which names are taken, what its directory will say, what is told of each file.

    A private database, in one transaction that never ends. SQLite keeps it in
    memory while it is small, and beyond that in a file without a name, which
    goes with the process, whatever becomes of it. Nobody else waits for it,
    so an export may keep it open while its client takes its time.

    Args:
        folder: where that file lies: what is in it (private keys too) must not leave the volume of the files
            themselves. None for the system's own place.
    """

    def __init__(self, folder: Path | None) -> None:
        descriptor, path = tempfile.mkstemp(dir=folder)  # for its owner's eyes alone
        os.close(descriptor)
        try:
            # Made by the thread of the request; what is left of a request that was cut off may be closed by any.
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA user_version").fetchone()  # opens it
        finally:
            os.unlink(path)
        self.count = 0
        self.directory_bytes = 0
        self.about_bytes = 0
        for statement in _LAYOUT:
            self._database.execute(statement)

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def name_for(self, filename: str) -> str:
        """The name that a file gets in the archive: its own, or with a number where that is taken."""
        name = archive_name(filename)
        chosen = name
        while not self._take(chosen):
            # One count for all that are numbered alike, so that the thousandth is not looked for among 999.
            (number,) = self._database.execute(_NEXT_NUMBER, [name_key(numbered(name, 0))]).fetchone()
            chosen = numbered(name, number)
        return chosen

    def add(self, directory_header: bytes, about: bytes = b"") -> None:
        """Remember an entry that is written: its part of the directory, and what is to be told of it."""
        self._database.execute("INSERT INTO entries VALUES (?, ?)", [directory_header, about])
        self.count += 1
        self.directory_bytes += len(directory_header)
        self.about_bytes += len(about)

    def directory(self) -> Iterator[bytes]:
        """The parts of the directory, in order."""
        return (header for (header,) in self._database.execute("SELECT header FROM entries ORDER BY rowid"))

    def abouts(self) -> Iterator[bytes]:
        """What is told of each file, in order."""
        return (about for (about,) in self._database.execute("SELECT about FROM entries ORDER BY rowid"))

    def _take(self, name: str) -> bool:
        taking = "INSERT INTO names VALUES (?) ON CONFLICT DO NOTHING"
        return self._database.execute(taking, [name_key(name)]).rowcount == 1


_LAYOUT = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    f"PRAGMA cache_size={_CACHE}",
    "BEGIN",
    "CREATE TABLE entries (header BLOB NOT NULL, about BLOB NOT NULL)",
    "CREATE TABLE names (key TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE numbers (key TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
)
_NEXT_NUMBER = "INSERT INTO numbers VALUES (?, 2) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last"
