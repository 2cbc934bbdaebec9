"""Which part of a list a query asks for, and in which order. What cannot be used counts as not given."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Request
from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from pastebin.addresses import split
from pastebin.blueprints.numbers import whole_number
from pastebin.services.catalogue import ORDERS, Selection

PAGE_LENGTH = 50
_LARGEST_OFFSET = 1 << 62

Query = MultiDict[str, str]


def part_of_list(query: Query) -> tuple[int, int]:
    """How many are wanted (`limit`), and from where (`offset`)."""
    limit = _within(query.get("limit", ""), PAGE_LENGTH)
    return PAGE_LENGTH if limit is None else limit, _within(query.get("offset", ""), _LARGEST_OFFSET) or 0


def selection(owner_id: int | None, query: Query) -> Selection:
    """Which files (`q`, `type`), and in which order (`sort`)."""
    order: tuple[ColumnElement[Any], ...] = ORDERS.get(query.get("sort", ""), ())
    return Selection(owner_id, _wanted(query.get("q", "").strip()), query.get("type", "").strip().lower(), order)


def _wanted(text: str) -> str:
    """What is looked for; of an address, a file's `id` or a whole link the part that names the file."""
    named = [found[0] for part in _parts(text) if (found := split(part))]
    return named[0] if named else text


def _parts(text: str) -> list[str]:
    """Where an address, an `id` or a UUID may stand in it. Whoever is still typing has written no whole link yet."""
    if "://" not in text:
        return [text]
    try:
        return urlsplit(text).path.split("/")
    except ValueError:
        return [text]


@dataclass(frozen=True)
class Page:
    """One page of a list: which (from 1), of how many entries; or of more than those, where that many were counted."""

    number: int
    count: int
    counted_to: int | None = None

    @property
    def is_of_many(self) -> bool:
        """Whether there are more than were counted."""
        return self.count == self.counted_to

    @property
    def last(self) -> int:
        """The last page there is; an empty list has one too."""
        return max(1, -(-self.count // PAGE_LENGTH))


def page_number(query: Query) -> int:
    """`page`, from 1."""
    return max(1, whole_number(query.get("page", ""), 8) or 1)


def offset_of(number: int) -> int:
    """How many entries stand before a page."""
    return (number - 1) * PAGE_LENGTH


def path_of_page(request: Request, number: int) -> str:
    """Where another page of the list that was asked for is."""
    return path_with(request, page=str(number))


def pager(request: Request, number: int, count: int) -> dict[str, object]:
    """What the pager of a page needs: the page, and where others are."""
    return {"page": Page(number, count), "page_path": partial(path_of_page, request)}


@dataclass(frozen=True)
class Heading:
    """A column by which a list can be ordered: where that is, and in which `aria-sort` it is now, if it is."""

    path: str
    direction: str | None


def headings(request: Request, orders: Mapping[str, tuple[str, str]], sort: str) -> dict[str, Heading]:
    """What the headings of a list do and say, by their column, while it is in the order *sort*.

    Args:
        orders: a column's first order when it is chosen, and that when it is chosen again. One that begins with `-`
            goes downwards, and so does the empty one.
    """
    return {column: _heading(request, sort, *both) for column, both in orders.items()}


def _heading(request: Request, sort: str, first: str, again: str) -> Heading:
    path = path_with(request, page="", sort=again if sort == first else first)
    is_falling = not sort or sort.startswith("-")
    direction = ("descending" if is_falling else "ascending") if sort in (first, again) else None
    return Heading(path, direction)


def path_with(request: Request, **changed: str) -> str:
    """Where the list that was asked for is with something changed; what is empty is left out."""
    kept = {name: text for name, text in request.args.items() if name not in changed}
    query = urlencode({name: text for name, text in (kept | changed).items() if text})
    return f"{request.path}?{query}" if query else request.path


def _within(text: str, at_most: int) -> int | None:
    number = whole_number(text, 19)
    return number if number is not None and number <= at_most else None
