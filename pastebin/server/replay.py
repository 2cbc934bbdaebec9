"""Answers that may be given again to the very same request: without parsing it, and without the application.

The application offers one, with what tells whether it still holds, while it
gives it (`pastebin.replay` in the environ). It is kept by the request's whole
head, to the byte: whatever could have led to another answer (a method, a
cookie, a language, another host) makes another head.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO

from pastebin.server.answer import AFTER_DATE, BEFORE_DATE, BEFORE_STATUS, Answer, date_text, word_of

_MOST_BYTES = 16 << 20
_MOST_REPLAYS = 8192
# What Python needs for an entry besides its bytes, more or less.
_ENTRY_BYTES = 1024
_WORDS = [f"{AFTER_DATE}{word_of(goes_on)}\r\n".encode() for goes_on in (False, True)]


OpensFile = Callable[[], FileIO | None]
"""Opens a file at its beginning; None where it is gone."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the application says of the answer that it gives.

    Attributes:
        body: all of it, or what opens a file with all of it.
        holds: tells whether it would give the same again; called for every request.
        given: called whenever it is given again.
    """

    body: bytes | OpensFile
    holds: Callable[[], bool]
    given: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """A whole answer as it leaves, but for the time and whether the connection goes on.

    Attributes:
        open: opens the file of *size* bytes that follows, if one does.
    """

    before_date: bytes
    rest: bytes
    holds: Callable[[], bool]
    given: Callable[[], None] | None
    open: OpensFile | None
    size: int

    def wire(self, *, goes_on: bool) -> bytes:
        """All of it but the file, dated now."""
        return b"%b%b%b%b" % (self.before_date, date_text().encode(), _WORDS[goes_on], self.rest)


class Replays:
    """What one worker may give again. It belongs to all of its threads: each step is atomic."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Replay] = {}
        self._bytes = 0

    def find(self, head: bytes) -> Replay | None:
        """What may be given to a request that is this head and nothing else."""
        replay = self._kept.get(head)
        return replay if replay is not None and replay.holds() else None

    def keep(self, head: bytes, answer: Answer, offer: Offer) -> None:
        """Keep an answer that has left, whole, on a connection that goes on."""
        if len(self._kept) >= _MOST_REPLAYS or self._bytes >= _MOST_BYTES:
            self._kept, self._bytes = {}, 0  # what is asked for often is back at once
        fields = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        body, open_file = (b"", offer.body) if callable(offer.body) else (offer.body, None)
        rest = f"{fields}\r\n".encode("latin-1") + body
        begin = f"{BEFORE_STATUS}{answer.status}{BEFORE_DATE}".encode("latin-1")
        self._kept[head] = Replay(begin, rest, offer.holds, offer.given, open_file, answer.sent)
        self._bytes += len(head) + len(rest) + _ENTRY_BYTES
