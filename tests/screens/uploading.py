"""The upload page, and what comes of it."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.screens.stage import Stage, State, of_ann, of_nobody


def _deletion(stage: Stage) -> Page:
    return stage.logged_out(stage.deletion)


STATES: dict[str, State] = {
    "upload-nobody": of_nobody("/"),
    "upload": of_ann("/"),
    "delete": _deletion,
    "error-404": of_nobody("/0123456789abcdef"),
}
