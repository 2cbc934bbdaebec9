"""Keys, and what programs are told."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.screens.stage import Stage, State, of_ann, of_nobody


def _made_key(stage: Stage) -> Page:
    page = stage.logged_in("/keys")
    page.fill("#name", "backup of the photographs")
    page.click("text=Make the key")
    return page


STATES: dict[str, State] = {
    "keys": of_ann("/keys"),
    "keys-made": _made_key,
    "api": of_ann("/api"),
    "api-reference": of_nobody("/api/reference"),
    "api-section": of_nobody("/api/reference/files"),
}
