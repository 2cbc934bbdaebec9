"""What a request does with its client's socket: read, write, and park where it would have to wait."""

import fcntl
import os
import select
import socket
import struct
import termios
from collections.abc import Callable
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

import greenlet

from pastebin.server.failures import BodyTooSlow, ClientGone
from pastebin.server.parking import READABLE, WRITABLE, Errand, Pause, Waiting, is_ready

if TYPE_CHECKING:
    from pastebin.server.crew import Crew, Hand
    from pastebin.server.limits import Limits

_BODY_READ = 256 * 1024
_SENDFILE_STEP = 1 << 30
# A client that moves this much at once is quick enough to be waited for in person.
_QUICK = 16 * 1024


class Transfer(Waiting):
    """A socket that never blocks its thread: a request's greenlet parks instead.

    The first half of `Connection`, which is the only kind there is. Everything here but the
    making belongs to the one greenlet that runs a request.
    """

    __slots__ = (
        "_moved",
        "_waited",
        "_window_bytes",
        "has_ended",
        "is_serving",
        "limits",
        "requests",
        "sock",
    )

    def __init__(self, crew: "Crew", limits: "Limits", sock: socket.socket) -> None:
        super().__init__(crew, sock.fileno(), monotonic() + limits.header_timeout)
        self.limits = limits
        self.sock = sock
        self.requests = 0
        self.is_serving = False
        # The client has closed its side, or all of it.
        self.has_ended = False
        self._moved = 0
        self._waited = 0.0
        self._window_bytes = 0

    def begin(self, hand: "Hand") -> None:
        """A request begins on *hand*; its body has a minute of its own."""
        self.hand = hand
        self.is_serving = True
        self.requests += 1
        self._moved = 0
        self._waited, self._window_bytes = 0.0, 0

    # ---- reading and writing

    def receive(self, size: int) -> bytes:
        """Some bytes of the body, 1 to *size*; none at the end of the connection.

        Raises:
            BodyTooSlow: see `Limits.body_min_rate`.
        """
        data: bytes = self._once_ready(self.sock.recv, min(size, _BODY_READ)) or b""
        self._note_received(len(data))
        return data

    def receive_into(self, view: memoryview) -> int:
        """Like `receive`, straight into the caller's memory; the number of bytes, 0 at the end."""
        moved: int = self._once_ready(self.sock.recv_into, view) or 0
        self._note_received(moved)
        return moved

    def _once_ready(self, receive: Callable[[Any], Any], argument: Any) -> Any:
        if self.hand.inbox:
            self._give_way()
        while True:
            try:
                return receive(argument)
            except BlockingIOError:
                self._await_body()
            except OSError:
                return None

    def _note_received(self, moved: int) -> None:
        self._moved = moved
        self._window_bytes += moved
        self.has_ended = not moved

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
        return self.park(READABLE, monotonic() + seconds)

    def send(self, data: bytes) -> int:
        """Send all of *data*, as gunicorn's own code expects of a socket."""
        self.sendall(data)
        return len(data)

    def sendall(self, data: bytes, flags: int = 0) -> None:
        """Send all of *data*, parking while the client takes none.

        Raises:
            ClientGone: it went away, or took nothing for `Limits.write_timeout`.
        """
        if rest := self.send_now(data, flags):
            self.send_rest(rest)

    def send_now(self, data: bytes, flags: int = 0) -> memoryview | None:
        """Send what the client takes at once; what is left, for `send_rest`, if anything is.

        Raises:
            ClientGone: it went away.
        """
        try:
            self._moved = self.sock.send(data, flags)
        except BlockingIOError:
            self._moved = 0
        except OSError as error:
            raise ClientGone from error
        return None if self._moved == len(data) else memoryview(data)[self._moved :]

    def send_rest(self, rest: memoryview) -> None:
        """Send the rest, like `sendall`."""
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

    # ---- waiting

    def wait_for(self, descriptor: int, seconds: float) -> bool:
        """Park until another descriptor is readable, has ended or has failed; false if the time is over first.

        Times are looked at about once a second. Nobody else may wait for the same descriptor meanwhile, and it must
        stay open until this returns; nothing of the wait is left then.

        Raises:
            OSError: epoll cannot wait for it, or the system is short of memory.
        """
        return Errand(self.hand, descriptor, seconds).wait()

    def pause(self) -> Pause:
        """A wait that another thread ends."""
        return Pause(self.hand)

    def _give_way(self) -> None:
        """Let the others of this thread have their turn: a long transfer must not starve them."""
        hand = self.hand
        self.runner = greenlet.getcurrent()
        hand.inbox.append(self)
        hand.hub.switch()
        self.runner = None

    def take_turns(self) -> None:
        """Between two pieces of an answer: let others go on who would have to wait for all of it.

        Where pieces take longer to make than to send, the client never makes this request wait, so it must stop by
        itself.

        Raises:
            ClientGone: like `sendall`.
        """
        if self.hand.inbox or not self.crew.has_spare_hands():
            self._moved = 0  # whoever has just moved something may wait in person, and so keep the thread
            self._await_room()

    def _waits_in_person(self, events: int) -> bool:
        """Wait a moment in the thread itself if that is likely to be short; true if it was worth it."""
        crew = self.crew
        if self._moved < _QUICK or self.hand.inbox or not crew.has_spare_hands():
            return False
        crew.step_aside()
        return is_ready(self.descriptor, events, self.limits.patience)

    def _await_body(self) -> None:
        if self._waits_in_person(select.POLLIN):
            return
        window = self.limits.body_window
        started = monotonic()
        self.park(READABLE, started + max(0.0, window - self._waited))
        self._waited += monotonic() - started
        if self._waited >= window:
            if self._window_bytes < self.limits.body_min_rate * window:
                raise BodyTooSlow
            self._waited, self._window_bytes = 0.0, 0

    def _await_room(self) -> None:
        if self._waits_in_person(select.POLLOUT):
            return
        queued = self._bytes_queued()
        while not self.park(WRITABLE, monotonic() + self.limits.write_timeout):
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
