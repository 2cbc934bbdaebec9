"""Clients that never get on: connections that send a byte now and then."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

from tests.running import Server

HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
BODY = b"PUT /slow.bin HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\n"


class Drip:
    """So many clients that are slow with their headers and as many that are slow with their bodies.

    Whoever the server gives up comes again at once, as those who do this on
    purpose would.
    """

    def __init__(self, server: Server, of_each: int, every: float = 1.0) -> None:
        self._address = ("127.0.0.1", server.port)
        self._beginnings = [HEAD] * of_each + [BODY] * of_each
        self._every = every
        self._clients: list[socket.socket] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.renewed = 0

    def __enter__(self) -> Drip:
        self._clients = [self._connect(beginning) for beginning in self._beginnings]
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _fault: object, _trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()
        for client in self._clients:
            client.close()

    @property
    def connected(self) -> int:
        """How many there are now."""
        return len(self._clients)

    def _run(self) -> None:
        while not self._done.wait(self._every):
            for number, client in enumerate(self._clients):
                if not self._is_going_on(client):
                    client.close()
                    self._clients[number] = self._connect(self._beginnings[number])
                    self.renewed += 1

    def _connect(self, beginning: bytes) -> socket.socket:
        client = socket.create_connection(self._address, timeout=30)
        client.sendall(beginning)
        client.setblocking(False)
        return client

    @staticmethod
    def _is_going_on(client: socket.socket) -> bool:
        """Send one more byte; false where the server has answered or hung up."""
        try:
            client.recv(4096)  # an answer, or the end
        except BlockingIOError:
            return bool(client.send(b"x"))
        except OSError:
            pass
        return False
