"""A load client that leaves the cores to the server: raw sockets, ready-made bytes."""

import re
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.crew import Tally, Window
from tests.bench.stop import BenchmarkStopped

Address = tuple[str, int]

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_RECEIVE_BYTES = 1024 * 1024
_ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Load:
    """What to ask, of whom, over how many keep-alive connections a process.

    Each process asks one of the *addresses*, by its number. *maker* is called once in each process, with that number,
    and gives what makes the bytes of each next request.
    """

    addresses: tuple[Address, ...]
    status: int
    connections: int
    maker: Callable[[int], Callable[[], bytes]]

    def __call__(self, number: int, window: Window) -> Tally:
        """Keep every connection asking until the window closes."""
        address = self.addresses[number % len(self.addresses)]
        return _Asker(self, address, self.maker(number)).run(window)


class _Conversation:
    """One connection, and how much of an answer is still to come."""

    __slots__ = ("body_left", "head", "socket", "started")

    def __init__(self, address: Address) -> None:
        self.socket = connect(address)
        self.head = b""
        self.body_left = 0
        self.started = 0.0

    def ask(self, request: bytes) -> None:
        self.started = time.monotonic()
        self.socket.sendall(request)


class _Asker:
    def __init__(self, load: Load, address: Address, make: Callable[[], bytes]) -> None:
        self.load = load
        self.address = address
        self.make = make
        self.begins = b"HTTP/1.1 %d " % load.status
        self.buffer = bytearray(_RECEIVE_BYTES)
        self.view = memoryview(self.buffer)

    def run(self, window: Window) -> Tally:
        tally = Tally()
        poll = select.epoll()
        talks = [_Conversation(self.address) for _ in range(self.load.connections)]
        by_descriptor = {talk.socket.fileno(): talk for talk in talks}
        for descriptor, talk in by_descriptor.items():
            poll.register(descriptor, select.EPOLLIN)
            talk.ask(self.make())
        asking = len(talks)
        while asking:
            ready = poll.poll(_ANSWER_SECONDS)
            if not ready:
                raise BenchmarkStopped(f"The server did not answer within {_ANSWER_SECONDS} seconds.")
            for descriptor, _ in ready:
                talk = by_descriptor[descriptor]
                if not self.answered(talk):
                    continue
                now = time.monotonic()
                tally.add(window, talk.started, now)
                if now < window.closes:
                    talk.ask(self.make())
                else:
                    asking -= 1
                    talk.socket.close()
        poll.close()
        return tally

    def answered(self, talk: _Conversation) -> bool:
        """Take what has come; true if that completes the expected answer."""
        size = talk.socket.recv_into(self.buffer)
        if not size:
            raise BenchmarkStopped("The server closed a connection on which an answer was due.")
        if talk.body_left:
            talk.body_left -= size
            return talk.body_left == 0
        begun = self.buffer
        if talk.head:
            begun = bytearray(talk.head + self.view[:size])
            size = len(begun)
        end = begun.find(b"\r\n\r\n", 0, size)
        if end < 0:
            talk.head = bytes(begun[:size])
            return False
        talk.head = b""
        talk.body_left = end + 4 + body_length(begun, size, end, self.begins) - size
        return talk.body_left == 0


def written(address: Address) -> str:
    """What belongs in the Host header."""
    return "%s:%d" % address


def connect(address: Address) -> socket.socket:
    """A connection that sends at once what it is given."""
    connection = socket.create_connection(address, timeout=_ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def body_length(buffer: bytearray, size: int, head_end: int, begins: bytes) -> int:
    """How many bytes follow the head of an answer, of which *size* are in *buffer*; it has to begin with *begins*.

    Raises:
        BenchmarkStopped: another status, or no length where one is needed.
    """
    if not buffer.startswith(begins):
        wanted = begins.decode().strip()
        said = bytes(buffer[: min(size, 600)]).decode(errors="replace")
        raise BenchmarkStopped(f"An answer was not the expected {wanted!r}, but:\n{said}")
    if begins.startswith((b"HTTP/1.1 304", b"HTTP/1.1 204")):
        return 0
    length = _LENGTH.search(buffer, 0, head_end)
    if length is None:
        raise BenchmarkStopped("An answer came without a Content-Length, which the load client needs.")
    return int(length[1])


@dataclass(frozen=True)
class Answer:
    """One whole answer: header names in lower case."""

    headers: dict[str, str]
    body: bytes


def ask_once(address: Address, status: int, *pieces: bytes) -> Answer:
    """Send one request in *pieces* and read its answer, outside of any load."""
    with connect(address) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return read_answer(connection, status)


def read_answer(connection: socket.socket, status: int) -> Answer:
    """The answer that is due on *connection*, which has to have *status*."""
    begins = b"HTTP/1.1 %d " % status
    received = bytearray()
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    wanted = end + 4 + body_length(received, len(received), end, begins)
    while len(received) < wanted:
        received += _more(connection)
    lines = received[:end].decode("latin-1").split("\r\n")[1:]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(headers, bytes(received[end + 4 : wanted]))


def _more(connection: socket.socket) -> bytes:
    piece = connection.recv(_RECEIVE_BYTES)
    if not piece:
        raise BenchmarkStopped("The server closed a connection on which an answer was due.")
    return piece
