"""A client's connection from its first byte to its last.

A connection is at any moment in the hands of exactly one thread, or armed in
epoll, or queued for a thread. While it waits for a request nothing but the
socket and what came of the head is kept; during a request it belongs to one
hand, and the greenlet that runs the request reads and writes through it.
"""

import socket
from time import monotonic
from typing import TYPE_CHECKING, Any

from gunicorn.http.errors import NoMoreData

from pastebin.server.failures import (
    BAD_REQUEST,
    HEAD_TOO_LARGE,
    HEAD_TOO_SLOW,
    LINE_TOO_LONG,
    NOT_PLAIN_HTTP,
    Refusal,
)
from pastebin.server.parking import READABLE
from pastebin.server.transfer import Transfer

if TYPE_CHECKING:
    from pastebin.server.crew import Crew
    from pastebin.server.limits import Limits

END_OF_HEAD = b"\r\n\r\n"

_HEAD_READ = 16 * 1024
_TLS_HANDSHAKE = b"\x16"
_LINGER_READS = 64
# Where bytes go that nobody wants; what stands in it is never read.
_WASTE = bytearray(64 * 1024)


class Connection(Transfer):
    """One client's socket, and everything that is kept for it between two of its requests."""

    # Thousands of these wait at once.
    __slots__ = (
        "_line_limit",
        "_linger_until",
        "arrived",
        "is_closed",
        "is_lingering",
        "local",
        "peer",
        "request",
    )

    def __init__(
        self,
        crew: "Crew",
        limits: "Limits",
        sock: socket.socket,
        peer: tuple[str, str],
        local: tuple[str, str],
        line_limit: int,
    ) -> None:
        super().__init__(crew, limits, sock)
        self.peer = peer
        self.local = local
        # Bytes that came and were not used yet: a head, a piece of a body, pipelined requests.
        self.arrived: bytes | bytearray = b""
        # A parsed request on its way to another hand.
        self.request: Any = None
        self.is_lingering = self.is_closed = False
        self._line_limit = line_limit
        self._linger_until = 0.0

    # ---- before a request

    def receive_head(self) -> bool:
        """Take in what has come; true once a whole head is there, else it is waited for."""
        try:
            data = self.sock.recv(_HEAD_READ)
        except BlockingIOError:
            self.crew.arm(self, READABLE)
            return False
        except OSError:
            self.close()
            return False
        if not data:
            self.close()
            return False
        if not self.arrived and END_OF_HEAD in data:
            self.arrived = data
            return True
        return self._grow_head(data)

    def has_head(self) -> bool:
        """Whether a whole head, of a pipelined request, is there already."""
        return END_OF_HEAD in self.arrived

    def await_request(self, keepalive: float) -> None:
        """Wait for the next request; the caller lets go of the connection."""
        if self.arrived:
            data, self.arrived = bytes(self.arrived), b""
            self._grow_head(data)
            return
        self.deadline = monotonic() + keepalive
        self.crew.arm(self, READABLE)

    def _grow_head(self, data: bytes) -> bool:
        """Add to a head that came in pieces; refuse at once what can't become one."""
        head = self.arrived
        if not head:
            head = self.arrived = bytearray()
            if self.requests:
                self.deadline = monotonic() + self.limits.header_timeout
        searched = max(0, len(head) - 3)
        head += data
        if head.find(END_OF_HEAD, searched) >= 0:
            self.arrived = bytes(head)
            return True
        if (refusal := self._objection(head)) is not None:
            self.refuse(refusal)
        else:
            self.crew.arm(self, READABLE)
        return False

    def _objection(self, head: bytes | bytearray) -> Refusal | None:
        if head.startswith(_TLS_HANDSHAKE):
            return NOT_PLAIN_HTTP
        # Of the last bytes one may be the first half of a line's end.
        if head.count(b"\n") != head.count(b"\r\n"):
            return BAD_REQUEST
        if len(head) > self._line_limit and head.find(b"\r\n", 2, self._line_limit + 4) < 0:
            return LINE_TOO_LONG
        return HEAD_TOO_LARGE if len(head) > self.limits.head_size else None

    def run_out_of_time(self) -> None:
        """The deadline has passed, and the caller has claimed the connection."""
        if self.runner is not None:
            super().run_out_of_time()
        elif self.arrived and not self.is_lingering:
            self.refuse(HEAD_TOO_SLOW)
        else:
            self.close()

    def refuse(self, refusal: Refusal, with_text: bool = True) -> None:
        """Answer for the server itself, as far as the client takes it, and part."""
        try:
            self.sock.send(refusal.wire if with_text else refusal.without_text())
        except OSError:
            self.close()
        else:
            self.part()

    @property
    def is_idle(self) -> bool:
        """Whether nothing of a request has come, and none is being answered."""
        return not self.is_serving and not self.arrived and not self.is_lingering and self.request is None

    def has_news(self) -> bool:
        """Whether something has come that nobody has looked at yet. Only for who holds the connection."""
        try:
            return bool(self.sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def is_newcomer(self, seconds: float) -> bool:
        """Whether it came within the last *seconds* and has said nothing yet."""
        return not self.requests and self.deadline > monotonic() + self.limits.header_timeout - seconds

    # ---- what gunicorn's parser reads from (gunicorn.http.unreader.Unreader)

    def read(self, size: int | None = None, read_ahead: int | None = None) -> bytes:
        """What is there, at most *size*; waits only when nothing is, and then for up to *read_ahead* bytes."""
        arrived = self.arrived
        if not arrived:
            # Only a request may wait, and only for its body: heads are whole before they are parsed.
            if not self.is_serving:
                raise NoMoreData(b"")
            arrived = self.receive(max(read_ahead or 0, _HEAD_READ))
        if size is None or len(arrived) <= size:
            self.arrived = b""
            return bytes(arrived)
        self.arrived = arrived[size:]
        return bytes(arrived[:size])

    def unread(self, data: bytes) -> None:
        """Put back what was read too much."""
        if data:
            self.arrived = bytes(data) + self.arrived

    # ---- the end

    def leave(self) -> None:
        """Close after a whole exchange: at once, unless something unasked for is there (see `part`)."""
        if self.arrived or self.receive_now(1):
            self.part()
        else:
            self.close()

    def part(self) -> None:
        """Close, but let a client that is still sending read the answer first (RFC 9112 section 9.6)."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()
            return
        self.arrived = b""
        self.is_lingering = True
        self._linger_until = monotonic() + self.limits.linger_seconds
        self.linger()

    def linger(self) -> None:
        """Throw away what still comes, until the client closes or its time is up."""
        now = monotonic()
        try:
            for _ in range(_LINGER_READS):
                if not self.sock.recv_into(_WASTE):
                    break
            else:
                raise BlockingIOError
        except BlockingIOError:
            if now < self._linger_until:
                self.deadline = min(self._linger_until, now + self.limits.linger_idle)
                self.crew.arm(self, READABLE)
                return
        except OSError:
            pass
        self.close()

    def close(self) -> None:
        """Give the socket back. Only for who holds the connection."""
        if not self.is_closed:
            self.is_closed = True
            self.crew.forget(self)
            self.sock.close()
