"""A file's own page: what is shown of each kind, and what its owner may do there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests import pictures
from tests.screens.stage import Stage, State

_CODE = Path(__file__).read_bytes()
_LETTER = ("Dear Ann,\n\n" + "this is a letter, and nothing else to say. " * 12 + "\n\n") * 5
_MARKDOWN = b"# A title\n\nWith `code`, a [link](https://example.org) and\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n"
_LONG_NAME = "a name that goes on and on " * 8 + "without_any_place_to_break_" * 4


def _of(name: str, content: bytes, query: str = "", ending: str = "", *, own: bool = False) -> State:
    """The page of a new file of Ann's, seen by somebody else or by her."""

    def show(stage: Stage) -> Page:
        told = stage.upload(name, content, query).json()
        key = told["url"].partition("?")[2]
        address = f"/view/{told['uuid']}" + (f"?{key}" if key else "") + ending
        page = stage.logged_in(address) if own else stage.logged_out(address)
        page.wait_for_load_state("networkidle")
        return page

    return show


def _open(state: State, *summaries: str) -> State:
    """The same with some of its parts open."""

    def show(stage: Stage) -> Page:
        page = state(stage)
        for summary in summaries:
            page.click(f"{summary} summary")
        return page

    return show


STATES: dict[str, State] = {
    "view-code": _of("stage.py", _CODE, ending="#L10"),
    "view-letter": _of("letter.txt", _LETTER.encode()),
    "view-marks": _of("marks.txt", "one\u202etwo\u200b\n".encode() * 4),
    "view-markdown": _of("readme.md", _MARKDOWN),
    "view-source": _of("readme.md", _MARKDOWN, ending="?as=source"),
    "view-image": _open(_of("holiday.jpg", pictures.photograph(1, 1600, 1000)), "#transform"),
    "view-scan": _of("scan.tiff", pictures.scan()),
    "view-damaged": _of("damaged.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "view-sound": _of("song.mp3", b"ID3\x04" + bytes(9000)),
    "view-pdf": _of("plan.pdf", b"%PDF-1.4 " + bytes(range(256)) * 4),
    "view-empty": _of("empty.txt", b""),
    "view-limited": _of("once.bin", bytes(range(256)), "?limit=3"),
    "view-own": _open(_of(f"{_LONG_NAME}.py", _CODE, "?private=1&expire=7d", own=True), "#change", "#delete"),
}
