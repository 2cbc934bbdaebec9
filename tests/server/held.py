"""Requests that wait in the server, each a client's, until somebody lets them go on."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from tests.server.servers import Client, Server


@contextmanager
def held(server: Server, paths: Sequence[str], counter: str) -> Iterator[list[Client]]:
    """A client for each of the paths, whose request waits. The page *counter* says how many do."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in paths]
        for client, path in zip(clients, paths, strict=True):
            client.say(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
        until_held(server, len(paths), counter)
        yield clients


def until_held(server: Server, number: int, counter: str) -> None:
    """Until exactly so many requests wait."""
    deadline = time.monotonic() + 5
    while (found := int(server.ask(counter).body)) != number:
        assert time.monotonic() < deadline, f"{found} wait"
        time.sleep(0.02)
