"""What docs/operating.md tells operators to do, done to the letter: the proxy, the backup, the change of the key."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from tests import proxying
from tests.programs import needs_program
from tests.proxying import Proxied
from tests.running import ROOT, Server

pytestmark = [pytest.mark.external, pytest.mark.slow]

PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
MIB = 1 << 20


def _block(language: str, containing: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)
    return next(block for block in blocks if containing in block)


def _sh(script: str, *paths: tuple[str, Path]) -> None:
    for written, real in paths:
        script = script.replace(written, str(real))
    ran = subprocess.run([needs_program("sh"), "-eu", "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def _curl(*arguments: str, stdin: BinaryIO | None = None) -> tuple[int, str]:
    """The status and the body; the certificate is one that nobody signed."""
    command = [needs_program("curl"), "-sk", "--max-time", "60", "-w", "\n%{http_code}", *arguments]
    ran = subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True, text=True, check=True)
    body, _, status = ran.stdout.rpartition("\n")
    return int(status), body


# ---- behind nginx


@pytest.fixture
def proxied(make_server: Callable[..., Server], tmp_path: Path) -> Iterator[Proxied]:
    with proxying.proxied(make_server, tmp_path, MAX_FILE_SIZE=64 * MIB) as behind:
        yield behind


def test_behind_the_proxy_files_go_up_and_down(proxied, tmp_path):
    (tmp_path / "large.bin").write_bytes(bytes(range(256)) * (40 * MIB // 256))

    known = _curl("-F", f"file=@{tmp_path}/large.bin", f"{proxied.url}/api/upload")
    with (tmp_path / "large.bin").open("rb") as pipe:
        piped = _curl("-T", "-", f"{proxied.url}/", stdin=pipe)
    link = json.loads(known[1])["url"]
    subprocess.run(["curl", "-skf", link, "-o", tmp_path / "back.bin"], check=True)

    assert link.startswith(f"{proxied.url}/")
    assert piped == (201, f"{link}\n")
    assert (tmp_path / "back.bin").read_bytes() == (tmp_path / "large.bin").read_bytes()


def test_behind_the_proxy_a_refusal_reaches_the_client(proxied, tmp_path):
    (tmp_path / "too-large.bin").write_bytes(bytes(80 * MIB))

    status, body = _curl("-F", f"file=@{tmp_path}/too-large.bin", f"{proxied.url}/api/upload")

    assert status == 413
    assert json.loads(body)["code"] == "BODY_TOO_LARGE_ERROR"


def test_behind_the_proxy_clients_have_addresses_of_their_own(proxied):
    _curl("--interface", "127.0.0.9", "-d", "text=hello", f"{proxied.url}/upload")

    with sqlite3.connect(proxied.server.instance / "pastebin.sqlite") as database:
        subjects = database.execute("SELECT subject FROM counters WHERE name = 'anonymous bytes'").fetchall()
    assert subjects == [("127.0.0.9",)]


def test_behind_the_proxy_the_cookie_is_for_https_alone(proxied):
    proxied.server.command("user", "add", "bob", "--password-stdin", stdin="correct horse battery\n")
    _status, answer = _curl(
        "-D", "-", "-o", "/dev/null", "-d", "username=bob&password=correct horse battery", f"{proxied.url}/login"
    )

    cookie = next(line for line in answer.splitlines() if line.lower().startswith("set-cookie"))
    assert "__Host-pastebin_session=" in cookie
    assert "Secure" in cookie


def test_the_proxys_log_keeps_secrets_out(proxied):
    made = json.loads(_curl("-F", "file=@-;filename=a", "-F", "private=1", f"{proxied.url}/api/upload")[1])
    token = made["deletion_url"].rpartition("/")[2]

    _curl(made["url"])
    _curl(f"{proxied.url}/reset/{token}")
    _curl(f"{proxied.url}/verify/{token}")
    _curl(made["deletion_url"])

    time.sleep(0.2)
    log = proxied.log.read_text()
    assert made["uuid"] in log
    assert token not in log
    assert "key=" not in log


def test_the_proxy_writes_down_no_secret_where_the_server_is_not_there(proxied):
    proxied.server.stop()

    statuses = [
        _curl("-X", "DELETE", f"{proxied.url}/api/file/some-id?deletepassword=SECRET")[0],
        _curl("-T", proxied.log, f"{proxied.url}/api/file/some-id/0?uploadpassword=SECRET")[0],
        _curl(f"{proxied.url}/some-id?key=SECRET")[0],
    ]

    time.sleep(0.2)
    assert statuses == [502, 502, 502]
    assert proxied.log.read_text().count("some-id") == 3
    assert [log.name for log in proxied.log.parent.glob("*.log") if "SECRET" in log.read_text()] == []


# ---- backup, and the change of the key


def _put(server: Server, content: bytes, key: str) -> str:
    command = ["curl", "-sf", "-T", "-", "-H", f"Authorization: Bearer {key}", f"{server.url}/"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().strip()


def test_a_backup_of_a_running_server_is_whole(make_server, tmp_path):
    needs_program("sqlite3")
    server = make_server()
    key = server.make_key("ann")
    paths = [_put(server, b"content %d" % number, key).removeprefix(server.url) for number in range(20)]

    _sh(_block("sh", "sqlite3"), ("/srv/paste", server.instance), ("/backup/paste", tmp_path / "backup"))
    _put(server, b"after the backup", key)
    server.kill()

    restored = make_server(tmp_path / "backup")
    checked = restored.command("fsck", "--deep", "--repair")
    assert "0 faults" in checked.stdout, checked.stdout + checked.stderr
    for number, path in enumerate(paths):
        assert _curl(restored.url + path) == (200, f"content {number}")
    assert _put(restored, b"with the same key", key).startswith(restored.url)


def test_after_a_change_of_the_secret_key_old_keys_stand_until_the_old_one_is_taken_out(make_server):
    server = make_server()
    old = server.make_key("ann")
    server.stop()

    _sh(_block("sh", "SECRET_KEY_FALLBACKS"), ("/srv/paste", server.instance))
    server.start()
    new = server.make_key("ann")
    both = [_put(server, b"x", key) for key in (old, new)]
    server.stop()
    (server.instance / "config.py").unlink()
    server.start()

    assert all(link.startswith(server.url) for link in both)
    assert _put(server, b"x", new).startswith(server.url)
    assert _curl("-T", "/dev/null", "-H", f"Authorization: Bearer {old}", f"{server.url}/")[0] == 401
