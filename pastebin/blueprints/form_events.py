"""Forms as a stream of events, whatever their encoding: a part begins, its bytes, it ends.

Nothing is gathered here, so a form of any size passes in flat memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from multipart import MultipartError, ParserLimitReached, PushMultipartParser

from pastebin.errors import BodyMalformed

MOST_PARTS = 1000

_LONGEST_NAME = 1024


@dataclass(frozen=True)
class Part:
    """A part begins: its field name, and the file name it was sent with (None for a plain field)."""

    name: str
    filename: str | None


Event = Part | bytes | None
"""A part begins, some of its bytes, or (None) it ends."""


def multipart_events(source: Iterable[memoryview], boundary: str) -> Iterator[Event]:
    """The events of a multipart/form-data body (RFC 7578).

    Raises:
        BodyMalformed: not such a body, cut short, or of too many parts.
    """
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_PARTS, max_header_size=16 * 1024) as parser:
            for block in source:
                for event in parser.parse(bytes(block)):
                    yield event if event is None or isinstance(event, bytes) else Part(event.name, event.filename)
                if parser.closed:
                    break
    except ParserLimitReached as fault:
        raise BodyMalformed(f"The form has more than {MOST_PARTS} parts, or a part with too long a header.") from fault
    except (MultipartError, UnicodeError) as fault:
        raise BodyMalformed(f"The multipart form could not be read: {fault}.") from fault


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
