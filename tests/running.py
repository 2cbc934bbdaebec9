"""The real server as a process of its own: started as `make run` starts it, stopped or killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
_START_SECONDS = 60

# Prints for each command its status and what it wrote.
_IN_ONE_PROCESS = """
import contextlib, io, json, sys
from pastebin.cli import cli

def run(words):
    status, out, err = 0, io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli(words, prog_name="pastebin")
        except SystemExit as end:
            status = int(end.code or 0)
    return status, out.getvalue(), err.getvalue()

print(json.dumps([run(words) for words in json.loads(sys.argv[1])]))
"""


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """gunicorn with the project's own settings over one instance folder."""

    def __init__(self, instance: Path, **settings: object) -> None:
        self.instance = instance
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = instance.with_suffix(".log")
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the master process."""
        assert self._process
        return self._process.pid

    def worker_pids(self) -> list[int]:
        """Of the processes that serve."""
        tasks = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in tasks.split()]

    def start(self) -> Server:
        """Start and wait until every worker can answer."""
        self.instance.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "python:pastebin.server.settings", "wsgi:app"],
                cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._wait()
        return self

    def environment(self) -> dict[str, str]:
        """What the server, or the command line beside it, runs with."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("PASTEBIN_")}
        # A crowd of clients asks more in a minute than one address usually does.
        settings = {"API_RATE": "1000000/1min", **self.settings}
        own = {f"PASTEBIN_{name}": str(value) for name, value in settings.items()}
        return {**inherited, "PASTEBIN_BIND": f"127.0.0.1:{self.port}", "PASTEBIN_INSTANCE": str(self.instance), **own}

    def command(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run the `pastebin` command on the same instance."""
        return self._python("from pastebin.cli import main; main()", *arguments, stdin=stdin)

    def commands(self, *lines: tuple[str, ...], stdin: str = "") -> list[subprocess.CompletedProcess[str]]:
        """Run it for each of these, one after the other in one process: starting Python takes longer than most do."""
        ran = self._python(_IN_ONE_PROCESS, json.dumps(lines), stdin=stdin)
        assert ran.returncode == 0, ran.stderr
        answers = json.loads(ran.stdout)
        return [subprocess.CompletedProcess(*each) for each in zip(lines, *zip(*answers, strict=True), strict=True)]

    def make_key(self, user: str = "ann", *options: str) -> str:
        """An API key from the command line, with its user if need be."""
        password = "correct horse battery\n"
        _, made = self.commands(
            ("user", "add", user, "--password-stdin"), ("key", "add", user, *options), stdin=password
        )
        assert made.returncode == 0, made.stderr
        return made.stdout.split()[-1]

    def _python(self, program: str, *arguments: str, stdin: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=ROOT, env=self.environment(), input=stdin, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop as an operator does, and wait."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """`kill -9` of all its processes at once."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            assert self._process
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()[-4000:]}")
