"""Whole numbers in paths and queries."""

from typing import Final

from pastebin.errors import FieldsInvalid, UserNotFound

MOST_DOWNLOADS: Final = 2**31 - 1
"""The highest `limit`: what the database counts."""


def whole_number(text: str, most_digits: int) -> int | None:
    """The number that a text of ASCII digits is; None where it is none, or has more digits than that."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= most_digits else None


def download_limit(number: int | None, otherwise: str = "") -> int:
    """A `limit`: how often a file may be downloaded.

    Args:
        number: None where what was sent is no whole number.
        otherwise: what may be sent instead, for the message.

    Raises:
        FieldsInvalid: it is none, or less than one, or more than the database counts.
    """
    if number is None or not 0 < number <= MOST_DOWNLOADS:
        raise FieldsInvalid(
            f"limit is how often the file may be downloaded: a whole number from 1 to {MOST_DOWNLOADS}{otherwise}.",
            fields=["limit"],
        )
    return number


def user_id(text: str) -> int:
    """A `:uid` in a path or query.

    Raises:
        UserNotFound: it is no number, so no account has it.
    """
    number = whole_number(text, 18)
    if number is None:
        raise UserNotFound
    return number
