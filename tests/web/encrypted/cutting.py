"""A way to the server that breaks off in the middle of an answer."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.running import Server


@dataclass
class Cut:
    """Where the way leads from, and the paths whose first answers come only as far as half."""

    url: str = ""
    paths: list[str] = field(default_factory=list)


@contextmanager
def cutting(server: Server) -> Iterator[Cut]:
    """Stand between browsers and a server."""
    cut = Cut()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {"Host": self.headers["Host"], "Accept-Encoding": "identity"}
            answer = requests.get(f"{server.url}{self.path}", headers=headers, timeout=60)
            self.send_response(answer.status_code)
            for name in ("Content-Type", "Content-Security-Policy", "Content-Length"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            body = answer.content
            if self.path in cut.paths:
                cut.paths.remove(self.path)
                body = body[: len(body) // 2]
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    way = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=way.serve_forever)
    thread.start()
    cut.url = f"http://127.0.0.1:{way.server_port}"
    try:
        yield cut
    finally:
        way.shutdown()
        thread.join()
        way.server_close()
