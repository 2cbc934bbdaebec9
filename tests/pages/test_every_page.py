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


def test_axe_finds_nothing_wide_or_narrow_light_or_dark(sights: dict[str, Sight]) -> None:
    assert {name: sight.violations for name, sight in sights.items() if sight.violations} == {}


def test_the_browser_has_no_complaint_no_breach_of_the_policy_and_no_request_to_elsewhere(
    sights: dict[str, Sight],
) -> None:
    assert {name: sight.complaints for name, sight in sights.items() if sight.complaints} == {}


def test_nothing_is_asked_for_in_vain_but_what_a_state_is_about(sights: dict[str, Sight]) -> None:
    failed = {name: set(sight.failures) - {NO_THUMBNAIL} for name, sight in sights.items()}

    assert {name: what for name, what in failed.items() if what} == {
        name: what for name, what in REFUSED.items() if name in sights
    }


def test_no_page_is_wider_than_its_window(sights: dict[str, Sight]) -> None:
    assert {name: sight.overflows for name, sight in sights.items() if sight.overflows} == {}


def test_html_validate_finds_no_error(sights: dict[str, Sight], tmp_path: Path) -> None:
    for name, sight in sights.items():
        (tmp_path / f"{name}.html").write_text(sight.html, "utf-8")

    assert tools.html_errors(tmp_path) == []


# ---- the tools themselves


BROKEN = "<!doctype html><html lang=en><title>x</title><main><h1>x</h1><p hidden=1>x<img src=/x.png></main>"


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
