"""Two accounts, and images of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import bearer
from tests.forms import upload

Headers = dict[str, str]


@pytest.fixture
def ann(make_key: Callable[..., str]) -> Headers:
    """Ann's key, as a header."""
    return bearer(make_key("ann"))


@pytest.fixture
def bob(make_key: Callable[..., str]) -> Headers:
    """Bob's key, as a header."""
    return bearer(make_key("bob"))


@pytest.fixture
def upload_image(client: FlaskClient) -> Callable[..., dict[str, Any]]:
    """Upload an image that no other is like."""
    made = 0

    def send(headers: Headers | None = None, filename: str = "dot.gif", **fields: str) -> dict[str, Any]:
        nonlocal made
        made += 1
        return upload(client, b"GIF89a\x01\x00\x01\x00\x00\x00\x00;%d" % made, filename, headers=headers, **fields)

    return send
