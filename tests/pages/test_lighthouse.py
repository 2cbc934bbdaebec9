"""Lighthouse on a telephone and on a desk: accessibility, best practices, and what search engines need.

Its performance is measured, not tested: `python -m tests.lighthouse`.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.pages import tools
from tests.running import Server

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.slow, pytest.mark.timeout(600)]

TEXT = "def greet(name):\n    return f'Good morning, {name}'\n" * 20


@pytest.fixture
def text_page(server: Server) -> str:
    address = requests.put(f"{server.url}/greeting.py", data=TEXT, timeout=20).text.strip().rpartition("/")[2]
    return f"{server.url}/view/{address}"


def below_100(looks: list[dict[str, Any]]) -> list[str]:
    """The pages that miss something, and what: scores are 100 where nothing that counts is missed."""
    return [
        f"{look['url']} {look['factor']}: {look['scores']}: {'; '.join(look['shortcomings'])}"
        for look in looks
        if set(look["scores"].values()) != {100}
    ]


def test_pages_that_anybody_may_find_have_100_of_everything(server: Server) -> None:
    tools.needs_tools()
    looks = tools.lighthouse("accessibility,best-practices,seo", "1", f"{server.url}/", f"{server.url}/api")

    assert len(looks) == 4
    assert below_100(looks) == []


def test_the_page_of_a_text_has_100_but_for_search_engines_which_are_to_leave_it(text_page: str) -> None:
    tools.needs_tools()
    looks = tools.lighthouse("accessibility,best-practices", "1", text_page)

    assert len(looks) == 2
    assert below_100(looks) == []
