"""Files that a browser encrypts: by the upload page, which sends them too, and by age's library alone in a worker."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Page

from tests.bench.client import ask_once
from tests.bench.servers import Server
from tests.bench.stop import BenchmarkStopped
from tests.screens import CHROMIUM, chromium

SIZE = 200_000_000

_PATIENCE_MS = 300_000
_WORKER = "/static/modules/bench/library.js"
_LIBRARY_ALONE = """
import { Encrypter, generateX25519Identity, identityToRecipient } from "./vendor/age-encryption-0.3.1.js";
// What fails while waiting reaches nobody unless it is thrown anew.
onunhandledrejection = (event) => { throw event.reason; };
onmessage = async ({ data: file }) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  const began = performance.now();
  const reader = (await encrypter.encrypt(file.stream())).getReader();
  while (!(await reader.read()).done);
  postMessage((performance.now() - began) / 1000);
};
"""
_ANOTHER_FIELD = """() =>
  document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "bench" }))"""
_ASK_WORKER = """(input, url) => new Promise((done, fail) => {
  const worker = new Worker(url, { type: "module" });
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = () => fail(new Error("The worker failed."));
  worker.postMessage(input.files[0]);
})"""


@dataclass(frozen=True)
class Encrypted:
    """What it took: seconds on the clock, and of the server on the cores."""

    seconds: float
    cpu_seconds: float


class Browser:
    """Chromium with one file to encrypt; started anew for each turn, so that both sides begin alike."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._path = folder / "to-encrypt.bin"

    def prepare(self) -> None:
        """See that there is a browser, and the file."""
        if not Path(CHROMIUM).exists():
            raise BenchmarkStopped(
                f"{CHROMIUM} is not there: name a Chromium in CHROMIUM, or leave this out with --only."
            )
        if not self._path.exists():
            self._path.write_bytes(os.urandom(SIZE))

    def library_alone(self) -> Encrypted:
        """Encrypt the file in a module worker, and throw away what comes of it."""
        with self._page() as page:
            page.route(f"**{_WORKER}", lambda route: route.fulfill(body=_LIBRARY_ALONE, content_type="text/javascript"))
            # The page empties its own field as soon as it has put the files in its queue.
            page.evaluate(_ANOTHER_FIELD)
            page.set_input_files("#bench", self._path)
            return Encrypted(page.locator("#bench").evaluate(_ASK_WORKER, _WORKER), 0)

    def upload(self) -> Encrypted:
        """Encrypt and upload it by the page, from the click to the answer that it is there; then delete it."""
        with self._page() as page:
            page.get_by_label("Encrypt in this browser").check()
            cpu_before = self._server.session.cpu_seconds()
            began = time.monotonic()
            with page.expect_response("**/finishupload", timeout=_PATIENCE_MS):
                page.click("text=Encrypt and upload")
            done = Encrypted(time.monotonic() - began, self._server.session.cpu_seconds() - cpu_before)
            self._delete(page)
            return done

    @contextmanager
    def _page(self) -> Iterator[Page]:
        try:
            with chromium() as browser:
                page = browser.new_page()
                page.goto(f"http://{self._server.host}/")
                page.set_input_files("#file", self._path)
                yield page
        except Error as fault:
            raise BenchmarkStopped(f"The browser: {fault}") from fault

    def _delete(self, page: Page) -> None:
        page.get_by_role("button", name="Upload more").wait_for()
        file_id = page.input_value("[data-part=link]").partition("#")[0].rpartition("/")[2]
        password = page.input_value("[data-part=deletepassword]")
        path = f"/api/file/{file_id}?deletepassword={password}"
        ask_once(self._server.address, 200, f"DELETE {path} HTTP/1.1\r\nHost: {self._server.host}\r\n\r\n".encode())
