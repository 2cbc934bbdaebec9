"""Text from bytes, and lines of HTML from text."""

import codecs
from collections.abc import Sequence
from typing import Final

MOST_BYTES: Final = 1 << 20
MOST_LINES: Final = 20_000
MOST_BEGINNING: Final = 200
_BEGINNING_LINES: Final = 50
_PIECE_LINES: Final = 500

# What charset None is taken for where the name says text: every byte is some character of it.
FALLBACK_CHARSET: Final = "cp1252"

_TAB, _LINE_FEED = 0x09, 0x0A
# Shown as what they are, not obeyed: C0 and DEL by Unicode's pictures of them. HTML could not even carry NUL.
_PICTURES: Final = {code: chr(0x2400 + code) for code in range(32) if code not in (_TAB, _LINE_FEED)} | {0x7F: "␡"}
# C1, what changes the reading order (UAX #9), what has no width, and line ends that are none here: kept, so that
# copying gives the very text, but shut into an element of their own with their number beside them.
_UNSEEN: Final = [*range(0x80, 0xA0), 0x200B, *range(0x2028, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
_HTML: Final = {
    ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;",
    **_PICTURES,
    **{code: f"<bdi data-code={code:04X}>{chr(code)}</bdi>" for code in _UNSEEN},
}  # fmt: skip
_UNSEEN_AS_SPACE: Final = dict.fromkeys([*_PICTURES, *_UNSEEN], " ")
_CONTROL_BYTES: Final = bytes([*range(9), *range(14, 27), *range(28, 32), 0x7F])


def decode(content: bytes, charset: str, *, is_whole: bool) -> str:
    """Text with `\\n` as its only line end and without a byte order mark.

    Args:
        charset: `utf-8`, `utf-16` or FALLBACK_CHARSET.
        is_whole: false where *content* was cut off: then a character that was cut in two is left out.

    Bytes that are none in this charset become U+FFFD; nothing is raised.
    """
    codec, mark = _codec_of(content, charset)
    text = codecs.getincrementaldecoder(codec)("replace").decode(content[len(mark) :], final=is_whole)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def looks_binary(head: bytes, charset: str | None) -> bool:
    """Whether bytes that are called text had better be shown as bytes: NULs, or controls that no text has."""
    if charset == "utf-16":
        return False
    return b"\0" in head if charset else any(byte in _CONTROL_BYTES for byte in head)


def to_html(text: str) -> str:
    """Text as HTML that shows every character, and obeys none; line ends stay as they are."""
    return text.translate(_HTML)


def beginning(lines: Sequence[str]) -> str:
    """The first words of a text, at most `MOST_BEGINNING` characters in one line, nothing unseen among them."""
    words = " ".join(lines[:_BEGINNING_LINES])[: 8 * MOST_BEGINNING].translate(_UNSEEN_AS_SPACE).split()
    start = " ".join(words)
    return start if len(start) <= MOST_BEGINNING else start[: MOST_BEGINNING - 1].rstrip() + "…"


def split_lines(text: str) -> list[str]:
    """Its lines, without their ends; a line end at the very end begins no further line."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def numbered(lines: Sequence[str]) -> str:
    """Lines of HTML, each with a number that is a link to it (`#L10`); many of them in pieces.

    A browser lays out a piece when it comes near the window, so that a long text is there as quickly as a short one.
    """
    each = [
        f'<span id="L{number}"><a href="#L{number}">{number}</a>{line}\n</span>' for number, line in enumerate(lines, 1)
    ]
    if len(each) <= _PIECE_LINES:
        return "".join(each)
    pieces = ("".join(each[start : start + _PIECE_LINES]) for start in range(0, len(each), _PIECE_LINES))
    return "".join(f'<span class="chunk">{piece}</span>' for piece in pieces)


def _codec_of(content: bytes, charset: str) -> tuple[str, bytes]:
    """Python's name for a charset, and the byte order mark that *content* begins with, if it does."""
    if charset == "utf-16" and content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", codecs.BOM_UTF16_BE
    mark = {"utf-8": codecs.BOM_UTF8, "utf-16": codecs.BOM_UTF16_LE}.get(charset, b"")
    return "utf-16-le" if charset == "utf-16" else charset, mark if content.startswith(mark) else b""
