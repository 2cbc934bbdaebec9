"""An answer on its way out: gunicorn's, with fewer packets and system calls."""

import os
import socket
from time import time
from typing import TYPE_CHECKING, Any

from gunicorn import util
from gunicorn.http.wsgi import Response

if TYPE_CHECKING:
    from pastebin.server.body import RequestBody

# What is joined with the head into one packet, and read from a file for it, rather than sent by itself.
_JOINED = 64 * 1024

# What is the server's in every answer. The version is always its own: RFC 9110 section 6.2.
BEFORE_STATUS, BEFORE_DATE, AFTER_DATE = "HTTP/1.1 ", "\r\nServer: pastebin\r\nDate: ", "\r\nConnection: "

_date = (0, "")


def date_text() -> str:
    """The time in the form of the Date header, made once a second."""
    global _date
    now = int(time())
    second, text = _date
    if second != now:
        text = util.http_date(now)
        _date = (now, text)
    return text


def word_of(goes_on: bool) -> str:
    """What the Connection field says."""
    return "keep-alive" if goes_on else "close"


class Answer(Response):
    """A response that sends its head together with the first bytes of its body."""

    _omits_body: bool

    def __init__(self, request: Any, connection: Any, cfg: Any, body: "RequestBody", worker: Any) -> None:
        super().__init__(request, connection, cfg)
        self.version = "pastebin"
        self._connection = connection
        self._body = body
        self._worker = worker
        self._head = b""
        # Whether any byte of it has left.
        self.has_begun = False

    @property
    def is_whole(self) -> bool:
        """Whether as much was sent as was promised."""
        return self._omits_body or self.response_length is None or self.sent >= self.response_length

    def default_headers(self) -> list[str]:
        """The status line and the fields that are the server's, not the application's."""
        if not self._worker.alive or not self.cfg.keepalive or self._leaves_body():
            self.must_close = True
        # An upgrade, which this server never grants, would be the only other word here.
        word = word_of(not self.should_close())
        lines = [f"{BEFORE_STATUS}{self.status}{BEFORE_DATE}{date_text()}{AFTER_DATE}{word}\r\n"]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked\r\n")
        return lines

    def _leaves_body(self) -> bool:
        """Whether so much of the body is left that where the next request begins will never be known."""
        body = self._body
        if body.is_finished or body.failure:
            return body.failure is not None
        waits, body.awaits_continue = body.awaits_continue, False
        left = body.remaining
        return waits or left is None or left > self._worker.limits.drain_size

    def send_headers(self) -> None:
        """Make the head; it leaves with the first of the body, or when the answer is closed."""
        if not self.headers_sent:
            lines = self.default_headers()
            lines += [f"{name}: {value}\r\n" for name, value in self.headers]
            lines.append("\r\n")
            self._head = "".join(lines).encode("latin-1")
            self.headers_sent = True

    def write(self, data: bytes) -> None:
        """Send a piece of the body: never more than was promised, and nothing where there can be no body."""
        if not self.headers_sent:
            self.send_headers()
        if self._omits_body or not data:
            return
        if not isinstance(data, bytes):
            raise TypeError(f"the application gave {type(data).__name__}, not bytes")
        if self.chunked:
            self._emit(b"%X\r\n%b\r\n" % (len(data), data))
            return
        if self.response_length is not None:
            data = data[: self.response_length - self.sent]
        if data:
            self.sent += len(data)
            self._emit(data)

    def _emit(self, data: bytes) -> None:
        head, self._head = self._head, b""
        self.has_begun = True
        if not head:
            self._connection.take_turns()
            self.sock.sendall(data)
        elif len(data) <= _JOINED:
            self.sock.sendall(head + data)
        else:
            self.sock.sendall(head, socket.MSG_MORE)
            self.sock.sendall(data)

    def sendfile(self, respiter: Any) -> bool:
        """Send a real file from where it stands, up to the promised length; false if it is none."""
        if not self.can_sendfile() or not util.has_fileno(respiter.filelike) or self.chunked:
            return False
        file = respiter.filelike
        try:
            offset = os.lseek(file.fileno(), 0, os.SEEK_CUR)
            length = self.response_length
            count = os.fstat(file.fileno()).st_size - offset if length is None else length
        except OSError:
            return False
        self.send_headers()
        if self._omits_body:
            return True
        self._emit_file(file, offset, count)
        return True

    def _emit_file(self, file: Any, offset: int, count: int) -> None:
        if 0 < count <= _JOINED:
            data = os.pread(file.fileno(), count, offset)
            self.sent += len(data)
            self._emit(data)
        elif count:
            head, self._head = self._head, b""
            self.has_begun = True
            self.sock.sendall(head, socket.MSG_MORE)
            self.sent += self.sock.sendfile(file, offset, count)

    def close(self) -> None:
        """Send what is still to be sent."""
        if not self.headers_sent:
            self.send_headers()
        if self.chunked:
            self._emit(b"0\r\n\r\n")
        elif self._head:
            self._emit(b"")
