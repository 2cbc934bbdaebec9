"""Whole links pasted into a search, in a real browser: their keys are for nobody's log."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.conftest import bearer
from tests.running import Server
from tests.screens import chromium, log_in

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.slow]


def test_of_a_link_that_is_pasted_into_the_search_the_key_is_not_sent(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", RATE_LIMITS="off", WORKERS=1).start()
    try:
        sent = requests.post(
            f"{server.url}/api/upload?private=1", data=b"x", headers=bearer(server.make_key("ann")), timeout=20
        ).json()
        with chromium() as browser:
            page = browser.new_page()
            asked: list[str] = []
            log_in(page, server.url)
            page.goto(f"{server.url}/files")
            page.on("request", lambda each: asked.append(each.url))
            page.fill("#q", f"{server.url}/{sent['uuid']}?key=SECRET#AGE-SECRET-KEY-1X")
            page.wait_for_url(f"**/files?q=*{sent['uuid']}")

            expect(page.get_by_role("searchbox")).to_have_value(f"{server.url}/{sent['uuid']}")
            expect(page.locator("[data-file]")).to_have_count(1)
            assert [url for url in asked if "SECRET" in url] == []
    finally:
        server.stop()
