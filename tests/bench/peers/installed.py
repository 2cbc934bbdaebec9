"""The peers from PyPI: installed once, by their lock, into an environment that nothing else uses."""

import importlib.metadata
import re
import subprocess
import sys
import tempfile
from functools import cache

from tests.bench.peers.peer import PeerMissing
from tests.bench.servers import ROOT

LOCK = ROOT / "requirements" / "peers.txt"
HOME = ROOT / "build" / "peers"

_MARKER = HOME / ".ready"
_PIP = [str(HOME / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
_LOCKED = ["--require-hashes", "--no-deps", "--requirement"]
# What comes as source is built with the tools of the same lock, so they have to be there before it.
_SOURCES = ("bepasty",)


def program(name: str) -> str:
    """The path of a program that one of them brought."""
    return str(HOME / "bin" / name)


def version(name: str) -> str:
    """Which version of *name* is there, after installing all of them if that was not done since the lock changed.

    Raises:
        PeerMissing: they could not be installed.
    """
    if fault := _fault():
        raise PeerMissing(fault)
    folders = [str(folder) for folder in HOME.glob("lib/python*/site-packages")]
    return next(iter(importlib.metadata.distributions(name=name, path=folders))).version


def without_sources(lock: str) -> str:
    """A lock's entries but for those that come as source."""
    entries = re.split(r"\n(?=\S)", lock.strip())
    return "\n".join(entry for entry in entries if entry.partition("==")[0] not in _SOURCES) + "\n"


@cache
def _fault() -> str:
    """Why they are not installed, after trying to: all of them come or none does, and it is tried once."""
    if _MARKER.exists() and _MARKER.stat().st_mtime >= LOCK.stat().st_mtime:
        return ""
    lock, home = LOCK.relative_to(ROOT), HOME.relative_to(ROOT)
    print(f"Installing the peers of {lock} into {home}; this is done once.", file=sys.stderr)
    try:
        _make()
    except subprocess.CalledProcessError as failed:
        said = [line.strip() for line in failed.stdout.splitlines() if line.strip()] or ["it said nothing"]
        return f"could not be installed from {lock} ({said[-1]})"
    _MARKER.touch()
    return ""


def _make() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as tools:
        tools.write(without_sources(LOCK.read_text()))
        tools.flush()
        _run(sys.executable, "-m", "venv", "--clear", str(HOME))
        _run(*_PIP, "--only-binary", ":all:", *_LOCKED, tools.name)
        _run(*_PIP, "--no-build-isolation", *_LOCKED, str(LOCK))


def _run(*command: str) -> None:
    subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, check=True)
