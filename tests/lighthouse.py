"""`python -m tests.lighthouse [ROUNDS]`: how quick pages are, as Lighthouse sees it: the median of five, 0 to 100.

Simulates a telephone on a slow line, and a desk. Never a test: the number
depends on the machine and on what else it does.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

import requests

from tests.pages import tools
from tests.running import Server

_CATEGORY = "performance"
_TEXT = "def greet(name):\n    return f'Good morning, {name}'\n" * 100


def main(rounds: int) -> None:
    """Measure and print, a line for each page and form factor."""
    with tempfile.TemporaryDirectory() as scratch:
        server = Server(Path(scratch) / "instance")
        try:
            urls = _pages(server.start())
            looks = tools.lighthouse(_CATEGORY, str(rounds), *urls)
        finally:
            server.stop()
    for url in urls:
        for factor in ("mobile", "desktop"):
            scores = [look["scores"][_CATEGORY] for look in looks if (look["url"], look["factor"]) == (url, factor)]
            print(f"{statistics.median(scores):5.0f}  {factor:8} {url.removeprefix(server.url):24} {sorted(scores)}")


def _pages(server: Server) -> list[str]:
    address = requests.put(f"{server.url}/greeting.py", data=_TEXT, timeout=20).text.strip().rpartition("/")[2]
    return [f"{server.url}{path}" for path in ("/", "/api", f"/view/{address}")]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
