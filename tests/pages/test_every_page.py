"""All pages in all states of tests/screens, with JavaScript and without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages import tools, tour
from tests.pages.tour import Sight
from tests.screens import chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.external,
    pytest.mark.slow,
    pytest.mark.timeout(1200),  # a walk is made before the first of its tests
]

# What the server refuses there is what the state is about.
REFUSED = {
    "login-wrong": {"401 POST /login"},
    "register-refused": {"400 POST /register"},
    "dead-link": {"404 GET /reset/dead"},
    "error-404": {"404 GET /0123456789abcdef"},
    "uploading-stuck": {"429 POST /api/upload"},
    "uploading-refused": {"507 POST /api/upload"},
    "files-renaming": {"400 PATCH /api/users/me/files/UUID"},
    "files-grid-renaming": {"400 PATCH /api/users/me/files/UUID"},
    "files-unreachable": {"net::ERR_FAILED GET /files"},
    "encrypting-stuck": {"429 PUT /api/file/UUID/0"},
}

# Of the picture that is damaged, wherever the grid is shown.
NO_THUMBNAIL = "400 GET /UUID/thumb"


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without"])
def test_nothing_is_wrong_with_any_page_wide_or_narrow_light_or_dark(
    only_own_settings: None, tmp_path: Path, scripts: bool
) -> None:
    """One test, since a walk takes minutes: axe, the browser's complaints, what was asked for in vain, width, HTML."""
    tools.needs_tools()
    with chromium() as browser:
        sights = tour.walk(browser, scripts=scripts)
    for name, sight in sights.items():
        (tmp_path / f"{name}.html").write_text(sight.html, "utf-8")

    assert {name: sight.violations for name, sight in sights.items() if sight.violations} == {}
    assert {name: sight.complaints for name, sight in sights.items() if sight.complaints} == {}
    assert refused(sights) == {name: what for name, what in REFUSED.items() if name in sights}
    assert {name: sight.overflows for name, sight in sights.items() if sight.overflows} == {}
    assert tools.html_errors(tmp_path) == []


def refused(sights: dict[str, Sight]) -> dict[str, set[str]]:
    failed = {name: set(sight.failures) - {NO_THUMBNAIL} for name, sight in sights.items()}
    return {name: what for name, what in failed.items() if what}


# ---- the tools themselves


BROKEN = "<!doctype html><html lang=en><title>x</title><main><h1>x</h1><p hidden=1>x</p><img src=/x.png></main>"


def test_html_validate_does_find_errors(tmp_path: Path) -> None:
    tools.needs_tools()
    (tmp_path / "broken.html").write_text(BROKEN, "utf-8")

    assert "wcag/h37" in " ".join(tools.html_errors(tmp_path))


@pytest.mark.parametrize("runs_scripts", [True, False], ids=["with-javascript", "without"])
def test_axe_does_find_violations(runs_scripts: bool) -> None:
    tools.needs_tools()
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=runs_scripts).new_page()
        page.route("http://paste.example/", lambda route: route.fulfill(body=BROKEN, content_type="text/html"))
        page.goto("http://paste.example/")
        seen = tour.Examiner(browser).look(page, runs_scripts=runs_scripts)

    assert [violation.partition(":")[0] for violation in seen.violations] == ["image-alt"]
