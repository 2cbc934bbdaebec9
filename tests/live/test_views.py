"""Views are told exactly, over two workers and over the end of either."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.live.client import Caller
from tests.live.remains import database
from tests.running import Server

CALLERS = 8
ROUNDS = 6
LARGE = os.urandom(100_000)  # more than the lane keeps in memory


@dataclass
class Shelf:
    """Files of Ann's, and the two ways in which she reads them herself."""

    key: dict[str, str]
    cookie: dict[str, str]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def upload(self, caller: Caller, name: str, content: bytes, **fields: str) -> None:
        """Upload a file of Ann's."""
        self.files[name] = caller.upload(content, f"{name}.bin", **fields)

    def told(self, server: Server) -> dict[str, int]:
        """What the server tells Ann of the views of each."""
        with Caller(server) as caller:
            return {
                name: caller.ask("GET", f"/api/users/me/files/{file['id']}", headers=self.key).json["views"]
                for name, file in self.files.items()
            }


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Iterator[Server]:
    server = make_server()
    assert len(server.worker_pids()) == 2
    yield server
    server.stop()
    assert "background task failed" not in server.log.read_text()


@pytest.fixture
def shelf(server: Server) -> Shelf:
    key = server.make_key("ann")
    with Caller(server, key) as ann:
        login = b'{"username": "ann", "password": "%s"}' % PASSWORD.encode()
        answer = ann.ask("POST", "/api/login", login, {"Content-Type": "application/json"})
        cookie = str(answer.header("Set-Cookie")).partition(";")[0]
        shelf = Shelf({"Authorization": f"Bearer {key}"}, {"Cookie": cookie})
        shelf.upload(ann, "small", os.urandom(2000))
        shelf.upload(ann, "twin", LARGE)  # the oldest of its content
        shelf.upload(ann, "large", LARGE)
        shelf.upload(ann, "private", os.urandom(2000), private="1")
        shelf.upload(ann, "limited", os.urandom(2000), limit=str(CALLERS * ROUNDS + 1))
    return shelf


def read_all(caller: Caller, shelf: Shelf) -> None:
    """Read the files in every way; what counts of it is in `counted`."""
    small, twin, large = (shelf.files[name] for name in ("small", "twin", "large"))
    condition = {"If-None-Match": f'"{small["sha256"]}"'}
    key = shelf.files["private"]["url"].partition("?")[2]
    paths = [f"/{small['hash']}", f"/{small['uuid']}", f"/{small['hash']}.txt", f"/{twin['hash']}", f"/{large['uuid']}"]
    for path in paths:  # two times, so that the lane answers too
        assert [caller.ask("GET", path).status for _ in range(2)] == [200, 200]
        assert caller.ask("HEAD", path).status == 200
        for mine in (shelf.key, shelf.cookie):
            assert caller.ask("GET", path, headers=mine).status == 200
    assert caller.ask("GET", paths[0], headers=condition).status == 304
    assert caller.ask("GET", paths[1], headers=condition).status == 304
    for asked in ("bytes=0-9", "bytes=10-19"):
        assert caller.ask("GET", paths[1], headers={"Range": asked}).status == 206
    assert caller.ask("GET", f"/{shelf.files['private']['uuid']}?{key}").status == 200
    assert caller.ask("GET", f"/{shelf.files['private']['uuid']}?key=wrong").status == 404
    assert caller.ask("GET", f"/{shelf.files['limited']['uuid']}").status == 200


def counted() -> dict[str, int]:
    """What all callers together have viewed when each has read everything so often.

    Ann's files are the only ones with their contents, so what she reads herself by hash is nobody's view.
    """
    times = CALLERS * ROUNDS
    return {"small": 7 * times, "twin": 2 * times, "large": 2 * times, "private": times, "limited": times}


def read_in_crowds(server: Server, shelf: Shelf) -> None:
    def run(_number: int) -> None:
        for _ in range(ROUNDS):
            with Caller(server) as caller:  # a new connection: maybe the other worker's
                read_all(caller, shelf)

    with ThreadPoolExecutor(CALLERS) as crowd:
        list(crowd.map(run, range(CALLERS)))


@pytest.mark.slow
def test_thousands_of_reads_are_told_exactly_within_seconds_and_over_a_stop(server: Server, shelf: Shelf) -> None:
    read_in_crowds(server, shelf)

    assert comes_true(lambda: shelf.told(server) == counted(), within=10), shelf.told(server)
    server.stop()
    server.start()
    assert shelf.told(server) == counted()


def comes_true(fact: Callable[[], bool], within: float) -> bool:
    deadline = time.monotonic() + within
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def views_in_database(server: Server, uuid: str) -> int:
    with closing(database(server)) as connection:
        return int(connection.execute("SELECT views FROM files WHERE id = ?", [uuid]).fetchone()[0])


def read_on_many_connections(server: Server, uuid: str, count: int) -> None:
    def run(_number: int) -> int:
        with Caller(server) as caller:
            return caller.ask("GET", f"/{uuid}").status

    with ThreadPoolExecutor(CALLERS) as crowd:
        assert set(crowd.map(run, range(count))) == {200}


@pytest.mark.parametrize("size", [2000, 200_000])
def test_a_stop_right_after_the_last_answer_loses_nothing(server: Server, size: int) -> None:
    with Caller(server) as nobody:
        uuid = nobody.upload(b"x" * size)["uuid"]
    read_on_many_connections(server, uuid, 100)
    server.stop()

    assert views_in_database(server, uuid) == 100


@pytest.mark.slow
def test_workers_that_are_replaced_lose_nothing(server: Server) -> None:
    """As gunicorn does when it is told to begin anew: each worker finishes, and another takes its place."""
    with Caller(server) as nobody:
        uuid = nobody.upload(b"x" * 2000)["uuid"]
    before = set(server.worker_pids())
    read_on_many_connections(server, uuid, 100)
    os.kill(server.pid, signal.SIGHUP)
    read_on_many_connections(server, uuid, 100)

    assert comes_true(lambda: not before & set(server.worker_pids()), within=30)
    assert comes_true(lambda: views_in_database(server, uuid) == 200, within=10), views_in_database(server, uuid)


def test_an_impatient_ctrl_c_loses_nothing_either(server: Server) -> None:
    """It reaches every process of the terminal, also one that is about to write down what it has counted."""
    with Caller(server) as nobody:
        uuid = nobody.upload(b"x" * 2000)["uuid"]
    with (server.instance / "pastebin.sqlite.turn").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # nobody else writes
        read_on_many_connections(server, uuid, 100)
        for _ in range(4):
            os.killpg(server.pid, signal.SIGINT)
            time.sleep(0.3)
    server.stop()

    assert views_in_database(server, uuid) == 100
