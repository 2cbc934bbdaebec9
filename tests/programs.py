"""Programs that some tests need and that are no Python packages: a browser, pastebinit.

Where one is missing, a test says so and is left out on a desk, and fails on CI
(`CI=true`): there, nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def needs_program(*names: str) -> str:
    """The path of the first of *names* that is installed.

    Call it in the test or in a fixture. Names after the first are other spellings
    of the same program (`chromium`, `chromium-browser`).
    """
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        missing(f"{names[0]} is not installed (docs/development.md says what the tests need)")
    return path


def missing(what: str) -> NoReturn:
    """End this test, as left out or, on CI, as failed, because *what* is not here."""
    if os.environ.get("CI", "").lower() in ("1", "on", "true", "yes"):
        pytest.fail(f"{what}; on CI nothing is skipped", pytrace=False)
    pytest.skip(what)
