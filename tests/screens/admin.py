"""What the staff see."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.screens.encrypted import encrypted_file
from tests.screens.stage import Stage, State, of_staff


def _file(stage: Stage) -> Page:
    return stage.as_staff(f"/admin{stage.managed}")


def _takedown(stage: Stage) -> Page:
    page = stage.as_staff("/admin/takedowns?digest=" + "0123456789abcdef" * 4)
    page.fill("#reason", "The photographer asked for it, and was right.")
    page.click("main button")
    return page


def _takedown_asked(stage: Stage) -> Page:
    page = stage.as_staff(f"/admin{stage.managed}")
    page.click("text=Take this content down")
    return page


def _invited(stage: Stage) -> Page:
    stage.server.command("user", "change", "eve", "--quota", "10MiB", "--email", "none")
    page = stage.as_staff("/admin/users/2")
    page.click("text=Make a link for a new password")
    return page


def _encrypted(stage: Stage) -> Page:
    encrypted_file(stage)
    return stage.as_staff("/admin/encrypted")


def _encrypted_file(stage: Stage) -> Page:
    page = _encrypted(stage)
    page.click("tbody a")
    return page


def _global_switch(stage: Stage) -> Page:
    page = stage.as_staff("/admin")
    page.locator("tr", has_text="GLOBAL").get_by_role("button").click()
    return page


def _switched(stage: Stage) -> Page:
    """The last state of all: these stay on."""
    page = stage.as_staff("/admin")
    for name in ("FILE_CREATE", "ACCOUNT_LOGIN"):
        page.locator("tr", has_text=name).get_by_role("button").click()
    return page


STATES: dict[str, State] = {
    "admin": of_staff("/admin"),
    "admin-users": of_staff("/admin/users"),
    "admin-users-search": of_staff("/admin/users?q=nothing"),
    "admin-user": of_staff("/admin/users/2"),
    "admin-user-new": of_staff("/admin/users/new"),
    "admin-user-remove": of_staff("/admin/users/2/delete"),
    "admin-user-invited": _invited,
    "admin-files": of_staff("/admin/files"),
    "admin-file": _file,
    "admin-takedowns": _takedown,
    "admin-takedown-asked": _takedown_asked,
    "admin-encrypted": _encrypted,
    "admin-encrypted-file": _encrypted_file,
    "admin-audit": of_staff("/admin/audit"),
    "admin-health": of_staff("/admin/health"),
    "admin-settings": of_staff("/admin/settings"),
    "admin-switch-global": _global_switch,
    "admin-switched": _switched,
}
