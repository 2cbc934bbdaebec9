"""Files that are encrypted in the browser: going, there, and coming back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, Route

from tests.screens.stage import HOSTILE_NAME, LONG_NAME, Stage, State

_REFUSED = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"status": "Too often: try again in an hour."}}
_WRONG_KEY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"


def _filled_in(stage: Stage, filename: str = HOSTILE_NAME, **rules: str) -> Page:
    """The upload form with its switch on."""
    page = stage.scripted
    page.unroute_all()
    page.goto(stage.url)
    page.get_by_label("Encrypt in this browser").check()
    page.fill("#text", "For your eyes only.\n" * 9)
    page.fill("#filename", filename)
    if not page.locator("#limit").is_visible():
        page.click("#options summary")
    page.fill("#limit", rules.get("limit", ""))  # the form remembers the last one
    return page


def _under_way(answer: Callable[[Route], None]) -> State:
    """Files on their way, of which the server answers so for each chunk."""

    def go(stage: Stage) -> Page:
        page = _filled_in(stage, LONG_NAME)
        page.set_input_files(
            "#file",
            [FilePayload(name=name, mimeType="", buffer=bytes(1_000_000)) for name in ("holidays.zip", "plan.pdf")],
        )
        page.route("**/api/file/*/0?*", answer)
        page.get_by_role("button", name="Encrypt and upload").click()
        page.wait_for_timeout(1500)
        return page

    return go


def _links(stage: Stage, filename: str = LONG_NAME, **rules: str) -> Page:
    page = _filled_in(stage, filename, **rules)
    page.get_by_role("button", name="Encrypt and upload").click()
    page.get_by_role("button", name="Upload more").wait_for()
    return page


def _received(button: str, key: str | None = None, *, click: bool = False, held: bool = False, **rules: str) -> State:
    """The page of an encrypted file, as soon as it has this button; with *key* behind its URL instead of its own."""

    def go(stage: Stage) -> Page:
        page, link = stage.scripted, encrypted_file(stage, **rules)
        address, _, its_key = link.partition("#")
        if held:
            page.route("**/api/file/*/0", lambda route: None)
        page.goto(f"{address}#{its_key if key is None else key}")
        page.get_by_role("button", name=button, exact=True).wait_for()
        if click:
            page.get_by_role("button", name=button, exact=True).click()
            page.wait_for_timeout(1000)
        if key:
            page.locator("[data-part=message]").wait_for()
        return page

    return go


def encrypted_file(stage: Stage, **rules: str) -> str:
    """The link to a file that somebody has just encrypted."""
    return _links(stage, "letter.txt", **rules).input_value("[data-part=link]")


def _without_scripts(stage: Stage) -> Page:
    stage.bare.goto(encrypted_file(stage).partition("#")[0])
    stage.bare.click("text=With the programs curl and age")
    return stage.bare


STATES: dict[str, State] = {
    "encrypting": _filled_in,
    "encrypting-progress": _under_way(lambda route: None),
    "encrypting-stuck": _under_way(lambda route: route.fulfill(**_REFUSED)),  # type: ignore[arg-type]  # the values differ
    "encrypting-links": _links,
    "encrypted": _received("Download"),
    "encrypted-limited": _received("Download", limit="2"),
    "encrypted-progress": _received("Download", click=True, held=True),
    "encrypted-saved": _received("Download", click=True),
    "encrypted-shown": _received("Show", click=True),
    "encrypted-locked": _received("Open", key=""),
    "encrypted-wrong-key": _received("Open", key=_WRONG_KEY),
    "encrypted-without-scripts": _without_scripts,
}
