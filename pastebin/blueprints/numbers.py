"""Whole numbers in paths and queries."""


def whole_number(text: str, most_digits: int) -> int | None:
    """The number that a text of ASCII digits is; None where it is none, or has more digits than that."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= most_digits else None


def user_id(text: str) -> int | None:
    """The id that a `:uid` in a path is; None where no account can have it."""
    return whole_number(text, 18)
