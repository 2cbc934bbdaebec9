"""A request that waits for something else than its client costs no thread either."""

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.server.held import held, until_held
from tests.server.servers import Client, Server, served


def waiting(server: Server, number: int, seconds: float = 60) -> AbstractContextManager[list[Client]]:
    """So many clients whose requests all wait, each under its own name: w0, w1, …"""
    return held(server, [f"/wait/w{each}/{seconds:f}" for each in range(number)], "/waiting")


def test_requests_that_wait_leave_the_threads_to_others(server: Server) -> None:
    with waiting(server, 20) as clients:
        started = time.monotonic()
        for _ in range(20):
            assert server.ask("/hello").body == b"hello\n"
        assert time.monotonic() - started < 2
        server.ask("/tell/all")

        assert [client.hear().body for client in clients] == [b"w%d" % number for number in range(20)]


def test_each_is_woken_by_its_own_descriptor_alone(server: Server) -> None:
    with waiting(server, 10) as clients:
        for number in (7, 2, 9, 0):
            server.ask(f"/tell/w{number}")

            assert clients[number].hear().body == b"w%d" % number
        assert int(server.ask("/waiting").body) == 6
        server.ask("/tell/all")


def test_a_connection_whose_request_has_waited_goes_on(server: Server) -> None:
    with waiting(server, 1) as [client]:
        server.ask("/tell/w0")
        client.hear()

        assert client.ask("/digest", "PUT", body=b"12345").body.startswith(b"5 ")
        assert client.ask("/errand/again").body == b"1 /errand/again "


def test_a_wait_ends_when_its_time_is_over(server: Server) -> None:
    before = server.facts()
    started = time.monotonic()
    with waiting(server, 6, seconds=0.5) as clients:
        assert [client.hear().body for client in clients] == [b"nothing came"] * 6

    assert 0.5 <= time.monotonic() - started < 3
    server.expect_facts(before)


def test_a_wait_of_no_time_only_looks(server: Server) -> None:
    started = time.monotonic()

    assert json.loads(server.ask("/look").body) == [False, True, True, False]
    assert time.monotonic() - started < 0.5


def test_one_descriptor_may_be_waited_for_again(server: Server) -> None:
    assert json.loads(server.ask("/again").body) == [[True, 1], [True, 2], [True, 3]]


def test_who_is_woken_without_cause_waits_on(server: Server) -> None:
    with waiting(server, 5) as clients:
        woken = 0
        while woken < 15:
            woken += int(server.ask("/disturb").body)
        assert int(server.ask("/waiting").body) == 5
        server.ask("/tell/all")

        assert [client.hear().body for client in clients] == [b"w%d" % number for number in range(5)]


def test_who_is_claimed_when_its_news_come_is_resumed_once(server: Server) -> None:
    before = server.facts()
    with waiting(server, 5) as clients:
        time.sleep(0.2)
        assert int(server.ask("/overtake").body) == 5

        assert [client.hear().body for client in clients] == [b"w%d" % number for number in range(5)]
    server.expect_facts(before)


def test_what_cannot_be_waited_for_is_an_error_and_leaves_nothing(server: Server) -> None:
    before = server.facts()

    assert server.ask("/impossible").body == b"5"
    server.expect_facts(before)


def test_a_number_is_a_new_connections_right_after(server: Server) -> None:
    before = server.facts() | {"threads": 6}  # one speaks

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(runs_errands, [server] * 6, range(6)))
    server.expect_facts(before)


def runs_errands(server: Server, caller: int) -> bool:
    """500 connections, whose requests wait for a descriptor each and then, under a number used before, for a body."""
    for number in range(500):
        name = b"/errand/%d-%d" % (caller, number)
        with server.connect() as client:
            client.say(b"PUT %s HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nab" % name)
            client.say(b"cd")
            if client.hear().body != b"1 %s abcd" % name:
                return False
    return True


def test_hundreds_that_are_woken_together_all_go_on_and_leave_nothing(server: Server) -> None:
    before = server.facts()
    with waiting(server, 400) as clients:
        for client in clients[300:]:
            client.socket.close()
        server.ask("/tell/all")

        assert [client.hear().body for client in clients[:300]] == [b"w%d" % number for number in range(300)]
    server.expect_facts(before)


def test_requests_that_wait_are_spread_over_the_threads(server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(waiting_one(server, number)) for number in range(40)]
        held = server.facts()
        server.ask("/tell/all")

        assert (held["parked"], held["errands"]) == (40, 40)
        assert held["most parked"] < 20
        assert [client.hear().body for client in clients] == [b"w%d" % number for number in range(40)]


@contextmanager
def waiting_one(server: Server, number: int) -> Iterator[Client]:
    """A client whose request waits, and began after those before it had parked."""
    with server.connect() as client:
        client.say(b"GET /wait/w%d/60 HTTP/1.1\r\nHost: test\r\n\r\n" % number)
        until_held(server, number + 1, "/waiting")
        yield client


def test_who_waits_is_no_idle_connection_that_makes_room(tmp_path: Path) -> None:
    with (
        served(tmp_path, "--worker-connections", "30") as server,
        waiting(server, 15) as clients,
        ExitStack() as stack,
    ):
        for _ in range(60):
            assert stack.enter_context(server.connect()).ask("/hello").status == 200
        server.ask("/tell/all")

        assert [client.hear().body for client in clients] == [b"w%d" % number for number in range(15)]


def test_a_request_that_waits_is_finished_when_the_server_stops(tmp_path: Path) -> None:
    with served(tmp_path) as server, waiting(server, 6, seconds=1.5) as clients, server.connect() as late:
        late.say(b"GET /late/1 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)

        answer = late.hear()
        assert (answer.body, answer.fields["connection"]) == (b"late", "close")
        assert [client.hear().body for client in clients] == [b"nothing came"] * 6
        assert server.process.wait(5) == 0


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGQUIT])
def test_who_waits_too_long_does_not_keep_the_server_from_stopping(tmp_path: Path, stop: signal.Signals) -> None:
    with served(tmp_path, "--graceful-timeout", "1") as server, waiting(server, 6):
        started = time.monotonic()
        server.process.send_signal(stop)
        server.process.wait(10)

    assert time.monotonic() - started < 4
    assert b"Traceback" not in server.log.read_bytes()
