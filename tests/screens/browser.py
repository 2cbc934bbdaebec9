"""The browser of the system, and what tests do with it again and again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

PASSWORD = "correct horse battery"


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Debian's own browser, without a sandbox: tests may run as root."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, url: str, name: str = "ann", password: str = PASSWORD) -> None:
    """Through the form, as a person does."""
    page.goto(f"{url}/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.click("main button")


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
