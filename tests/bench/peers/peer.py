"""Other people's servers, as the benchmark sees them: a version, and a way to start one."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import Server

#: Starts a server with a folder of its own, until the end of the block.
Start = Callable[[Path], AbstractContextManager[Server]]


class PeerMissing(Exception):
    """A peer is not here: its side is left out. The message says why, and what would bring it."""


@dataclass(frozen=True)
class Peer:
    """A server that is not ours. Asking for its version installs it where that is possible."""

    version: Callable[[], str]
    start: Start


def environment(folder: Path) -> dict[str, str]:
    """The caller's, but for where programs keep what is theirs: in *folder*, which goes with the benchmark."""
    return os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "TMPDIR": str(folder)}
