"""A request's body, as `wsgi.input`.

Two kinds: one whose length is known, and one in chunks. Both read straight
from the connection and park while nothing comes. `readinto` is the fast way:
what has come, without a copy; `read(n)` waits for n bytes, as files do.

Raises, from every method that reads (all are `BodyError`, with `http_status`):
    ClientDisconnected: the connection ended in the middle.
    BodyMalformed: the chunks break the rules.
    BodyTooSlow: see `Limits.body_min_rate`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gunicorn.http.body import ChunkedReader, LengthReader
from gunicorn.http.errors import NoMoreData, ParseException

from pastebin.server.failures import BodyError, BodyMalformed, ClientDisconnected, ClientGone

if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined]  # typeshed knows it from 3.12 on

    from pastebin.server.connection import Connection

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_STEP = 256 * 1024
_LINE_STEP = 8 * 1024


class RequestBody(ABC):
    """What both kinds share: the file-like part, and what became of it."""

    def __init__(self, connection: "Connection", expects_continue: bool) -> None:
        self._connection = connection
        # The client waits for our word before it sends anything (RFC 9110 section 10.1.1).
        self.awaits_continue = expects_continue
        self.failure: BodyError | None = None
        self._ahead = b""

    @property
    @abstractmethod
    def remaining(self) -> int | None:
        """Bytes not read yet; None where nobody knows."""

    @property
    @abstractmethod
    def is_finished(self) -> bool:
        """Whether all of it was read, so that the next request begins here."""

    @abstractmethod
    def _some(self, size: int) -> bytes:
        """1 to *size* bytes; none at the end."""

    def readinto(self, buffer: "Buffer") -> int:
        """Fill the beginning of *buffer* with what has come: 1 byte to all of it, 0 at the end."""
        view = memoryview(buffer).cast("B")
        data = self._take(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        """*size* bytes, fewer only at the end; everything without a size."""
        wanted = -1 if size is None or size < 0 else size
        pieces = []
        while wanted:
            piece = self._take(_STEP if wanted < 0 else wanted)
            if not piece:
                break
            pieces.append(piece)
            if wanted > 0:
                wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readline(self, size: int | None = -1) -> bytes:
        """Up to and with the next newline, at most *size* bytes."""
        limit = -1 if size is None or size < 0 else size
        pieces = []
        while limit:
            piece = self._take(_LINE_STEP if limit < 0 else min(limit, _LINE_STEP))
            if not piece:
                break
            end = piece.find(b"\n") + 1
            if end:
                pieces.append(piece[:end])
                self._ahead = piece[end:] + self._ahead
                break
            pieces.append(piece)
            if limit > 0:
                limit -= len(piece)
        return b"".join(pieces)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """All lines, or those until *hint* bytes are reached."""
        lines, total = [], 0
        for line in self:
            lines.append(line)
            total += len(line)
            if hint is not None and 0 < hint <= total:
                break
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def drain(self, size: int, seconds: float) -> bool:
        """Read away what was left, if that is little and comes soon; true if nothing is left."""
        return self.is_finished

    def _take(self, size: int) -> bytes:
        if self._ahead:
            taken, self._ahead = self._ahead[:size], self._ahead[size:]
            return taken
        if self.failure:
            raise self.failure
        try:
            if self.awaits_continue:
                self._say_continue()
            return self._some(size)
        except BodyError as failure:
            self.failure = failure
            raise

    def _say_continue(self) -> None:
        self.awaits_continue = False
        # Who has begun to send did not wait, and needs no word.
        if not self._connection.arrived:
            try:
                self._connection.sendall(CONTINUE)
            except ClientGone:
                raise ClientDisconnected from None


class LengthBody(RequestBody):
    """A body of Content-Length bytes; also the empty one."""

    def __init__(self, connection: "Connection", expects_continue: bool, length: int) -> None:
        super().__init__(connection, expects_continue and length > 0)
        self._left = length

    @property
    def remaining(self) -> int:
        """Bytes not read yet."""
        return self._left + len(self._ahead)

    @property
    def is_finished(self) -> bool:
        """Whether all of it was read from the connection."""
        return self._left == 0

    def readinto(self, buffer: "Buffer") -> int:
        """Fill the beginning of *buffer* with what has come: 1 byte to all of it, 0 at the end."""
        if self._ahead or self._connection.arrived or self.awaits_continue or self.failure or not self._left:
            return super().readinto(buffer)
        view = memoryview(buffer).cast("B")
        if len(view) > self._left:
            view = view[: self._left]
        try:
            got = self._connection.receive_into(view)
            if not got and len(view):
                raise ClientDisconnected
        except BodyError as failure:
            self.failure = failure
            raise
        self._left -= got
        return got

    def drain(self, size: int, seconds: float) -> bool:
        """Read away what was left, if that is little and comes soon; true if nothing is left."""
        connection = self._connection
        if self._left > size:
            return False
        while self._left:
            if not connection.arrived:
                data = connection.receive_now(self._left)
                if data is None and connection.wait_readable(seconds):
                    data = connection.receive_now(self._left)
                if not data:
                    return False
                connection.unread(data)
            self._left -= len(connection.read(self._left))
        return True

    def _some(self, size: int) -> bytes:
        size = min(size, self._left)
        if not size:
            return b""
        connection = self._connection
        data = connection.read(size) if connection.arrived else connection.receive(size)
        if not data:
            raise ClientDisconnected
        self._left -= len(data)
        return data


class ChunkedBody(RequestBody):
    """A body in chunks, of a length that nobody knows before its end (RFC 9112 section 7.1)."""

    def __init__(self, connection: "Connection", expects_continue: bool, reader: ChunkedReader) -> None:
        super().__init__(connection, expects_continue)
        # A generator of pieces as they come; gunicorn's own read() would copy each three times.
        self._pieces: Iterator[bytes] | None = reader.parser
        self._piece = memoryview(b"")

    @property
    def remaining(self) -> int | None:
        """Nobody knows, but for the end."""
        return 0 if self.is_finished else None

    @property
    def is_finished(self) -> bool:
        """Whether the last chunk was read."""
        return self._pieces is None and not self._piece

    def _some(self, size: int) -> bytes:
        while not self._piece and self._pieces is not None:
            self._piece = memoryview(self._next_piece(self._pieces))
        taken, self._piece = self._piece[:size], self._piece[size:]
        return bytes(taken)

    def _next_piece(self, pieces: Iterator[bytes]) -> bytes:
        try:
            return next(pieces)
        except StopIteration:
            self._pieces = None
            return b""
        except NoMoreData:
            raise ClientDisconnected from None
        except ParseException:
            # gunicorn takes an end of the connection after a chunk for a broken terminator.
            raise (ClientDisconnected if self._connection.has_ended else BodyMalformed) from None


def body_of(request: Any, connection: "Connection", expects_continue: bool) -> RequestBody:
    """The body that gunicorn found announced in the request's head."""
    reader = request.body.reader
    if isinstance(reader, ChunkedReader):
        return ChunkedBody(connection, expects_continue, reader)
    length = reader.length if isinstance(reader, LengthReader) else 0
    return LengthBody(connection, expects_continue, length)
