"""Somebody's own files: the list, the grid, one of them."""

from __future__ import annotations

from playwright.sync_api import Page

from tests import pictures
from tests.screens.browser import PASSWORD, log_in
from tests.screens.stage import Stage, State, of_ann

_SHELF = (
    ("holiday.jpg", pictures.photograph(1), ""), ("tower.jpg", pictures.photograph(2, 300, 1600), "?private=owner"),
    ("panorama " * 12 + ".jpg", pictures.photograph(3, 2400, 300), "?private=1&limit=3&expire=7d"),
    ("logo.png", pictures.icon(), ""), ("damaged.jpg", pictures.damaged(), ""),
    ("🎉🏖️👩‍👩‍👧‍👦.jpg", pictures.photograph(4), "?limit=1"), ("صورة من العطلة.jpg", pictures.photograph(5), ""),
    ("backup.tar.gz", b"\x1f\x8b\x08" + b"\0" * 5000, "?private=owner"), ("song.mp3", b"ID3\x04" + b"\0" * 900_000, ""),
    ("film.mp4", b"\0\0\0\x20ftypisom" + b"\0" * 4_000_000, ""), ("data.bin", bytes(range(256)) * 9, ""),
)  # fmt: skip


def _managed(stage: Stage) -> Page:
    return stage.logged_in(stage.managed)


def _gallery(stage: Stage) -> Page:
    for name, content, query in _SHELF:
        stage.upload(name, content, query)
    page = stage.logged_in("/files?view=grid")
    page.check("li:nth-child(3) input")
    page.focus("li:nth-child(4) input")
    page.keyboard.press("Tab")
    page.wait_for_load_state("networkidle")
    return page


def _deletion_of_several(stage: Stage) -> Page:
    page = stage.logged_in("/files")
    for box in page.locator("input[name=ids]").all():
        box.check()
    page.click("#files-delete button")
    return page


def _none(stage: Stage) -> Page:
    """Of somebody who has nothing yet."""
    stage.server.command("user", "add", "nils", "--password-stdin", stdin=f"{PASSWORD}\n")
    page = stage.logged_out("/")
    log_in(page, stage.url, "nils")
    page.goto(f"{stage.url}/files")
    page.context.clear_cookies()
    return page


def _scripted(stage: Stage, path: str) -> Page:
    """Ann's own files, where the modules run."""
    page = stage.scripted
    page.unroute_all()
    page.context.clear_cookies()
    log_in(page, stage.url)
    page.goto(stage.url + path)
    return page


def _selected(path: str, then: str = "") -> State:
    """Three are chosen."""

    def go(stage: Stage) -> Page:
        page = _scripted(stage, path)
        for box in page.locator("input[name=ids]").all()[1:4]:
            box.check()
        if then:
            page.get_by_role("button", name=then).click()
        return page

    return go


def _renaming(path: str) -> State:
    """A new name is refused: it is empty."""

    def go(stage: Stage) -> Page:
        page = _scripted(stage, path)
        page.locator("[data-do=rename]").nth(1).click()
        page.locator(".renaming input").fill("")
        page.keyboard.press("Enter")
        page.locator(".renaming .field-error").wait_for()
        return page

    return go


def _unreachable(stage: Stage) -> Page:
    page = _scripted(stage, "/files")
    page.route("**/files?*", lambda route: route.abort())
    page.fill("#q", "photo")
    page.get_by_role("button", name="Try again").wait_for()
    return page


STATES: dict[str, State] = {
    "files-none": _none,
    "files": of_ann("/files"),
    "files-grid": _gallery,
    "manage": _managed,
    "files-search": of_ann("/files?q=nothing"),
    "files-grid-search": of_ann("/files?q=nothing&view=grid"),
    "files-delete": _deletion_of_several,
    "files-selected": _selected("/files"),
    "files-asked": _selected("/files", "Delete …"),
    "files-grid-asked": _selected("/files?view=grid", "Delete …"),
    "files-renaming": _renaming("/files"),
    "files-grid-renaming": _renaming("/files?view=grid"),
    "files-unreachable": _unreachable,
}
