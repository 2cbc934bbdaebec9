"""A request that pauses until another thread lets it go on costs no thread, and what is put off is done soon."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from tests.server.held import held
from tests.server.servers import Client, Server, served


def pausing(server: Server, number: int) -> AbstractContextManager[list[Client]]:
    """So many clients whose requests all pause, each under its own name: p0, p1, …"""
    return held(server, [f"/pause/p{each}" for each in range(number)], "/paused")


def test_requests_that_pause_leave_the_threads_to_others(server: Server) -> None:
    server.ask("/at-once/first")  # the thread that ends pauses is there from now on
    before = server.facts()
    with pausing(server, 40) as clients:
        for _ in range(20):
            assert server.ask("/hello").body == b"hello\n"
        server.ask("/resume/all")

        assert [client.hear().body for client in clients] == [b"p%d" % number for number in range(40)]
        assert clients[0].ask("/hello").body == b"hello\n"
    server.expect_facts(before)


def test_each_goes_on_by_itself(server: Server) -> None:
    with pausing(server, 6) as clients:
        for number in (4, 1, 5):
            server.ask(f"/resume/p{number}")

            assert clients[number].hear().body == b"p%d" % number
        assert int(server.ask("/paused").body) == 3
        server.ask("/resume/all")

        assert [clients[number].hear().body for number in (0, 2, 3)] == [b"p0", b"p2", b"p3"]


def test_a_pause_may_be_over_before_it_is_waited_for(server: Server) -> None:
    with ThreadPoolExecutor(6) as people:
        answers = people.map(server.ask, [f"/at-once/{number}" for number in range(12)])

        assert [each.body for each in answers] == [b"/at-once/%d" % number for number in range(12)]


def test_what_is_put_off_is_done_after_what_came_with_it(tmp_path: Path) -> None:
    """On a busy machine the server may take those who work for blocked, and not wait for them; but not each time."""
    with served(tmp_path, threads=1) as server:
        assert any(_order_of_three(server, turn) == ["made"] * 3 + ["done"] * 3 for turn in range(10))


def _order_of_three(server: Server, turn: int) -> list[str]:
    """In which order three requests that came together are made, and done what they put off."""
    with server.connect() as busy, ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(3)]
        for client in (busy, *clients):
            client.ask("/hello")
        busy.say(b"GET /sleep/0.3 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.1)  # from now on the only thread is busy, and will find the next three together
        for number, client in enumerate(clients):
            client.say(b"GET /put-off/%d-%d/0 HTTP/1.1\r\nHost: test\r\n\r\n" % (turn, number))
        for client in (busy, *clients):
            client.hear()
        deadline = time.monotonic() + 5
        while len(found := [each for each in _order(server) if f"/{turn}-" in each]) < 6:
            assert time.monotonic() < deadline, found
    return [each.split()[0] for each in found]


def _order(server: Server) -> list[str]:
    found: list[str] = json.loads(server.ask("/order").body)
    return found


def test_what_is_put_off_waits_for_no_request_that_takes_long(server: Server) -> None:
    with server.connect() as client:
        client.say(b"GET /put-off/5 HTTP/1.1\r\nHost: test\r\n\r\n")
        deadline = time.monotonic() + 4
        while "done /put-off/5" not in _order(server):
            assert time.monotonic() < deadline, "it was not done while the request was worked on"
        client.hear()


def test_what_fails_when_it_is_put_off_takes_nothing_with_it(server: Server) -> None:
    before = server.facts()

    assert server.ask("/put-off-fault").body == b"made"
    assert server.ask("/hello").body == b"hello\n"
    server.expect_facts(before)


def test_a_request_that_may_take_long_leaves_the_thread_of_those_that_pause(tmp_path: Path) -> None:
    with served(tmp_path, threads=8) as server, pausing(server, 3) as clients, server.connect() as slow:
        slow.say(b"GET /sleep/3 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.2)
        started = time.monotonic()
        server.ask("/resume/all")

        assert [client.hear().body for client in clients] == [b"p0", b"p1", b"p2"]
        assert time.monotonic() - started < 2.5
        slow.hear()
