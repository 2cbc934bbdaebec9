"""A client's connection: its socket never blocks, and whoever must wait for it parks.

A connection is at any moment in the hands of exactly one thread, or armed in
epoll, or queued for a thread. While it waits for a request nothing but the
socket and what came of the head is kept; during a request it belongs to one
hand, and the greenlet that runs the request reads and writes through it.
"""

import fcntl
import os
import select
import socket
import struct
import termios
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

import greenlet
from gunicorn.http.errors import NoMoreData

from pastebin.server.failures import (
    BAD_REQUEST,
    HEAD_TOO_LARGE,
    HEAD_TOO_SLOW,
    LINE_TOO_LONG,
    NOT_PLAIN_HTTP,
    BodyTooSlow,
    ClientGone,
    Refusal,
)

if TYPE_CHECKING:
    from pastebin.server.crew import Crew, Hand
    from pastebin.server.limits import Limits

END_OF_HEAD = b"\r\n\r\n"

_HEAD_READ = 16 * 1024
_BODY_READ = 256 * 1024
_SENDFILE_STEP = 1 << 30
# A client that moves this much at once is quick enough to be waited for in person.
_QUICK = 16 * 1024
_TLS_HANDSHAKE = b"\x16"
_LINGER_READS = 64
_READABLE = select.EPOLLIN
_WRITABLE = select.EPOLLOUT
# Where bytes go that nobody wants; what stands in it is never read.
_WASTE = bytearray(64 * 1024)


