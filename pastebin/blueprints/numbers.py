"""Whole numbers in paths and queries."""

from pastebin.errors import UserNotFound


def whole_number(text: str, most_digits: int) -> int | None:
    """The number that a text of ASCII digits is; None where it is none, or has more digits than that."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= most_digits else None


def user_id(text: str) -> int:
    """A `:uid` in a path or query.

    Raises:
        UserNotFound: it is no number, so no account has it.
    """
    number = whole_number(text, 18)
    if number is None:
        raise UserNotFound
    return number
