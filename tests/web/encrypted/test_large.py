"""Files of 200 MB: they come through whole, in little memory, on a page that stays responsive."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page

from tests.live.remains import sha256_of
from tests.programs import needs_program
from tests.running import Server
from tests.screens import chromium
from tests.web.encrypted.desk import Desk, Sent, everything_in

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(900)]

MIB = 1024 * 1024
SIZE = 200_000_000
# The longest time between two ticks of the page's own clock.
LONGEST_PAUSE_MS = 1000
# The most memory that a page and its workers may take more than before. While receiving it cannot be seen here: for
# whoever drives it, Chromium keeps up to 200 MB of what pages are answered in their processes.
MOST_GROWN = 180 * MIB
TICKS = """() => {
    let last = performance.now(); window.longest = 0
    setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now }, 10)
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """With its own bounds: chunks of many MiB."""
    started = Server(tmp_path_factory.mktemp("large") / "served", RATE_LIMITS="off")
    yield started.start()
    started.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "film of the holidays.mkv"
    with path.open("wb") as file:
        for _ in range(SIZE // 1_000_000):
            file.write(os.urandom(1_000_000))
    return path


class Renderers:
    """The processes in which pages and their workers run: the most memory that one has had since this began."""

    def __init__(self) -> None:
        for pid in self._pids():
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = max(self._memory("VmRSS"))

    def grown(self) -> int:
        return max(self._memory("VmHWM")) - self._before

    def _memory(self, field: str) -> list[int]:
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in self._pids()]
        return [int(found[1]) * 1024 for each in statuses if (found := re.search(rf"^{field}:\s+(\d+) kB", each, re.M))]

    def _pids(self) -> list[str]:
        own = str(os.getpid())
        found = subprocess.run(["pgrep", "-f", "type=renderer"], capture_output=True, text=True).stdout.split()
        return [pid for pid in found if own in _ancestors(pid)]


def _ancestors(pid: str) -> list[str]:
    above = []
    while pid not in ("0", "1", ""):
        try:
            pid = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        except FileNotFoundError:
            break
        above.append(pid)
    return above


def longest_pause(page: Page) -> float:
    return float(page.evaluate("longest"))


@dataclass(frozen=True)
class Upload:
    """What came of uploading the large file, and how it went."""

    sent: Sent
    grown_bytes: int
    longest_pause_ms: float
    leaks: list[str]


@pytest.fixture(scope="module")
def upload(browser: Browser, server: Server, large: Path) -> Upload:
    desk = Desk(browser, server.url)
    desk.open_form()
    desk.page.set_input_files("#file", large)
    desk.page.evaluate(TICKS)
    renderers = Renderers()
    desk.page.click("text=Encrypt and upload")
    (sent,) = desk.links()
    done = Upload(sent, renderers.grown(), longest_pause(desk.page), desk.leaks(sent.key, large.name))
    desk.context.close()
    return done


def test_a_large_file_is_sent_in_little_memory_from_a_page_that_stays_responsive(upload: Upload) -> None:
    assert upload.grown_bytes < MOST_GROWN
    assert upload.longest_pause_ms < LONGEST_PAUSE_MS
    assert upload.leaks == []


def test_a_large_file_arrives_whole_on_a_page_that_stays_responsive(upload: Upload, other: Desk, large: Path) -> None:
    other.open(upload.sent.link)
    other.page.evaluate(TICKS)
    with other.page.expect_download(timeout=300_000) as started:
        other.page.get_by_role("button", name="Download").click()

    assert sha256_of(started.value.path()) == sha256_of(large)
    assert started.value.suggested_filename == large.name
    assert longest_pause(other.page) < LONGEST_PAUSE_MS
    assert other.leaks(upload.sent.key, large.name) == []


def test_what_the_server_has_of_it_is_one_age_file_for_the_key_in_the_link(
    upload: Upload, large: Path, tmp_path: Path
) -> None:
    age = needs_program("age")
    (tmp_path / "key").write_text(upload.sent.key)
    chunks = requests.get(f"{upload.sent.api}/info", timeout=20).json()["chunks"]
    with (tmp_path / "sealed").open("wb") as sealed:
        for index in chunks:
            sealed.write(requests.get(f"{upload.sent.api}/{index}", timeout=60).content)
    subprocess.run([age, "-d", "-i", tmp_path / "key", "-o", tmp_path / "opened", tmp_path / "sealed"], check=True)

    assert len(chunks) == 24
    assert sha256_of(tmp_path / "opened") == sha256_of(large)


def test_nothing_of_it_that_can_be_read_lies_on_the_server(upload: Upload, server: Server, large: Path) -> None:
    secrets = [upload.sent.key.encode(), large.name.encode(), large.read_bytes()[SIZE // 2 : SIZE // 2 + 64]]

    for place, content in [*everything_in(server.instance), (server.log, server.log.read_bytes())]:
        assert [secret for secret in secrets if secret in content] == [], place
