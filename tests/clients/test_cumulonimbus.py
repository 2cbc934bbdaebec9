"""cumulonimbus-wrapper, the published client of the management API, as it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.programs import needs_program
from tests.running import Server

pytestmark = [pytest.mark.external, pytest.mark.slow, pytest.mark.timeout(180)]

DRIVER = Path(__file__).parent / "cumulonimbus"


@pytest.fixture
def drive(server: Server, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Install the client by its lock file, and run the driver as a new user."""
    npm, node = needs_program("npm"), needs_program("node", "nodejs")
    shutil.copytree(DRIVER, tmp_path / "driver")
    subprocess.run([npm, "ci", "--silent"], cwd=tmp_path / "driver", check=True, timeout=120)
    made = server.command("user", "add", "carl", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr

    def run() -> dict[str, Any]:
        ran = subprocess.run(
            [node, "drive.mjs", f"{server.url}/api", "carl", PASSWORD],
            cwd=tmp_path / "driver", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return dict(json.loads(ran.stdout))

    return run


def test_it_uploads_lists_renames_extends_and_deletes(drive, server):
    seen = drive()

    assert seen["self"]["username"] == "carl"
    assert [file["count"] for file in (seen["list"], seen["left"])] == [3, 0]
    assert [file["id"] for file in seen["list"]["items"]] == seen["ids"][:2]
    assert seen["one"]["filename"] == "notes.md"
    assert seen["one"]["userID"] == seen["self"]["uid"]
    assert (seen["named"]["name"], seen["unnamed"]["name"]) == ("My notes", None)
    assert seen["extended"]["id"] == seen["ids"][0].replace(".md", ".txt")
    assert seen["old"] == ["ResponseError", "INVALID_FILE_ERROR"]
    assert seen["nameless"] == ["MissingFieldsError", "MISSING_FIELDS_ERROR"]
    assert seen["staff"] == seen["switches"] == ["ResponseError", "INSUFFICIENT_PERMISSIONS_ERROR"]
    assert seen["deleted"]["code"] == "DELETE_FILE_SUCCESS"
    assert (seen["several"]["code"], seen["several"]["count"]) == ("DELETE_FILES_SUCCESS", 1)
    assert seen["wrong"] == ["ResponseError", "INVALID_PASSWORD_ERROR"]
    assert (seen["all"]["code"], seen["all"]["count"]) == ("DELETE_FILES_SUCCESS", 1)
    assert seen["stranger"] == ["ResponseError", "INVALID_SESSION_ERROR"]
    assert all(url.startswith(f"{server.url}/") for url in seen["urls"])


def test_it_reads_how_it_stands_with_every_limit(drive):
    limits = dict(drive()["limits"])

    assert limits["named"]["limit"] == limits["unnamed"]["limit"] == limits["extended"]["limit"] == 20
    assert (limits["all"]["limit"], limits["all"]["remaining"]) == (1, 0)
    assert all(limit and limit["remaining"] < limit["limit"] and limit["reset"] > 0 for limit in limits.values())
