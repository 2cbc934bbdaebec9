"""Requests that are alike: small bodies under heads that differ in nothing but a name and a length.

A program that sends many small files sends the same head with each, but for
the last part of the path and Content-Length. An application that has answered
one of them may offer to take the bodies of the others without being told
their heads (`pastebin.alike` in the environ). What it answers differs in the
fields that it names; all others are as they were the first time.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pastebin.server.answer import AFTER_DATE, BEFORE_DATE, BEFORE_STATUS, Answer, date_text, word_of

if TYPE_CHECKING:
    from pastebin.server.parking import Pause

Taken = tuple[bytes, Mapping[str, str]]
"""The body of an answer, and its fields that differ, by name; all in Latin-1, and none with a line's end in it."""

Take = Callable[[str, bytes, Callable[[], "Pause"]], Taken | None]
"""Takes a name, a body and what makes pauses; None where the request has to be read as a whole after all."""

Likeness = bytes
"""The SHA-256 of whom it came from, and of what stands in a head before and after its length: those may be secrets."""

_MOST_KEPT = 1024
_LONGEST_HEAD = 4096
# A name that means itself, so that there is nothing to decode.
_LINE = re.compile(rb"PUT /([\w.~-]{1,255}) HTTP/1\.1\r\n")
_LENGTH = b"\r\nContent-Length: "
_MOST_DIGITS = 5
_END = b"\r\n\r\n"


class Small(NamedTuple):
    """A request that came whole and at once: what it is like, and what is its own."""

    likeness: Likeness
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """What the application says of the request that it answers: how it would take others, and which fields differ."""

    take: Take
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """How requests of one likeness are taken, and the status and fields of their answers."""

    take: Take
    before_date: str
    fields: str

    def wire(self, taken: Taken, *, goes_on: bool) -> bytes:
        """The whole answer, dated now."""
        body, own = taken
        fields = self.fields % {**own, "Content-Length": len(body)}
        return f"{self.before_date}{date_text()}{AFTER_DATE}{word_of(goes_on)}\r\n{fields}\r\n".encode("latin-1") + body


class Alikes:
    """What one worker knows how to take. It belongs to all of its threads: each step is atomic."""

    def __init__(self) -> None:
        self._kept: dict[Likeness, Alike] = {}

    def find(self, small: Small) -> Alike | None:
        """How requests like this one are taken."""
        return self._kept.get(small.likeness)

    def keep(self, likeness: Likeness, answer: Answer, offer: Offer) -> None:
        """Keep how others are taken, from an answer that has left, whole, on a connection that goes on."""
        differing = {*offer.differing, "Content-Length"}
        names = [name for name, _value in answer.headers]
        if any(names.count(name) != 1 for name in differing):
            return
        if len(self._kept) >= _MOST_KEPT:
            self._kept = {}  # whoever still sends is back at once
        fields = "".join(_line(name, f"%({name})s" if name in differing else value.replace("%", "%%"))
                         for name, value in answer.headers)  # fmt: skip
        self._kept[likeness] = Alike(offer.take, f"{BEFORE_STATUS}{answer.status}{BEFORE_DATE}", fields)

    def forget(self, small: Small) -> None:
        """Read the next one as a whole: this one was not taken."""
        self._kept.pop(small.likeness, None)


def small(peer: str, arrived: bytes) -> Small | None:
    """A whole small request by what has come of a connection; None for every other kind.

    Args:
        arrived: a head, and what came with it.
    """
    line = _LINE.match(arrived)
    if line is None:
        return None
    end = arrived.find(_END, 0, _LONGEST_HEAD)
    at = arrived.find(_LENGTH, line.end() - 2, max(0, end))
    if at < 0:
        return None
    begin = at + len(_LENGTH)
    stop = arrived.find(b"\r\n", begin)
    digits, body = arrived[begin:stop], arrived[end + 4 :]
    if len(digits) > _MOST_DIGITS or not digits.isdigit() or int(digits) != len(body):
        return None
    likeness = _likeness(peer, arrived[line.end() : begin], arrived[stop:end])
    return Small(likeness, line[1].decode(), body)


def _likeness(peer: str, before: bytes, after: bytes) -> Likeness:
    # Neither an address nor a field has this byte in it.
    return hashlib.sha256(b"\0".join((peer.encode(), before, after))).digest()


def _line(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"
