"""What the staff see."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.screens.stage import Stage, State, of_staff


def _file(stage: Stage) -> Page:
    return stage.as_staff(f"/admin{stage.managed}")


def _takedown(stage: Stage) -> Page:
    page = stage.as_staff("/admin/takedowns?digest=" + "0123456789abcdef" * 4)
    page.fill("#reason", "The photographer asked for it, and was right.")
    page.click("main button")
    return page


STATES: dict[str, State] = {
    "admin": of_staff("/admin"),
    "admin-users": of_staff("/admin/users"),
    "admin-user": of_staff("/admin/users/2"),
    "admin-files": of_staff("/admin/files"),
    "admin-file": _file,
    "admin-takedowns": _takedown,
    "admin-audit": of_staff("/admin/audit"),
}
