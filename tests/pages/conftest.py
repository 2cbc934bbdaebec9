"""Two walks over all pages, each once: with JavaScript and without."""

from __future__ import annotations

import pytest
from _pytest.mark import ParameterSet

from tests.pages import tools, tour
from tests.pages.tour import Sight
from tests.screens import chromium


def _walk(name: str, *, scripts: bool) -> ParameterSet:
    """Made once: whatever looks at its sights runs in one process (`make test-all` has two)."""
    return pytest.param(scripts, id=name, marks=pytest.mark.xdist_group(f"every page {name}"))


@pytest.fixture(scope="session", params=[_walk("with-javascript", scripts=True), _walk("without", scripts=False)])
def sights(request: pytest.FixtureRequest, only_own_settings: None) -> dict[str, Sight]:
    """What was seen of every state, by its name."""
    tools.needs_tools()
    with chromium() as browser:
        return tour.walk(browser, scripts=request.param)
