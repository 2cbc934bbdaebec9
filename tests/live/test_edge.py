"""nginx in front keeps answers for a moment: none that is not true any more, and none that is not for anybody."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import proxying
from tests.live.client import Caller
from tests.live.test_stale import hammer
from tests.proxying import Proxied
from tests.running import Server
from tests.server.servers import Answer, Client

pytestmark = [pytest.mark.external, pytest.mark.slow]

# What tells servers and connections apart, and nothing of the file.
OF_THE_WAY = {"server", "date", "connection"}


@pytest.fixture
def front(make_server: Callable[..., Server], tmp_path: Path) -> Iterator[Proxied]:
    with proxying.proxied(make_server, tmp_path, tls=False, workers=2, RATE_LIMITS="off") as behind:
        yield behind


def ask(front: Proxied, path: str, method: str = "GET", fields: str = "") -> Answer:
    with Client(front.port) as client:
        client.say(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{front.port}\r\n{fields}\r\n".encode())
        return client.hear(has_body=method != "HEAD")


def upload(front: Proxied, content: bytes, **fields: str) -> dict[str, Any]:
    with Caller(front.server) as caller:
        return caller.upload(content, "note.txt", **fields)


def keep(front: Proxied, path: str) -> Answer:
    """Ask until nginx has it: with two workers one of three answers is the lane's, and that is kept."""
    answers = [ask(front, path) for _ in range(3)]
    assert {answer.status for answer in answers} == {200}
    return answers[-1]


