"""What the upload page costs whoever opens it for the first time: bytes on the wire, headers included."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.running import Server
from tests.screens import chromium

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.slow]

MOST_BYTES = 60 * 1024


class Meter:
    """Counts what a window loads, as Chromium's own protocol tells it: compressed, with headers."""

    def __init__(self, page: Page) -> None:
        self.loaded_bytes = 0.0
        self.paths: list[str] = []
        session = page.context.new_cdp_session(page)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")
        page.on("request", lambda request: self.paths.append(urlsplit(request.url).path))

    def _finished(self, event: dict[str, float]) -> None:
        self.loaded_bytes += event["encodedDataLength"]


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def test_the_upload_page_is_at_most_60_kb_with_all_that_it_loads(server: Server, page: Page) -> None:
    meter = Meter(page)
    page.goto(server.url, wait_until="networkidle")

    print(f"{meter.loaded_bytes:.0f} bytes in {len(meter.paths)} answers")
    assert len(meter.paths) > 3
    assert 5_000 < meter.loaded_bytes <= MOST_BYTES


def test_nothing_that_encrypts_is_loaded_before_somebody_asks_for_it(server: Server, page: Page) -> None:
    meter = Meter(page)
    page.goto(server.url, wait_until="networkidle")
    on_its_own = [path for path in meter.paths if "/vendor/" in path]
    page.get_by_label("Encrypt in this browser").check()
    page.fill("#text", "For your eyes only.")
    with page.expect_request("**/vendor/age-encryption-*.js"):
        page.get_by_role("button", name="Encrypt and upload").click()

    assert on_its_own == []
