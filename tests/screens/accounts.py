"""Accounts: logging in, registering, forgetting, closing."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page

from tests.screens.browser import PASSWORD, log_in
from tests.screens.stage import Stage, State, of_ann, of_nobody


def _wrong_login(stage: Stage) -> Page:
    stage.page.context.clear_cookies()
    log_in(stage.page, stage.url, password="wrong")
    return stage.page


def _refused_registration(stage: Stage) -> Page:
    page = stage.logged_out("/register")
    page.fill("#username", "-!-")
    page.fill("#password", "long enough")
    page.fill("#password_again", "long enough")
    page.click("main button")
    return page


def _asked_for_reset(stage: Stage) -> Page:
    page = stage.logged_out("/forgot")
    page.fill("#account", "eve")
    page.click("main button")
    return page


def _registered(stage: Stage) -> None:
    page = stage.logged_out("/register")
    for field, text in (("username", "m" * 64), ("password", PASSWORD), ("password_again", PASSWORD)):
        page.fill(f"#{field}", text)
    page.fill("#email", f"{'long' * 20}@{'example.' * 8}org")
    page.click("main button")


def _reset(stage: Stage) -> Page:
    _asked_for_reset(stage)
    return stage.logged_out(_mailed_link(stage, "reset"))


def _verify(stage: Stage) -> Page:
    _registered(stage)
    return stage.logged_out(_mailed_link(stage, "verify"))


def _mailed_link(stage: Stage, kind: str) -> str:
    """Of a mail in the log: there is no mail server."""
    for _ in range(100):
        if links := re.findall(rf"^{re.escape(stage.url)}(/{kind}/\S+)$", stage.server.log.read_text(), re.M):
            return str(links[-1])
        time.sleep(0.1)
    raise AssertionError("no mail in the log")


STATES: dict[str, State] = {
    "login": of_nobody("/login"),
    "login-wrong": _wrong_login,
    "register": of_nobody("/register"),
    "register-refused": _refused_registration,
    "forgot": of_nobody("/forgot"),
    "forgot-asked": _asked_for_reset,
    "reset": _reset,
    "verify": _verify,
    "dead-link": of_nobody("/reset/dead"),
    "account": of_ann("/account"),
    "close-account": of_ann("/account/delete"),
}
