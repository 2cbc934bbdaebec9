"""Whole numbers in paths and queries."""

from werkzeug.datastructures import MultiDict

PAGE = 50
_LARGEST_OFFSET = 1 << 62


def whole_number(text: str, most_digits: int) -> int | None:
    """The number that a text of ASCII digits is; None where it is none, or has more digits than that."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= most_digits else None


def part_of_list(query: MultiDict[str, str]) -> tuple[int, int]:
    """How many of a list are wanted (`limit`), and from where (`offset`). What cannot be used counts as not given."""
    limit = _within(query.get("limit", ""), PAGE)
    return PAGE if limit is None else limit, _within(query.get("offset", ""), _LARGEST_OFFSET) or 0


def _within(text: str, at_most: int) -> int | None:
    number = whole_number(text, 19)
    return number if number is not None and number <= at_most else None
