"""Everything that the pages show for programs, run as it stands: with a key from `/keys`, without one from `/api`."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml

from tests.programs import needs_program
from tests.running import Server

pytestmark = [pytest.mark.external, pytest.mark.slow]

PASSWORD = "correct horse battery"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
TEXT = "größer\n"


@dataclass(frozen=True)
class Page:
    """What a page shows, by the name of the program, and what can be saved from it, by the file's."""

    url: str
    texts: dict[str, str]
    files: dict[str, str]
    key: str | None

    def reads(self, link: str) -> bytes:
        """What is behind a link that was printed; it is somebody's where the page had a key."""
        assert link.startswith(f"{self.url}/"), link
        answer = requests.get(link, timeout=20)
        assert answer.status_code == 200, link
        assert self.owns(link) == bool(self.key)
        return answer.content

    def owns(self, link: str) -> bool:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        # 409: it is theirs more than once.
        return requests.delete(link, headers=headers, timeout=20).status_code in (204, 409)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("served") / "instance").start()
    yield started
    started.stop()


@pytest.fixture(scope="module", params=["with a key", "without a key"])
def page(request: pytest.FixtureRequest, server: Server) -> Page:
    """The page `/keys`, on which a key was just made; or `/api`, read by nobody."""
    if request.param == "without a key":
        return _read(server, requests.get(f"{server.url}/api", timeout=20).text)
    server.command("user", "add", "ann", "--password-stdin", stdin=f"{PASSWORD}\n")
    ann = requests.Session()
    ann.post(f"{server.url}/login", data={"username": "ann", "password": PASSWORD}, timeout=20)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', ann.get(f"{server.url}/keys", timeout=20).text)[0]
    wanted = {"csrf_token": token, "name": "x", "scopes": ["UPLOAD_FILE", "FILE_MODIFY"]}
    made = ann.post(f"{server.url}/keys", data=wanted, timeout=20)
    assert made.status_code == 201
    return _read(server, made.text)


def _read(server: Server, text: str) -> Page:
    texts = dict(re.findall(r'<code id="text-(\w+)">(.*?)</code>', text, re.S))
    files = {name: _saved(server, link) for link, name in re.findall(r'<a href="([^"]+)" download="([^"]+)"', text)}
    key = re.findall(r'id="secret"[^>]*>([^<]+)<', text)
    return Page(server.url, {name: html.unescape(each) for name, each in texts.items()}, files, key[0] if key else None)


