"""What the kernel tells of a server's processes: memory and time on the cores (proc(5))."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Session:
    """A server's first process and all that it started: one session of the kernel's."""

    leader: int

    def processes(self) -> list[int]:
        """The ids of all of them, now."""
        numbers = (int(entry) for entry in os.listdir("/proc") if entry.isdecimal())
        return [number for number in numbers if (fields := _stat(number)) and int(fields[3]) == self.leader]

    def memory_bytes(self) -> int:
        """What they hold beside files: anonymous and shared memory, shared pages counted once (PSS)."""
        return sum(_rollup_bytes(process, "Pss_Anon:", "Pss_Shmem:") for process in self.processes())

    def pss_bytes(self) -> int:
        """All that they hold in memory, programs and libraries too; pages that several share are counted once."""
        return sum(_rollup_bytes(process, "Pss:") for process in self.processes())

    def cpu_seconds(self) -> float:
        """Time that they have spent on the cores since they started, in the kernel too.

        With that of children which have ended: processes for images come and go, and it must not shrink with them.
        """
        stats = filter(None, map(_stat, self.processes()))
        return sum(sum(map(int, fields[11:15])) for fields in stats) / _TICKS


def _stat(process: int) -> list[str] | None:
    """The fields after the program's name, which may itself hold spaces; nothing once it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _rollup_bytes(process: int, *wanted: str) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(wanted))


class Watch:
    """The most memory that a session held while it was watched."""

    def __init__(self, session: Session) -> None:
        self.before_bytes = session.memory_bytes()
        self.peak_bytes = self.before_bytes

    @property
    def grown_bytes(self) -> int:
        """The peak above what was held before."""
        return self.peak_bytes - self.before_bytes


@contextmanager
def watching(session: Session) -> Iterator[Watch]:
    """Look at the session's memory every 50 ms, and once more at the end."""
    watch = Watch(session)
    over = threading.Event()

    def look() -> None:
        while not over.wait(_SAMPLE_SECONDS):
            watch.peak_bytes = max(watch.peak_bytes, session.memory_bytes())

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield watch
    finally:
        over.set()
        looking.join()
        watch.peak_bytes = max(watch.peak_bytes, session.memory_bytes())
