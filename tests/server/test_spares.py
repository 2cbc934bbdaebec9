"""Greenlets are used again, and nothing of one request is there in the next."""

from __future__ import annotations

import json
from contextlib import ExitStack

from tests.server.servers import Server


def test_nothing_of_a_request_is_left_to_the_next(server: Server) -> None:
    with server.connect() as client:
        left = [int(client.ask("/trace").body) for _ in range(20)]
        contexts = [client.ask("/context").body for _ in range(20)]

    assert left == [0] * 20
    assert contexts == [b"None seen"] * 20


def test_few_are_kept_after_many_at_once(server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(60)]
        for client in clients:
            client.say(b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\n")
        server.ask("/hello")
        for client in clients:
            client.say(b"x")
        assert {client.hear().status for client in clients} == {200}

    kept = json.loads(server.ask("/spare").body)
    assert 0 < max(kept) <= 8


def test_a_request_that_fails_leaves_a_greenlet_that_works(server: Server) -> None:
    for _ in range(30):
        assert server.ask("/fail").status == 500
    with server.connect() as client:
        assert [client.ask("/hello").body for _ in range(30)] == [b"hello\n"] * 30
