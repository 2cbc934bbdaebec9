"""People at their browsers."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from pastebin.services import accounts
from pastebin.services.actor import User
from tests import browsing
from tests.screens import chromium
from tests.web.visiting import Visitor


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all tests of a file."""
    with chromium() as started:
        yield started


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody without an account."""
    return Visitor(app.test_client())


@pytest.fixture
def ann(app: Flask, make_user: Callable[..., User]) -> Visitor:
    """Somebody with an account, logged in."""
    return Visitor(browsing.log_in(app, make_user("ann")).client)


def logged_in(app: Flask, name: str = "ann") -> Visitor:
    """One more browser in which this person is logged in."""
    with app.app_context():
        user = accounts.find(name)
    return Visitor(browsing.log_in(app, user).client)
