"""Starting, stopping, limits on connections, and what is left over after much work."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.server.servers import ROOT, Server, served


def test_a_request_that_runs_is_finished_when_the_server_stops(tmp_path: Path) -> None:
    with served(tmp_path) as server, server.connect() as busy, server.connect() as idle, server.connect() as slow:
        idle.ask("/hello")
        busy.say(b"GET /sleep/1.5 HTTP/1.1\r\nHost: test\r\n\r\n")
        slow.say(b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n123")
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)

        assert idle.is_closed_within(1)
        slow.say(b"45")
        assert slow.hear().body.startswith(b"5 ")
        answer = busy.hear()
        assert (answer.body, answer.fields["connection"]) == (b"slept", "close")
        assert server.process.wait(5) == 0


def test_ctrl_c_finishes_what_was_begun_and_a_second_one_ends_it(tmp_path: Path) -> None:
    """A terminal sends it to every process."""
    with served(tmp_path, workers=2) as server, server.connect() as busy, server.connect() as endless:
        endless.say(b"GET /sleep/20 HTTP/1.1\r\nHost: test\r\n\r\n")
        busy.say(b"GET /sleep/1.5 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.2)
        press_ctrl_c(server)

        assert busy.hear().body == b"slept"
        started = time.monotonic()
        press_ctrl_c(server)
        assert server.process.wait(10) == 0
        assert time.monotonic() - started < 4
    assert b"Ctrl-C once more" in server.log.read_bytes()


def press_ctrl_c(server: Server) -> None:
    for pid in (server.process.pid, *server.workers()):
        os.kill(pid, signal.SIGINT)


def test_a_server_with_nothing_to_do_stops_at_once(tmp_path: Path) -> None:
    with served(tmp_path, workers=2) as server:
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(5)

    assert time.monotonic() - started < 1.5
    assert b"Traceback" not in server.log.read_bytes()


def test_a_request_that_never_ends_is_left_after_the_grace(tmp_path: Path) -> None:
    with served(tmp_path, "--graceful-timeout", "1") as server, server.connect() as client:
        client.say(b"GET /sleep/60 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.2)
        started = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(10)

    assert time.monotonic() - started < 4


def test_quit_stops_at_once(tmp_path: Path) -> None:
    with served(tmp_path) as server, server.connect() as client:
        client.say(b"GET /sleep/5 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.2)
        started = time.monotonic()
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait(10)

    assert time.monotonic() - started < 3


def test_a_worker_that_has_served_enough_is_replaced_without_an_error(tmp_path: Path) -> None:
    with served(tmp_path, "--max-requests", "50") as server:
        first = server.workers()
        deadline = time.monotonic() + 15
        asked = 0
        while (server.workers() == first or asked < 120) and time.monotonic() < deadline:
            assert server.ask("/hello").status == 200
            asked += 1

        assert server.workers() != first


@pytest.mark.slow
@pytest.mark.parametrize("clients", [1, 4])
def test_workers_that_are_replaced_all_the_time_drop_nobody(tmp_path: Path, clients: int) -> None:
    with served(tmp_path, "--max-requests", "20") as server, ThreadPoolExecutor(clients) as pool:
        first = server.workers()
        answers = [answer for asked in pool.map(_ask_for, [server] * clients, [12.0] * clients) for answer in asked]

        assert set(answers) == {200}
        assert server.workers() != first


def _ask_for(server: Server, seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    answers = []
    while time.monotonic() < deadline:
        answers.append(server.ask("/hello").status)
    return answers


def test_blocked_requests_do_not_hold_up_the_others(tmp_path: Path) -> None:
    with served(tmp_path, threads=16) as server, ThreadPoolExecutor(12) as pool:
        started = time.monotonic()
        slept = [pool.submit(server.ask, "/sleep/2") for _ in range(12)]
        time.sleep(0.05)

        for _ in range(20):
            assert server.ask("/hello").status == 200
        assert time.monotonic() - started < 1.8
        assert all(each.result().body == b"slept" for each in slept)
        assert time.monotonic() - started < 4


def test_more_blocked_requests_than_threads_wait_their_turn(tmp_path: Path) -> None:
    with served(tmp_path, threads=4) as server, ThreadPoolExecutor(12) as pool:
        started = time.monotonic()
        assert all(answer.body == b"slept" for answer in pool.map(server.ask, ["/sleep/0.3"] * 12))

        assert 0.85 < time.monotonic() - started < 2


def test_idle_connections_make_room_for_new_ones(tmp_path: Path) -> None:
    with served(tmp_path, "--worker-connections", "100") as server, ExitStack() as stack:
        clients = []
        for _ in range(300):
            clients.append(stack.enter_context(server.connect()))
            assert clients[-1].ask("/hello").status == 200

        assert clients[0].is_closed_within(1)
        assert clients[-1].ask("/hello").status == 200


def test_when_all_connections_are_busy_new_ones_wait(tmp_path: Path) -> None:
    with served(tmp_path, "--worker-connections", "20") as server, ExitStack() as stack:
        busy = [stack.enter_context(server.connect()) for _ in range(20)]
        for client in busy:
            client.say(b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n123")
        late = stack.enter_context(server.connect())
        late.say(b"GET /hello HTTP/1.1\r\nHost: test\r\n\r\n")
        assert not late.is_closed_within(0.5)
        for client in busy:
            client.say(b"45")
            assert client.hear().status == 200
        late.socket.settimeout(5)

        assert late.hear().status == 200


@pytest.mark.parametrize(
    ("option", "word"),
    [
        (["--certfile", "wsgi.py", "--keyfile", "wsgi.py"], "proxy"),
        (["--proxy-protocol", "v1"], "X-Forwarded-For"),
    ],
)
def test_what_the_server_cannot_do_is_refused_at_the_start(tmp_path: Path, option: list[str], word: str) -> None:
    command = [sys.executable, "-m", "gunicorn", "-c", "python:pastebin.server.settings", *option]
    environment = os.environ | {"PASTEBIN_INSTANCE": str(tmp_path), "PASTEBIN_BIND": "127.0.0.1:0"}
    done = subprocess.run(
        [*command, "tests.server.apps:app"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert done.returncode != 0
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_left_of_thousands_of_connections(tmp_path: Path, big_file: str) -> None:
    with served(tmp_path, threads=8, FILE=big_file) as server:
        _abuse(server, 50)
        before = server.facts()
        _abuse(server, 1500)

        server.expect_facts(before)


def _abuse(server: Server, rounds: int) -> None:
    """Every way to begin and to leave, from several sides at once."""
    texts = [
        b"GET /hello HTTP/1.1\r\nHost: test\r\n\r\n",
        b"GET /file HTTP/1.1\r\nHost: test\r\n\r\n",
        b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nabc",
        b"PUT /refuse HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nabc",
        b"GET /fail HTTP/1.1\r\nHost: test\r\n\r\n",
        b"GET /hel",
        b"nonsense\r\n\r\n",
        b"",
    ]

    def leave(number: int) -> None:
        with server.connect() as client:
            client.say(texts[number % len(texts)])
            if number % 3:
                client.socket.settimeout(0.05)
                with suppress(OSError):
                    client.socket.recv(1000)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(leave, range(rounds)))


def test_threads_are_started_once(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        counts = {json.loads(answer.body)["threads"] for answer in pool.map(server.ask, ["/facts"] * 40)}

    assert counts == {5}
    assert threading.active_count() < 20
