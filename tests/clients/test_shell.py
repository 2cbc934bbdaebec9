"""The shell function that the server hands out, in a real shell with a real curl."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.programs import needs_program
from tests.running import Server

pytestmark = [pytest.mark.external, pytest.mark.slow]


def _run(server: Server, script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    needs_program("curl")
    load = f'eval "$(curl -sS {server.url}/api/clients/paste.sh)"'
    return subprocess.run(
        [needs_program("sh"), "-c", f"{load}\n{script}"], cwd=folder, env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_files_and_pipes_become_links(server, tmp_path):
    (tmp_path / "two words.txt").write_text("one\n")
    (tmp_path / "empty").write_text("")

    links = _run(server, "pb 'two words.txt' empty && echo piped | pb", tmp_path)

    assert links.returncode == 0, links.stderr
    named, empty, piped = links.stdout.splitlines()
    read = _run(server, f"curl -sSf {named} {empty} {piped}", tmp_path)
    assert read.stdout == "one\npiped\n"


def test_a_key_makes_them_ones_own(server, tmp_path):
    key = server.make_key("ann")

    deleted = _run(
        server, f'curl -sSf -X DELETE -H "Authorization: Bearer {key}" "$(echo mine | pb)" && echo gone',
        tmp_path, PB_KEY=key,
    )  # fmt: skip

    assert deleted.stdout == "gone\n", deleted.stderr


def test_a_refusal_is_told_and_ends_it(server, tmp_path):
    refused = _run(server, "echo x | pb", tmp_path, PB_KEY="pb_mistyped")

    assert refused.returncode != 0
    assert "not valid" in refused.stdout