@contextmanager
def held_up(server: Server) -> Iterator[None]:
    """While pastebin does not answer."""
    pids = server.worker_pids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(0.1)  # until every thread of theirs has heard it
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def is_answered(front: Proxied, path: str, method: str = "GET", fields: str = "") -> bool:
    """Whether there is an answer within a second."""
    with Client(front.port) as client:
        client.socket.settimeout(1)
        client.say(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{front.port}\r\n{fields}\r\n".encode())
        try:
            return bool(client.hear(has_body=method != "HEAD"))
        except TimeoutError:
            return False


@pytest.mark.parametrize("name", ["hash", "uuid"])
def test_what_is_kept_is_the_same_to_the_letter(front: Proxied, name: str) -> None:
    path = f"/{upload(front, b'hello')[name]}"
    kept = keep(front, path)
    with Client(front.server.port) as client:
        client.say(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{front.port}\r\nX-Other: 1\r\n\r\n".encode())
        direct = client.hear()

    with held_up(front.server):
        again = ask(front, path)
    ours = {"x-accel-expires", "x-pastebin-view"}
    assert (again.status, again.body) == (200, b"hello")
    assert again.fields.keys() == kept.fields.keys()
    assert {field: again.fields[field] for field in again.fields.keys() - OF_THE_WAY} == {
        field: direct.fields[field] for field in direct.fields.keys() - OF_THE_WAY - ours
    }


@pytest.mark.parametrize(
    ("method", "fields", "after"),
    [
        ("HEAD", "", ""),
        ("DELETE", "", ""),
        ("GET", "Cookie: a=b", ""),
        ("GET", "Authorization: Bearer x", ""),
        ("GET", "Range: bytes=0-1", ""),
        ("GET", "If-Range: x", ""),
        ("GET", 'If-None-Match: "x"', ""),
        ("GET", 'If-Match: "x"', ""),
        ("GET", "If-Modified-Since: Sun, 29 Nov 2026 00:00:00 GMT", ""),
        ("GET", "", "?key=x"),
        ("GET", "", ".html"),
    ],
)
def test_nothing_but_plain_gets_is_answered_from_there(front: Proxied, method: str, fields: str, after: str) -> None:
    path = f"/{upload(front, b'hello')['hash']}"
    keep(front, path)

    with held_up(front.server):
        assert not is_answered(front, path + after, method, fields + "\r\n" * bool(fields))
        assert is_answered(front, path)


def test_who_has_it_is_told_so_by_pastebin_and_that_is_no_view(front: Proxied) -> None:
    about = upload(front, b"once")
    etag = keep(front, f"/{about['uuid']}").fields["etag"]
    for number in range(6):
        assert ask(front, f"/{about['uuid']}/n{number}.txt", fields=f"If-None-Match: {etag}\r\n").status == 304
    time.sleep(2.5)

    assert views(front, about) == 3


def test_without_a_mark_nothing_is_kept(front: Proxied) -> None:
    about = upload(front, b"for a moment")
    keep(front, f"/{about['hash']}")
    front.server.settings["PROXY_FOLDER"].rename(front.log.parent / "elsewhere")
    for _ in range(4):
        assert ask(front, f"/{about['hash']}").status == 200
    with held_up(front.server):
        assert not is_answered(front, f"/{about['hash']}")


@pytest.mark.parametrize("fields", [{"private": "1"}, {"limit": "100"}])
def test_a_private_or_limited_file_is_never_kept(front: Proxied, fields: dict[str, str]) -> None:
    about = upload(front, b"for me alone", **fields)
    key = about.get("url", "").partition("?")[2]
    for _ in range(4):
        assert ask(front, f"/{about['uuid']}{'?' + key if key else ''}").status == 200

    with held_up(front.server):
        assert not is_answered(front, f"/{about['uuid']}")
        assert not is_answered(front, f"/{about['uuid']}{'?' + key if key else ''}")


def test_what_is_larger_than_a_mebibyte_is_not_copied_there(front: Proxied) -> None:
    path = f"/{upload(front, bytes((1 << 20) + 1))['hash']}"
    keep(front, path)

    with held_up(front.server):
        assert not is_answered(front, path)


def test_views_of_what_is_kept_count(front: Proxied) -> None:
    first, second = upload(front, b"one"), upload(front, b"two")
    for about, name, times in ((first, "hash", 30), (second, "uuid", 12)):
        for _ in range(times):
            assert ask(front, f"/{about[name]}").status == 200
        assert ask(front, f"/{about[name]}", "HEAD").status == 200
    deadline = time.monotonic() + 15
    while (told := [views(front, about) for about in (first, second)]) != [30, 12] and time.monotonic() < deadline:
        time.sleep(0.3)

    assert told == [30, 12]
    assert (front.log.parent / "views.log").read_text() != ""
    time.sleep(2)
    assert [views(front, about) for about in (first, second)] == [30, 12]


def views(front: Proxied, about: dict[str, Any]) -> int:
    with Caller(front.server, _staff(front)) as staff:
        return int(staff.get(f"/api/files/{about['uuid']}").json["views"])


def _staff(front: Proxied) -> str:
    path = front.server.instance / "staff-key"
    if not path.exists():
        _, made = front.server.commands(
            ("user", "add", "root", "--staff", "--password-stdin"),
            ("key", "add", "root", "--scope", "STAFF_READ_FILES"),
            stdin="correct horse battery\n",
        )  # fmt: skip
        path.write_text(made.stdout.split()[-1])
    return path.read_text()


def test_after_a_change_nginx_gives_nothing_that_was_before(front: Proxied) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(front.port)) for _ in range(4)]
        assert hammer(front.server, clients, 400, "ann") == []


def test_a_change_from_the_command_line_is_seen_at_once(front: Proxied) -> None:
    with Caller(front.server, front.server.make_key("bob")) as bob:
        about = bob.upload(b"goes with its owner")
    with ThreadPoolExecutor(1) as other:
        removing = other.submit(front.server.command, "user", "remove", "bob", "--yes")
        while not removing.done():  # so that nginx has it, and has just asked for it, at any moment
            ask(front, f"/{about['hash']}")

    assert removing.result().returncode == 0
    assert ask(front, f"/{about['hash']}").status == 404


def test_an_upload_to_a_name_that_looks_like_an_address_arrives_as_it_was_sent(front: Proxied) -> None:
    body = os.urandom(300_000)
    with Client(front.port) as client:
        length = f"Content-Length: {len(body)}\r\n"
        client.say(f"PUT /cafe1234.bin HTTP/1.1\r\nHost: 127.0.0.1:{front.port}\r\n{length}\r\n".encode() + body)
        answer = client.hear()

    assert answer.status == 201
    assert ask(front, "/" + answer.body.decode().strip().rpartition("/")[2]).body == body
