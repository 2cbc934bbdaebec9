"""The programs of npm that look at pages: axe, html-validate, Lighthouse, by the lock file in requirements/pages."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.programs import missing, needs_program
from tests.running import ROOT
from tests.screens import CHROMIUM

FOLDER = ROOT / "requirements" / "pages"
_INSTALLED = FOLDER / "node_modules"


def needs_tools() -> None:
    """End this test, as left out or failed, where they are not installed."""
    needs_program("node", "nodejs")
    if not (_INSTALLED / ".package-lock.json").is_file():
        missing("what looks at pages is not installed (`make test-all` does it where npm is)")


def axe() -> str:
    """Its script, to run in a page."""
    return (_INSTALLED / "axe-core" / "axe.min.js").read_text("utf-8")


def html_errors(folder: Path) -> list[str]:
    """What html-validate finds in the files there: "NAME line N: rule: sentence"."""
    return list(_printed("html-validate.mjs", str(folder)))


def lighthouse(*arguments: str) -> list[dict[str, Any]]:
    """What requirements/pages/lighthouse.mjs prints: a report for each page and form factor."""
    return list(_printed("lighthouse.mjs", *arguments))


def _printed(*words: str) -> Any:
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    node = needs_program("node", "nodejs")
    ran = subprocess.run([node, *words], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