def _saved(server: Server, link: str) -> str:
    if link.startswith("data:"):
        return base64.b64decode(link.partition(",")[2]).decode()
    return requests.get(server.url + link, timeout=20).text


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder to work in, which is a home of its own too, with a folder `bin` on the path."""
    (tmp_path / "notes.txt").write_text(TEXT)
    (tmp_path / "bin").mkdir()
    return tmp_path


def _run(desk: Path, *command: str, **environment: str) -> str:
    known = {"PATH": f"{desk / 'bin'}:{os.environ['PATH']}", "HOME": str(desk), "LANG": "C.UTF-8", "USER": "ann"}
    needs_program("curl")
    ran = subprocess.run(
        [needs_program(command[0]), *command[1:]], cwd=desk, env={**known, **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _stub(desk: Path, name: str, script: str) -> None:
    (desk / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
    (desk / "bin" / name).chmod(0o755)


def _ci(page: Page) -> dict[str, str]:
    return {"PASTE_KEY": page.key} if page.key else {}


def test_the_lines_for_curl(page: Page, desk: Path) -> None:
    first, second, told = _run(desk, "sh", "-ec", page.texts["curl"]).split("\n", 2)

    assert page.reads(first) == TEXT.encode()
    assert b"notes.txt" in page.reads(second)
    answer = json.loads(told)
    assert (answer["limit"], answer["isPrivate"]) == (3, True)


def test_the_shell_function(page: Page, desk: Path) -> None:
    (desk / "pb.sh").write_text(page.files["paste.sh"])
    link = _run(desk, "sh", "-c", ". ./pb.sh; pb notes.txt")

    assert page.reads(link.strip()) == TEXT.encode()


def test_sharex(page: Page) -> None:
    uploader = json.loads(page.files["sharex.sxcu"])
    form = {uploader["FileFormName"]: ("shot.png", PNG)}
    answer = requests.post(uploader["RequestURL"], files=form, headers=uploader.get("Headers"), timeout=20).json()

    assert page.reads(answer["url"]) == PNG


@pytest.mark.parametrize(("display", "program"), [("wayland-0", "wl-copy"), ("", "xclip")])
def test_a_screenshot_with_flameshot_is_copied_as_a_link(page: Page, desk: Path, display: str, program: str) -> None:
    (desk / "shot").write_bytes(PNG)
    _stub(desk, "flameshot", '[ "$*" = "gui --raw" ] && cat shot')
    _stub(desk, program, "cat > copied")
    (desk / "flameshot.sh").write_text(page.files["flameshot.sh"])
    link = _run(desk, "sh", "flameshot.sh", WAYLAND_DISPLAY=display).strip()

    assert (desk / "copied").read_text() == link
    assert page.reads(link) == PNG


def test_a_screenshot_that_was_given_up_is_not_uploaded(page: Page, desk: Path) -> None:
    _stub(desk, "flameshot", "exit 0")
    (desk / "flameshot.sh").write_text(page.files["flameshot.sh"])

    ran = subprocess.run(
        ["sh", "flameshot.sh"],
        cwd=desk,
        env={"PATH": f"{desk / 'bin'}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, b"")


def test_the_script_for_ksnip(page: Page, desk: Path) -> None:
    (desk / "two words.png").write_bytes(PNG)
    (desk / "ksnip.sh").write_text(page.files["ksnip.sh"])

    assert page.reads(_run(desk, "sh", "ksnip.sh", str(desk / "two words.png")).strip()) == PNG


def test_pastebinit(page: Page, desk: Path) -> None:
    (desk / ".pastebin.d").mkdir()
    (desk / ".pastebin.d" / "here.conf").write_text(page.files["pastebinit.conf"])
    link = _run(desk, "pastebinit", "-b", page.url.removeprefix("http://"), "-i", "notes.txt")

    assert page.reads(link.strip()) == TEXT.rstrip().encode()


def test_the_step_for_github(page: Page, desk: Path) -> None:
    (desk / "report.html").write_text(TEXT)
    (step,) = yaml.safe_load(page.texts["github"])
    (desk / "step").write_text(step["run"])
    link = _run(desk, "bash", "-eo", "pipefail", "step", GITHUB_STEP_SUMMARY=str(desk / "summary"), **_ci(page))

    assert (desk / "summary").read_text() == link
    assert step.get("env", {}) == ({"PASTE_KEY": "${{ secrets.PASTE_KEY }}"} if page.key else {})
    assert page.reads(link.strip()) == TEXT.encode()


def test_the_job_for_gitlab(page: Page, desk: Path) -> None:
    (desk / "report.html").write_text(TEXT)
    job = yaml.safe_load(page.texts["gitlab"])["report"]
    link = _run(desk, "sh", "-ec", "\n".join(job["after_script"]), **_ci(page))

    assert page.reads(link.strip()) == TEXT.encode()


def test_the_alias_for_git(page: Page, desk: Path) -> None:
    (desk / "alias").write_text(page.texts["git"])
    make = "sh alias && git init -q && git add notes.txt && echo more >> notes.txt && git paste"
    link = _run(desk, "sh", "-ec", make)

    assert b"+more" in page.reads(link.strip())


def test_nothing_that_is_shown_is_left_out_here(page: Page) -> None:
    # PowerShell is no program of Linux.
    assert page.texts.keys() - {"powershell"} == {
        "curl", "shell", "sharex", "flameshot", "ksnip", "pastebinit", "github", "gitlab", "git",
    }  # fmt: skip
