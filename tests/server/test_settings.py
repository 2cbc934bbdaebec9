"""The settings of section 9 reach the worker, and a wrong one stops the start."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.server.servers import ROOT, served

SHOWN = """
import json
from pastebin.server import settings
limits = settings.worker_class.limits
print(json.dumps([settings.bind, settings.workers, settings.threads, limits.header_timeout, limits.body_min_rate]))
"""


def run(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PASTEBIN_")}
    environment = plain | {"PASTEBIN_INSTANCE": str(folder)} | settings
    return subprocess.run(
        [sys.executable, "-c", SHOWN], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path).stdout) == ["127.0.0.1:8000", 2, 32, 15, 1024]


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    done = run(tmp_path, PASTEBIN_WORKERS="3", PASTEBIN_HEADER_TIMEOUT="1min", PASTEBIN_BODY_MIN_RATE="2KiB")

    assert json.loads(done.stdout) == ["127.0.0.1:8000", 3, 32, 60, 2048]


def test_settings_come_from_the_instance(tmp_path: Path) -> None:
    (tmp_path / "config.py").write_text("THREADS = 7\n")

    assert json.loads(run(tmp_path).stdout)[2] == 7


def test_a_wrong_setting_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, PASTEBIN_HEADER_TIMEOUT="soon")

    assert done.returncode != 0
    assert "PASTEBIN_HEADER_TIMEOUT" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_header_timeout_is_the_one_that_was_set(tmp_path: Path) -> None:
    with served(tmp_path, PASTEBIN_HEADER_TIMEOUT="1") as server, server.connect() as client:
        started = time.monotonic()
        client.say(b"GET /hello HTTP/1.1\r\n")

        assert client.hear().status == 408
        assert time.monotonic() - started < 4
