"""An upload whose answer got lost on its way back, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.running import Server
from tests.screens import chromium

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.slow]

_NOT_PASSED_ON = {"transfer-encoding", "connection", "content-length", "content-encoding"}


class _Losing(BaseHTTPRequestHandler):
    """A proxy that delivers every upload, and of the first `lost` of them brings no answer back."""

    target = ""
    lost = 1
    uploads = 0

    def do_GET(self) -> None:
        self._answer(requests.get(f"{self.target}{self.path}", headers=dict(self.headers), timeout=20))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = requests.post(f"{self.target}{self.path}", headers=dict(self.headers), data=body, timeout=20)
        assert answer.status_code == 201, answer.text
        type(self).uploads += 1
        if self.uploads <= self.lost:
            self.connection.close()
        else:
            self._answer(answer)

    def _answer(self, answer: requests.Response) -> None:
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in _NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def losing_proxy(server: Server) -> Iterator[tuple[str, type[_Losing]]]:
    handler = type("Losing", (_Losing,), {"target": server.url})
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}", handler
    finally:
        proxy.shutdown()
        proxy.server_close()


def test_what_was_sent_whole_is_not_sent_once_more_before_somebody_asks_for_it(tmp_path: Path) -> None:
    server = Server(tmp_path / "served", RATE_LIMITS="off", WORKERS=1).start()
    try:
        with losing_proxy(server) as (url, proxy), chromium() as browser:
            page = browser.new_page()
            page.goto(url)
            page.fill("#text", "once")
            page.locator("#upload [type=submit]").click()
            expect(page.get_by_text("The answer got lost")).to_be_visible(timeout=20_000)

            assert proxy.uploads == 1
            page.get_by_role("button", name="Try again").click()
            expect(page.get_by_role("button", name="Copy the link")).to_be_visible(timeout=20_000)
            assert proxy.uploads == 2
    finally:
        server.stop()
