"""What an application is told of a request (PEP 3333), from gunicorn's parsed head.

gunicorn's own `create` does the same for every kind of server it is, in three
times the time, and says "100 Continue" before anybody has looked at the request.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from gunicorn.http import Request
from gunicorn.http.wsgi import FileWrapper, WSGIErrorsWrapper

if TYPE_CHECKING:
    from pastebin.server.alike import Likeness
    from pastebin.server.body import RequestBody
    from pastebin.server.connection import Connection

_PLAIN_NAMES = {"CONTENT-TYPE": "CONTENT_TYPE", "CONTENT-LENGTH": "CONTENT_LENGTH"}


class Head(Request):
    """A request's head. Nobody is believed about addresses and schemes here: that is the application's to decide."""

    whole: bytes | None = None
    """The bytes that it was made of, where nothing came with them."""

    likeness: "Likeness | None" = None
    """What it is like, where it is small and came whole."""

    def _peer_trusted_for_forwarded(self) -> tuple[dict[str, str], list[str]]:
        return {}, []


def common_environ(cfg: Any) -> dict[str, Any]:
    """What is the same for every request of a worker."""
    return {
        "wsgi.errors": WSGIErrorsWrapper(cfg),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": cfg.workers > 1,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
        # However the body is framed, it ends where the request ends.
        "wsgi.input_terminated": True,
        "wsgi.url_scheme": "http",
        "SERVER_SOFTWARE": "pastebin",
        "SCRIPT_NAME": "",
    }


def request_environ(common: dict[str, Any], head: Any, connection: "Connection", body: "RequestBody") -> dict[str, Any]:
    """The environment of one request, to be changed at will."""
    environ = common.copy()
    path = head.path
    environ["REQUEST_METHOD"] = head.method
    environ["RAW_URI"] = head.uri
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1") if "%" in path else path
    environ["QUERY_STRING"] = head.query
    environ["SERVER_PROTOCOL"] = "HTTP/1.1" if head.version == (1, 1) else "HTTP/1.0"
    environ["SERVER_NAME"], environ["SERVER_PORT"] = connection.local
    environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = connection.peer
    environ["wsgi.input"] = body
    environ["pastebin.wait"] = connection.wait_for
    environ["pastebin.pause"] = connection.pause
    for name, value in head.headers:
        key = _PLAIN_NAMES.get(name) or "HTTP_" + name.replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ
