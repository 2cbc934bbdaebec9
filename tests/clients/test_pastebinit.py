"""pastebinit as Debian ships it, configured by the file that the server hands out."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import needs_program
from tests.running import Server

pytestmark = [pytest.mark.external, pytest.mark.slow]

PASTE = "größer = 1 < 2\n\n# und unten\n"
# pastebinit itself drops what is empty at the end.
ARRIVES = PASTE.rstrip()

Pastebinit = Callable[..., str]


@pytest.fixture
def pastebinit(server: Server, tmp_path: Path) -> Pastebinit:
    """Run pastebinit in a home of its own, set up with the server's file; *change* alters that file's text."""
    program = needs_program("pastebinit")
    sites = tmp_path / "home" / ".pastebin.d"
    sites.mkdir(parents=True)
    # What this desk is set up with must not reach it.
    settings = {name: text for name, text in os.environ.items() if not name.startswith("XDG_")}

    def run(*arguments: str, stdin: str = "", change: Callable[[str], str] = str) -> str:
        (sites / "here.conf").write_text(change(_text(f"{server.url}/api/clients/pastebinit.conf")))
        ran = subprocess.run(
            [program, "-b", f"127.0.0.1:{server.port}", *arguments],
            env={**settings, "HOME": str(tmp_path / "home"), "USER": "ann"},
            input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout.strip()

    return run


def _text(url: str, headers: dict[str, str] | None = None) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=30) as answer:
        return answer.read().decode()


def test_it_prints_the_link_of_what_it_pasted(server, pastebinit):
    link = pastebinit(stdin=PASTE)

    assert link.startswith(f"{server.url}/")
    assert _text(link) == ARRIVES


def test_a_file_and_a_title_that_names_it(server, pastebinit, tmp_path):
    (tmp_path / "notes.py").write_text(PASTE)

    link = pastebinit("-t", "notes.py", "-i", str(tmp_path / "notes.py"))

    assert _text(f"{link}.py") == ARRIVES


def test_its_format_is_the_language(server, pastebinit):
    key = server.make_key("ann")
    for arguments in ((), ("-f", "python")):
        pastebinit(*arguments, stdin=PASTE, change=lambda text: text.replace("#key", "key").replace("YOUR_KEY", key))

    told = json.loads(_text(f"{server.url}/api/users/me/files", {"Authorization": f"Bearer {key}"}))
    assert [each["filename"] for each in told["items"]] == ["paste.py", "paste.txt"]


def test_without_the_regular_expression_it_prints_the_page(server, pastebinit):
    def for_pages(text: str) -> str:
        return "\n".join(line for line in text.splitlines() if not line.startswith(("paste_regexp", "api =")))

    link = pastebinit(stdin=PASTE, change=for_pages)

    assert link.startswith(f"{server.url}/view/")
    assert "unten" in _text(link)


def test_with_a_key_the_paste_is_ones_own(server, pastebinit):
    key = server.make_key("ann")

    link = pastebinit(stdin=PASTE, change=lambda text: text.replace("#key", "key").replace("YOUR_KEY", key))

    delete = urllib.request.Request(link, method="DELETE", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(delete, timeout=30) as answer:
        assert answer.status == 204
