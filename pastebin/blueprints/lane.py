"""The lane in front of Flask: replays an answer that `delivery` gave, while it is still true.

It holds decisions, never rules. What it takes, and for how long, is said by
the card that `delivery` offers with its answer; any change of a file and any
removal changes the generation, which every request compares, so after the
answer to a deletion no worker replays what was deleted.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from io import FileIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from pastebin import waiting
from pastebin.blobs import BlobMissing
from pastebin.edge import LARGEST_KEPT_BYTES
from pastebin.generation import Generation
from pastebin.services.views import Viewed

OFFER = "pastebin.lane"
"""Where in the environ the function is that takes a card."""

_LONGEST_LIFE_SECONDS = 5.0
_MOST_CARDS = 4096
_MOST_BODY_BYTES = 64 * 1024
_MOST_BYTES = 32 << 20
# A request with one of these may be answered otherwise.
_FOR_FLASK = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_RANGE")

# The bytes may be gone, those of a derived image at any time: Flask knows what to say, or makes it anew.
_GONE = (BlobMissing, FileNotFoundError)


@dataclass(frozen=True)
class Card:
    """A whole answer: how its bytes are opened, its headers, and those of a 304; until when it may be given.

    `viewed` counts a view, and is called whenever the whole is given: outside of any request.
    """

    open: Callable[[], FileIO]
    size: int
    etag: str
    headers: list[tuple[str, str]]
    headers_304: list[tuple[str, str]]
    until: float
    viewed: Viewed | None = None


@dataclass
class _Kept:
    card: Card
    generation: bytes
    until: float
    body: bytes | None = None


def _for_proxy(card: Card, until: float) -> list[tuple[str, str]]:
    """Until when a proxy in front may give the answer, to the second, and what it is a view of (`docs/nginx.conf`)."""
    view = [("X-Pastebin-View", str(card.viewed))] if card.viewed else []
    return [("X-Accel-Expires", f"@{int(until) - 1}"), *view]


class Lane:
    """WSGI middleware over one generation.

    Args:
        for_proxy: tell a proxy in front what it may replay, too (see `edge`).
    """

    def __init__(self, application: WSGIApplication, generation: Generation, *, for_proxy: bool = False) -> None:
        self._application = application
        self._generation = generation
        self._for_proxy = for_proxy
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._bytes = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from a card, or pass on to the application."""
        waiting.note_request(environ)
        if (
            environ["REQUEST_METHOD"] != "GET"
            or environ.get("QUERY_STRING")
            or any(map(environ.__contains__, _FOR_FLASK))
        ):
            return self._application(environ, start_response)
        place = environ.get("HTTP_HOST", ""), environ["PATH_INFO"]
        kept = self._kept.get(place)
        if kept is not None and self._holds(kept):
            answer = self._replay(kept, environ, start_response)
            if answer is not None:
                return answer
        generation = self._generation.read()  # before anything is decided
        environ[OFFER] = lambda card: self._keep(place, generation, card)
        return self._application(environ, start_response)

    def _replay(self, kept: _Kept, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes] | None:
        card = kept.card
        condition = environ.get("HTTP_IF_NONE_MATCH")
        if condition == card.etag:
            start_response("304 NOT MODIFIED", card.headers_304)
            self._let_replay(environ, kept, b"", None)
            return ()
        if condition is not None:
            return None
        body = (kept.body,) if kept.body is not None else self._sent(card, environ)
        if body is not None:
            start_response("200 OK", card.headers)
            if card.viewed is not None:
                card.viewed()
            again = partial(self._opened, card) if kept.body is None else kept.body
            self._let_replay(environ, kept, again, card.viewed)
        return body

    def _holds(self, kept: _Kept) -> bool:
        return kept.generation == self._generation.read() and time.time() < kept.until

    def _let_replay(
        self,
        environ: WSGIEnvironment,
        kept: _Kept,
        body: bytes | Callable[[], FileIO | None],
        viewed: Callable[[], None] | None,
    ) -> None:
        """Have the server beneath give the same by itself to the same request, if it can (see docs/server.md)."""
        offer = environ.get("pastebin.replay")
        if offer is not None:
            offer(body, partial(self._holds, kept), viewed)

    def _sent(self, card: Card, environ: WSGIEnvironment) -> Iterable[bytes] | None:
        """The bytes by the server's own way of sending files, where it has one."""
        wrapper: Any = environ.get("wsgi.file_wrapper")
        file = self._opened(card) if wrapper else None
        sent: Iterable[bytes] | None = wrapper(file) if file else None
        return sent

    @staticmethod
    def _opened(card: Card) -> FileIO | None:
        try:
            return card.open()
        except _GONE:
            return None

    def _keep(self, place: tuple[str, str], generation: bytes, card: Card) -> None:
        if len(self._kept) >= _MOST_CARDS or self._bytes >= _MOST_BYTES:
            self._kept, self._bytes = {}, 0  # what is asked for often is back at once
        body = self._read(card) if card.size <= _MOST_BODY_BYTES else None
        until = min(card.until, time.time() + _LONGEST_LIFE_SECONDS)
        if self._for_proxy and card.size <= LARGEST_KEPT_BYTES:
            card = replace(card, headers=[*card.headers, *_for_proxy(card, until)])
        self._bytes += len(body or b"") + sum(map(len, place))
        self._kept[place] = _Kept(card, generation, until, body)

    @staticmethod
    def _read(card: Card) -> bytes | None:
        file = Lane._opened(card)
        if file is None:
            return None
        with file:
            body = file.read(card.size)
        return body if len(body) == card.size else None
