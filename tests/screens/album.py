"""All states in their order, and how they are photographed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.running import Server
from tests.screens import accounts, admin, encrypted, files, keys, uploading, viewing
from tests.screens.browser import overflow
from tests.screens.stage import Stage, State

WIDTHS = {"wide": 1280, "narrow": 320}
SCHEMES = ("light", "dark")

# The files of Ann's change from area to area, and from the admin's on she is one of the staff.
STATES: dict[str, State] = {
    name: state
    for area in (accounts, uploading, files, viewing, keys, encrypted, admin)
    for name, state in area.STATES.items()
}  # fmt: skip


@contextmanager
def stage(browser: Browser, *, scripts: bool = True) -> Iterator[Stage]:
    """A server of its own for all states."""
    with tempfile.TemporaryDirectory() as scratch:
        server = Server(Path(scratch) / "instance", RATE_LIMITS="off", WORKERS=1)
        server.settings["BASE_URL"] = server.url  # mails are sent, and a form may lead to where its answer says
        with ExitStack() as ending:
            ending.callback(server.stop)
            yield Stage(server.start(), browser, ending, scripts=scripts)


def looks(page: Page, widths: Iterable[str] = WIDTHS) -> Iterator[tuple[str, str]]:
    """Show the page in each of these widths and each scheme, one after the other; their names."""
    for width in widths:
        page.set_viewport_size({"width": WIDTHS[width], "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of SCHEMES
            yield width, scheme


def photograph(on: Stage, folder: Path, names: list[str]) -> Iterator[str]:
    """Take the states of these names, or all where none is named; a sentence for each that is wider than the window."""
    for name, go in STATES.items():
        if names and name not in names:
            continue
        page = go(on)
        for width, scheme in looks(page):
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
            if (beyond := overflow(page)) > 0:
                yield f"{name} is {beyond} px too wide at {WIDTHS[width]} px ({scheme})"
