"""The upload page, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, Route

from tests import pictures
from tests.screens.stage import HOSTILE_NAME, LONG_NAME, Stage, State, of_ann, of_nobody

_CHOSEN = (
    ("holiday photograph.jpg", pictures.photograph(1)), (LONG_NAME, b"x" * 4000),
    ("صورة من العطلة.jpg", b"x" * 2_000_000), (HOSTILE_NAME, b"x"),
)  # fmt: skip
_SENT = tuple((name, bytes(3_000_000)) for name in ("holidays.zip", "plan.pdf", LONG_NAME))
_LATER = {"status": 429, "headers": {"Retry-After": "3600"}, "json": {"message": "Too often: try again in an hour."}}
_FULL = {"status": 507, "json": {"message": "The disk of this server is full. Try again later."}}


def _filled_in(*files: tuple[str, bytes]) -> State:
    """The upload form, with these files chosen."""

    def go(stage: Stage) -> Page:
        page = stage.scripted
        page.unroute_all()
        page.goto(stage.url)
        page.evaluate("localStorage.clear()")
        page.reload(wait_until="networkidle")
        page.set_input_files("#file", [FilePayload(name=name, mimeType="", buffer=each) for name, each in files])
        return page

    return go


def _dropping(stage: Stage) -> Page:
    page = _filled_in()(stage)
    page.evaluate("document.getElementById('drop-cover').hidden = false")
    return page


def _under_way(answer: Callable[[Route], None]) -> State:
    """Files on their way, of which the server answers so for each."""

    def go(stage: Stage) -> Page:
        page = _filled_in(*_SENT)(stage)
        page.route("**/api/upload", answer)
        page.locator("#upload [type=submit]").click()
        page.wait_for_timeout(1500)
        return page

    return go


def _refuse_the_second(route: Route) -> None:
    if b"plan.pdf" in (route.request.post_data_buffer or b""):
        route.fulfill(**_FULL)  # type: ignore[arg-type]  # the values differ
    else:
        route.continue_()


def _done(stage: Stage) -> Page:
    """With everything opened that can be."""
    page = _filled_in(_CHOSEN[0])(stage)
    page.locator("#upload [type=submit]").click()
    page.get_by_role("button", name="QR code").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.locator(".qr").wait_for()
    return page


def _receipt(stage: Stage) -> Page:
    """Without scripts: what the form leads to."""
    page = stage.bare
    page.goto(stage.url)
    page.fill("#text", "# Notes\n\nFor everyone.\n")
    page.select_option("#language", "md")
    page.click("#upload [type=submit]")
    page.wait_for_url("**/view/**")
    return page


def _closed(stage: Stage) -> Page:
    """Where nobody may upload."""
    stage.bare.goto(stage.beside(ANONYMOUS_UPLOADS="off").url)
    return stage.bare


def _switched_off(stage: Stage) -> Page:
    stage.server.command("switch", "FILE_CREATE", "on")
    page = stage.logged_out("/")
    stage.server.command("switch", "FILE_CREATE", "off")
    return page


def _deletion(stage: Stage) -> Page:
    return stage.logged_out(stage.deletion)


STATES: dict[str, State] = {
    "upload-nobody": of_nobody("/"),
    "upload": of_ann("/"),
    "limits": of_nobody("/limits"),
    "limits-own": of_ann("/limits"),
    "privacy": of_nobody("/privacy"),
    "upload-receipt": _receipt,
    "upload-closed": _closed,
    "upload-off": _switched_off,
    "uploading-empty": _filled_in(),
    "uploading-chosen": _filled_in(*_CHOSEN),
    "uploading-dropping": _dropping,
    "uploading-progress": _under_way(lambda route: None),
    "uploading-stuck": _under_way(lambda route: route.fulfill(**_LATER)),  # type: ignore[arg-type]  # as above
    "uploading-refused": _under_way(_refuse_the_second),
    "uploading-done": _done,
    "uploading-several": _under_way(lambda route: route.continue_()),
    "delete": _deletion,
    "error-404": of_nobody("/0123456789abcdef"),
}
