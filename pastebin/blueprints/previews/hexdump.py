"""The first bytes of a content, for eyes: offset, hexadecimal, ASCII."""

from dataclasses import dataclass

ROW_BYTES = 16
MOST_BYTES = 512


@dataclass(frozen=True)
class Row:
    """Up to 16 bytes: where they begin, each as two hex digits in halves of eight, and as ASCII."""

    offset: str
    halves: tuple[str, str]
    text: str


def rows(head: bytes) -> list[Row]:
    """The rows of a dump; a byte that is no printable ASCII is a middle dot in `text`."""
    return [_row(offset, head[offset : offset + ROW_BYTES]) for offset in range(0, len(head), ROW_BYTES)]


def _row(offset: int, piece: bytes) -> Row:
    middle = ROW_BYTES // 2
    halves = piece[:middle].hex(" "), piece[middle:].hex(" ")
    return Row(f"{offset:04x}", halves, "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in piece))
