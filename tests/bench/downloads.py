"""Asking again and again for one file that is there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.bench.client import Address, Answer, Load, ask_once, written
from tests.bench.stop import BenchmarkStopped


@dataclass(frozen=True)
class Place:
    """Where one process of a server has a file."""

    address: Address
    path: str

    def get(self, more: str = "") -> bytes:
        """A request for it; *more* are whole header lines."""
        return f"GET {self.path} HTTP/1.1\r\nHost: {written(self.address)}\r\nAccept: */*\r\n{more}\r\n".encode()


@dataclass(frozen=True)
class Published:
    """A file at a server, seen to come back as it was sent; in several places where its processes share nothing.

    *condition* is the header line of whoever has the bytes already; empty where the server sends neither ETag nor
    Last-Modified.
    """

    places: tuple[Place, ...]
    condition: str


def seen(places: Iterable[Place], content: bytes) -> Published:
    """Read the file once in each place.

    Raises:
        BenchmarkStopped: other bytes came back.
    """
    places = tuple(places)
    answers = [ask_once(place.address, 200, place.get()) for place in places]
    for place, answer in zip(places, answers, strict=True):
        if answer.body != content:
            raise BenchmarkStopped(f"{place.path} came back with other bytes than were sent.")
    return Published(places, _condition(answers[0]))


def whole_file(published: Published, connections: int) -> Load:
    """GETs that are answered with the bytes."""
    return _asking(published, 200, connections, "")


def not_modified(published: Published, connections: int) -> Load:
    """GETs by somebody who has the bytes, answered 304.

    Raises:
        BenchmarkStopped: the server gave nothing to ask with.
    """
    if not published.condition:
        raise BenchmarkStopped("A file came without ETag and Last-Modified: nothing can be asked conditionally.")
    return _asking(published, 304, connections, published.condition)


def _asking(published: Published, status: int, connections: int, more: str) -> Load:
    requests = [place.get(more) for place in published.places]

    def maker(number: int) -> Callable[[], bytes]:
        request = requests[number % len(requests)]
        return lambda: request

    return Load(tuple(place.address for place in published.places), status, connections, maker)


def _condition(answer: Answer) -> str:
    for validator, header in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
        if validator in answer.headers:
            return f"{header}: {answer.headers[validator]}\r\n"
    return ""
