"""Forms as a stream of events, whatever their encoding: a part begins, its bytes, it ends.

Nothing is gathered here, so a form of any size passes in flat memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser

from pastebin.errors import BodyMalformed

MOST_PARTS = 1000

_LONGEST_NAME = 1024
# What the parser is given at a time: it holds on to that, and whoever takes an event does too.
_PIECE_BYTES = 128 * 1024


@dataclass(frozen=True)
class Part:
    """A part begins: its field name, and the file name it was sent with (None for a plain field)."""

    name: str
    filename: str | None


Event = Part | bytes | memoryview | None
"""A part begins, some of its bytes (a view holds until the next event), or (None) it ends."""


def multipart_events(source: Iterable[memoryview], boundary: str) -> Iterator[Event]:
    """The events of a multipart/form-data body (RFC 7578).

    Raises:
        BodyMalformed: not such a body, cut short, or of too many parts.
    """
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS, max_header_size=16 * 1024) as parser:
            form = _Multipart(parser)
            for block in source:
                yield from form.events(block)
                if parser.closed:
                    break
    except ParserLimitReached as fault:
        raise BodyMalformed(f"The form has more than {MOST_PARTS} parts, or a part with too long a header.") from fault
    except (MultipartError, UnicodeError) as fault:
        raise BodyMalformed(f"The multipart form could not be read: {fault}.") from fault


class _Multipart:
    """A form, and how much of it the parser has to see: it wants a copy of all that it sees."""

    def __init__(self, parser: PushMultipartParser) -> None:
        self._parser = parser
        self._delimiter = b"\r\n--" + parser.boundary
        self._part: MultipartSegment | None = None
        # Whether the parser has given out all that it was given, and waits for more of the part.
        self._is_within = False

    def events(self, block: memoryview) -> Iterator[Event]:
        """What the next bytes say; those in which the part surely goes on are handed on as they are."""
        if self._is_within and self._has_no_delimiter(block) and self._ends_clear(block):
            yield block
            return
        for begin in range(0, len(block), _PIECE_BYTES):
            yield from self._parsed(bytes(block[begin : begin + _PIECE_BYTES]))
        # Where a part tells its length, the parser compares.
        goes_on = self._part is not None and self._part.header("Content-Length") is None
        self._is_within = goes_on and self._ends_clear(block)

    def _parsed(self, piece: bytes) -> Iterator[Event]:
        for event in self._parser.parse(piece):
            if isinstance(event, MultipartSegment):
                self._part = event
                yield Part(event.name or "", event.filename)
            else:
                self._part = None if event is None else self._part
                yield event

    def _ends_clear(self, block: memoryview) -> bool:
        """Whether no delimiter begins at the block's end that may go on in the next, with the two bytes after it."""
        end = bytes(block[-len(self._delimiter) - 1 :])
        begins = (self._delimiter[:length] for length in range(1, len(self._delimiter)))
        return len(end) > len(self._delimiter) and self._delimiter not in end and not end.endswith(tuple(begins))

    def _has_no_delimiter(self, block: memoryview) -> bool:
        """Whether that is known: a view cannot be searched, but what it is a view of, where it is all of it."""
        whole = block.obj
        return isinstance(whole, bytes | bytearray) and len(whole) == len(block) and self._delimiter not in whole


def urlencoded_events(source: Iterable[memoryview]) -> Iterator[Event]:
    """The events of an application/x-www-form-urlencoded body.

    Raises:
        BodyMalformed: too many fields, or a name that does not end.
    """
    rest, in_value, count = b"", False, 0
    for block in source:
        rest += bytes(block)
        while rest:
            if not in_value:
                name, rest, in_value = _take_name(rest)
                if not in_value:
                    break
                count += 1
                if count > MOST_PARTS:
                    raise BodyMalformed(f"The form has more than {MOST_PARTS} fields.")
                yield Part(name, None)
            value, found, after = rest.partition(b"&")
            whole = value if found else value[: _safe_length(value)]
            if whole:
                yield _decode(whole)
            rest, in_value = (after, False) if found else (value[len(whole) :], True)
            if found:
                yield None
            elif len(rest) == len(value):
                break
    yield from _last_events(rest, in_value)


def _last_events(rest: bytes, in_value: bool) -> Iterator[Event]:
    if not in_value and rest:
        yield Part(_decode(rest).decode("utf-8", "replace"), None)
    elif in_value and rest:
        yield _decode(rest)
    if in_value or rest:
        yield None


def _take_name(rest: bytes) -> tuple[str, bytes, bool]:
    """The next field's name, what follows it, and whether it was complete."""
    rest = rest.lstrip(b"&")
    name, found, after = rest.partition(b"=")
    if b"&" in name:  # a field without a value: its name ends here, and its value is empty
        name, _, after = rest.partition(b"&")
        after = b"&" + after
        found = b"&"
    if len(name) > _LONGEST_NAME:
        raise BodyMalformed("The form has a field with too long a name. To send a file as it is, PUT it.")
    return _decode(name).decode("utf-8", "replace"), (after if found else rest), bool(found)


def _decode(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _safe_length(text: bytes) -> int:
    """How much of it can be decoded by itself: not a `%` whose two digits are yet to come."""
    cut = text.rfind(b"%", max(0, len(text) - 2))
    return len(text) if cut < 0 else cut
