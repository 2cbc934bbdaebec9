"""Processes of ours that work on what a stranger sent: what they may take, and what they are not told."""

import os
import resource
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

_KEPT: Final = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
# Has glibc ask for large pages where the system leaves that to programs; other C libraries pass over it.
_LARGE_PAGES: Final = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
# More than any other process: where memory runs short this one goes first.
_FIRST_TO_GO: Final = "1000"


def start(module: str, stdin: int, stdout: int, *, in_large_pages: bool = False) -> subprocess.Popen[bytes]:
    """Run a module of ours in a process of its own.

    Our environment stays here: it may hold the server's secret key.

    Args:
        in_large_pages: for one that takes many MB for each job and gives them back: by small pages, which the system
            finds, clears and counts one by one, that costs a good part of a picture's time.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own interpreter, with the name of a module of ours
        [sys.executable, "-m", module],
        env=kept | (_LARGE_PAGES if in_large_pages else {}),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )


def confine(memory_bytes: int, written_bytes: int = 0) -> None:
    """Confine this process, for good: to so much address space, and to files of so many bytes.

    It is niced, since serving comes first, leaves no core dumps, and does not
    mind the terminal's Ctrl-C: that is for the server, which then lets go of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A signal without a handler is the kernel's own doing: it ends the process in the middle of whatever it does,
    # and also when nobody waits for it any more.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write that is too long fails then, and can be told of
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written_bytes, written_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, "ascii")


def begin_job(seconds: float) -> None:
    """From now on so much processor time, of all its threads together: then the kernel ends the process."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def end_job() -> None:
    """The job is done, and its time is not counted any more."""
    signal.setitimer(signal.ITIMER_PROF, 0)
