"""The image host's protocol as docs/api.md shows it, line by line with a real curl."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.conftest import PASSWORD
from tests.programs import needs_program
from tests.running import ROOT, Server

pytestmark = [pytest.mark.external, pytest.mark.slow]

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def _lines() -> list[str]:
    """The commands of the section, without the one that says where the server is."""
    section = (ROOT / "docs" / "api.md").read_text("utf-8").partition("\n## Images\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\$ (.*)$", section, re.M)
    assert lines[0].startswith("HOST=")
    return lines[1:]


def test_the_lines_of_the_docs_do_what_they_say(server: Server, tmp_path):
    needs_program("curl")
    server.command("user", "add", "ann", "--password-stdin", stdin=f"{PASSWORD}\n")
    (tmp_path / "image.png").write_bytes(PNG)

    script = "\n".join(line.replace("curl -s", "curl -sS --fail-with-body -s") for line in _lines())
    done = subprocess.run(
        [needs_program("bash"), "-euo", "pipefail", "-c", f"HOST={server.url}\n{script}"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "mine.png").read_bytes() == (tmp_path / "shared.png").read_bytes() == PNG
    login, listed, shown, hidden, deleted = (json.loads(line) for line in done.stdout.splitlines() if line)
    assert login["username"] == "ann"
    assert listed["images"] == [shown]
    assert hidden["privateKey"] == "a long enough one"
    assert deleted["message"] == "Image deleted successfully"
