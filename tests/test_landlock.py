"""What a process can still do once it has shut itself in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_SHUT_IN = """
import os, socket, sys
before = open(sys.argv[1])
listener = socket.create_server(("127.0.0.1", 0))
from pastebin.landlock import shut_in
if not shut_in():
    sys.exit("this system has no Landlock")
"""


def shut_in_and(act: str, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _SHUT_IN + act, str(file)], cwd=ROOT, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret_key"
    path.write_text("a secret\n")
    ran = shut_in_and("print(before.read())", path)
    if "no Landlock" in ran.stderr:
        pytest.skip("this kernel has no Landlock")
    return path


def test_what_was_open_stays_so(file: Path) -> None:
    assert shut_in_and("print(before.read())", file).stdout == "a secret\n\n"


@pytest.mark.parametrize(
    "act",
    [
        "open(sys.argv[1])",
        "open(sys.argv[1], 'a')",
        "open('/tmp/pastebin-made-by-a-test', 'w')",
        "os.unlink(sys.argv[1])",
        "os.listdir('/')",
        "os.execv('/bin/sh', ['sh', '-c', 'echo ran'])",
        "os.kill(os.getppid(), 0)",
        "socket.create_connection(listener.getsockname())",
        "import wave",
    ],
)
def test_nothing_else_can_be_reached(file: Path, act: str) -> None:
    ran = shut_in_and(act, file)

    assert ran.returncode == 1
    assert any(word in ran.stderr for word in ("PermissionError", "ModuleNotFoundError")), ran.stderr
    assert file.read_text() == "a secret\n"
