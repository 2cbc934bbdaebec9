"""Asking for pages of a very long list, one request after the other."""

import json
from collections.abc import Callable

from tests.bench.client import Load, ask_once
from tests.bench.people import collector
from tests.bench.servers import Server
from tests.bench.stop import BenchmarkStopped

_PATH = "/api/users/me/files"

#: What is asked, and the most that it should cost: first pages, another order, and what only a look at all files finds.
MOST_CPU_MS = {
    "first page": 10.0, "?offset=50": 10.0, "?offset=100": 10.0, "?offset=500": 10.0, "?sort=size": 50.0,
    "?sort=name": 50.0, "?type=image": 50.0, "?q=holiday": 50.0, "?q=nowhere": 50.0,
}  # fmt: skip


class Collection:
    """A user with that many files at the pastebin; made when it is first needed, not before other figures."""

    def __init__(self, server: Server, count: int, *, is_shelved: bool = False) -> None:
        self._server = server
        self._count = count
        self._is_shelved = is_shelved
        self._key: str | None = None

    def make_once(self) -> None:
        """Make the user, and see that all the files are told of.

        Raises:
            BenchmarkStopped: another number of them.
        """
        if self._key is None:
            self._key = collector(self._server.folder / "instance", self._count, is_shelved=self._is_shelved)
            told = json.loads(ask_once(self._server.address, 200, self._request("first page")).body)
            if (told["count"], len(told["items"])) != (self._count, min(self._count, 50)):
                raise BenchmarkStopped(f"The list tells of {told['count']} files and shows {len(told['items'])}.")

    def load(self, query: str) -> Load:
        """One connection that asks for a page again and again."""
        request = self._request(query)

        def maker(_: int) -> Callable[[], bytes]:
            return lambda: request

        return Load(self._server.addresses, 200, 1, maker)

    def _request(self, query: str) -> bytes:
        path = _PATH + (query if query.startswith("?") else "")
        head = f"GET {path} HTTP/1.1\r\nHost: {self._server.host}\r\nAuthorization: Bearer {self._key}\r\n\r\n"
        return head.encode()