class Connection:
    """One client's socket, and everything that is kept for it between two of its requests."""

    # Thousands of these wait at once.
    __slots__ = (
        "_head_limit",
        "_line_limit",
        "_linger_until",
        "_moved",
        "_waited",
        "_window_bytes",
        "arrived",
        "crew",
        "deadline",
        "descriptor",
        "events",
        "hand",
        "has_ended",
        "is_closed",
        "is_lingering",
        "is_overdue",
        "is_registered",
        "is_serving",
        "limits",
        "local",
        "peer",
        "request",
        "requests",
        "runner",
        "sock",
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
        self.crew = crew
        self.limits = limits
        self.sock = sock
        self.descriptor = sock.fileno()
        self.peer = peer
        self.local = local
        self.requests = 0
        # Bytes that came and were not used yet: a head, a piece of a body, pipelined requests.
        self.arrived: bytes | bytearray = b""
        # A parsed request on its way to another hand.
        self.request: Any = None
        self.hand: Hand
        self.runner: greenlet.greenlet | None = None
        self.events = 0
        self.deadline = monotonic() + limits.header_timeout
        self.is_registered = self.is_serving = self.is_overdue = self.is_lingering = self.is_closed = False
        # The client has closed its side, or all of it.
        self.has_ended = False
        self._line_limit = line_limit
        self._head_limit = limits.head_size
        self._linger_until = 0.0
        self._moved = 0
        self._waited = 0.0
        self._window_bytes = 0

    # ---- before a request

    def receive_head(self) -> bool:
        """Take in what has come; true once a whole head is there, else it is waited for."""
        try:
            data = self.sock.recv(_HEAD_READ)
        except BlockingIOError:
            self.crew.arm(self, _READABLE)
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
        self.crew.arm(self, _READABLE)

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
            self.crew.arm(self, _READABLE)
        return False

    def _objection(self, head: bytes | bytearray) -> Refusal | None:
        if head.startswith(_TLS_HANDSHAKE):
            return NOT_PLAIN_HTTP
        # Of the last bytes one may be the first half of a line's end.
        if head.count(b"\n") != head.count(b"\r\n"):
            return BAD_REQUEST
        if len(head) > self._line_limit and head.find(b"\r\n", 2, self._line_limit + 4) < 0:
            return LINE_TOO_LONG
        return HEAD_TOO_LARGE if len(head) > self._head_limit else None

    def run_out_of_time(self) -> None:
        """The deadline has passed, and the caller has claimed the connection."""
        if self.runner is not None:
            self.is_overdue = True
            self.crew.hand_over(self)
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
        return self.runner is None and not self.arrived and not self.is_lingering and self.request is None

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

    # ---- during a request, in its greenlet

    def receive(self, size: int) -> bytes:
        """Some bytes of the body, 1 to *size*; none at the end of the connection.

        Raises:
            BodyTooSlow: see `Limits.body_min_rate`.
        """
        size = min(size, _BODY_READ)
        if self.hand.inbox:
            self._give_way()
        while True:
            try:
                data = self.sock.recv(size)
            except BlockingIOError:
                self._await_body()
                continue
            except OSError:
                data = b""
            self._moved = len(data)
            self._window_bytes += self._moved
            self.has_ended = not data
            return data

    def receive_into(self, view: memoryview) -> int:
        """Like `receive`, straight into the caller's memory; the number of bytes, 0 at the end."""
        if self.hand.inbox:
            self._give_way()
        while True:
            try:
                moved = self.sock.recv_into(view)
            except BlockingIOError:
                self._await_body()
                continue
            except OSError:
                moved = 0
            self._moved = moved
            self._window_bytes += moved
            self.has_ended = not moved
            return moved

    def receive_now(self, size: int) -> bytes | None:
        """What is there without waiting; none at the end, None if nothing has come."""
        try:
            return self.sock.recv(size)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def wait_readable(self, seconds: float) -> bool:
        """Park until something has come; false if nothing did in time."""
        return self._park(_READABLE, monotonic() + seconds)

    def send(self, data: bytes) -> int:
        """Send all of *data*, as gunicorn's own code expects of a socket."""
        self.sendall(data)
        return len(data)

    def sendall(self, data: bytes, flags: int = 0) -> None:
        """Send all of *data*, parking while the client takes none.

        Raises:
            ClientGone: it went away, or took nothing for `Limits.write_timeout`.
        """
        try:
            sent = self.sock.send(data, flags)
        except BlockingIOError:
            sent = 0
        except OSError as error:
            raise ClientGone from error
        if sent < len(data):
            self._send_rest(memoryview(data)[sent:], sent)

    def _send_rest(self, rest: memoryview, sent: int) -> None:
        self._moved = sent
        while rest:
            self._await_room()
            try:
                self._moved = self.sock.send(rest)
            except BlockingIOError:
                continue
            except OSError as error:
                raise ClientGone from error
            rest = rest[self._moved :]

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> int:
        """Send *count* bytes of a real file from *offset*, without copying them here.

        Raises:
            ClientGone: like `sendall`; also when the file ends before *count*.
        """
        end = offset + (os.fstat(file.fileno()).st_size - offset if count is None else count)
        source, start = file.fileno(), offset
        while offset < end:
            if self.hand.inbox:
                self._give_way()
            try:
                self._moved = os.sendfile(self.descriptor, source, offset, min(end - offset, _SENDFILE_STEP))
            except BlockingIOError:
                self._await_room()
                continue
            except OSError as error:
                raise ClientGone from error
            if self._moved == 0:
                raise ClientGone
            offset += self._moved
        return end - start

    # ---- waiting, in a request's greenlet

    def _park(self, events: int, deadline: float) -> bool:
        """Leave the thread to others until *events*; false if the deadline came first."""
        hand = self.hand
        self.deadline = deadline
        self.runner = greenlet.getcurrent()
        hand.parked += 1
        self.crew.arm(self, events)
        hand.hub.switch()
        hand.parked -= 1
        self.runner = None
        is_overdue, self.is_overdue = self.is_overdue, False
        return not is_overdue

    def _give_way(self) -> None:
        """Let the others of this thread have their turn: a long transfer must not starve them."""
        hand = self.hand
        self.runner = greenlet.getcurrent()
        hand.inbox.append(self)
        hand.hub.switch()
        self.runner = None

    def _waits_in_person(self, events: int) -> bool:
        """Wait a moment in the thread itself if that is likely to be short; true if it was worth it."""
        crew = self.crew
        if self._moved < _QUICK or self.hand.inbox or not crew.has_spare_hands():
            return False
        crew.step_aside()
        poll = select.poll()
        poll.register(self.descriptor, events)
        return bool(poll.poll(self.limits.patience * 1000))

    def _await_body(self) -> None:
        if self._waits_in_person(select.POLLIN):
            return
        window = self.limits.body_window
        started = monotonic()
        self._park(_READABLE, started + max(0.0, window - self._waited))
        self._waited += monotonic() - started
        if self._waited >= window:
            if self._window_bytes < self.limits.body_min_rate * window:
                raise BodyTooSlow
            self._waited, self._window_bytes = 0.0, 0

    def _await_room(self) -> None:
        if self._waits_in_person(select.POLLOUT):
            return
        queued = self._bytes_queued()
        while not self._park(_WRITABLE, monotonic() + self.limits.write_timeout):
            # A slow link may take long for as much as makes room; what counts is that it takes something.
            before, queued = queued, self._bytes_queued()
            if queued >= before:
                raise ClientGone

    def _bytes_queued(self) -> int:
        """Bytes sent that the client's side has not confirmed yet (tcp(7), SIOCOUTQ)."""
        try:
            answer = fcntl.ioctl(self.descriptor, termios.TIOCOUTQ, b"\0" * 4)
        except OSError:
            return 0
        return int(struct.unpack("i", answer)[0])

    def begin(self, hand: "Hand") -> None:
        """A request begins on *hand*; its body has a minute of its own."""
        self.hand = hand
        self.is_serving = True
        self.requests += 1
        self._moved = 0
        self._waited, self._window_bytes = 0.0, 0

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
                self.crew.arm(self, _READABLE)
                return
        except OSError:
            pass
        self.close()

    def close(self) -> None:
        """Give the socket back. Only for who holds the connection."""
        if not self.is_closed:
            self.is_closed = True
            self.crew.connections.discard(self)
            self.sock.close()
