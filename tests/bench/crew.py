"""Several processes that do the same work at the same time, for one slice."""

import contextlib
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.bench.stop import BenchmarkStopped

#: Long enough for every process to connect and to be in full swing.
WARM_UP_SECONDS = 0.4

#: Fork: a process is there in milliseconds and has its requests ready-made.
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Window:
    """When counting begins and ends, on the clock of `time.monotonic`."""

    opens: float
    closes: float


@dataclass
class Tally:
    """What was finished inside a window, how long each took, and how many were finished before and after too."""

    seconds_each: list[float] = field(default_factory=list)
    finished: int = 0

    def add(self, window: Window, started: float, ended: float) -> None:
        """Count one piece of work, and keep its time if it ended inside the window."""
        self.finished += 1
        if window.opens <= ended < window.closes:
            self.seconds_each.append(ended - started)


Work = Callable[[int, Window], Tally]


def work_together(processes: int, seconds: float, work: Work) -> Tally:
    """Run *work* in that many processes; what all of them finished in *seconds*.

    Raises:
        BenchmarkStopped: one of them did; its sentence.
    """
    opens = time.monotonic() + WARM_UP_SECONDS
    window = Window(opens, opens + seconds)
    ends = []
    members = []
    for number in range(processes):
        ours, theirs = _FORK.Pipe(duplex=False)
        member = _FORK.Process(target=_member, args=(work, number, window, theirs), daemon=True)
        member.start()
        theirs.close()
        ends.append(ours)
        members.append(member)
    try:
        return _gather(ends)
    finally:
        for member in members:
            member.join(timeout=5)
            if member.is_alive():
                member.kill()


def _member(work: Work, number: int, window: Window, out: Connection) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        try:
            out.send(work(number, window))
        except (BenchmarkStopped, OSError) as stopped:
            out.send(f"{stopped}")


def _gather(ends: list[Connection]) -> Tally:
    together = Tally()
    for end in ends:
        try:
            answer = end.recv()
        except EOFError:
            raise BenchmarkStopped("A process of the benchmark ended without its figures.") from None
        if isinstance(answer, str):
            raise BenchmarkStopped(answer)
        together.seconds_each.extend(answer.seconds_each)
        together.finished += answer.finished
    return together
