"""What must hold exactly over two workers: limits, also after a restart, and kill switches at once."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import PASSWORD
from tests.live.client import Answer, Caller
from tests.live.remains import complaints
from tests.running import Server

JSON = {"Content-Type": "application/json"}


def rename(caller: Caller, file_id: str, name: str) -> Answer:
    body = b'{"name": "%s"}' % name.encode()
    return caller.ask("PUT", f"/api/users/me/files/{file_id}/name", body, JSON)


@pytest.mark.slow
def test_twenty_of_twenty_one_renames_pass_and_after_a_restart_none(make_server: Callable[..., Server]) -> None:
    server = make_server()
    assert len(server.worker_pids()) == 2
    key = server.make_key()
    with Caller(server, key) as owner:
        file_id = str(owner.upload(b"x")["id"])
    numbers = iter(range(21))
    lock, start = threading.Lock(), threading.Barrier(8)

    def work(_worker: int) -> list[int]:
        statuses = []
        with Caller(server, key) as caller:
            caller.get("/healthz")
            start.wait(30)
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return statuses
                statuses.append(rename(caller, file_id, f"name {number}").status)

    with ThreadPoolExecutor(8) as people:
        statuses = Counter(status for found in people.map(work, range(8)) for status in found)
    assert statuses == {200: 20, 429: 1}

    server.stop()
    server.start()
    with Caller(server, key) as caller:
        refused = rename(caller, file_id, "one more")
    assert refused.status == 429
    assert 0 < int(dict(refused.headers)["Retry-After"]) <= 3600
    assert complaints(server) == []


@pytest.mark.slow
def test_after_the_answer_to_a_switch_no_worker_accepts(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.command("user", "add", "root", "--staff", "--password-stdin", stdin=f"{PASSWORD}\n")
    with Caller(server) as caller:
        login = b'{"username": "root", "password": "%s"}' % PASSWORD.encode()
        token = str(caller.ask("POST", "/api/login", login, JSON).json["token"])
    callers = [Caller(server) for _ in range(12)]  # connections of both workers
    staff = Caller(server, token)

    def by_api(method: str) -> bool:
        return staff.ask(method, "/api/killswitches/5", b"").status == 200

    def by_command(state: str) -> bool:
        return server.command("switch", "FILE_CREATE", state).returncode == 0

    ways = [(lambda: by_api("PUT"), lambda: by_api("DELETE"))] * 20
    ways.append((lambda: by_command("on"), lambda: by_command("off")))
    try:
        for turn_on, turn_off in ways:
            for caller in callers:
                assert caller.try_upload(os.urandom(8)).status == 201
            assert turn_on()
            assert [caller.try_upload(b"x").status for caller in callers] == [503] * len(callers)
            assert turn_off()
    finally:
        for caller in (*callers, staff):
            caller.close()
    assert complaints(server) == []


@pytest.mark.slow
def test_the_general_limit_lets_exactly_so_many_uploads_in(make_server: Callable[..., Server]) -> None:
    server = make_server(API_RATE="30/1h")
    start = threading.Barrier(10)

    def work(_worker: int) -> list[int]:
        with Caller(server) as caller:
            caller.get("/healthz")
            start.wait(30)
            return [caller.try_upload(os.urandom(100)).status for _ in range(6)]

    with ThreadPoolExecutor(10) as people:
        statuses = Counter(status for found in people.map(work, range(10)) for status in found)
    assert statuses == {201: 30, 429: 30}
