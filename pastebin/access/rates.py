"""Rate limits of requests: a place is taken before the work, and given back where its outcome does not count.

Whose place it is: the user's, else the address's (an IPv6 /64 is one). Logins
and other attempts at secrets are counted besides, where they are judged
(`services.accounts`, `services.files`).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import cast

from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from pastebin.access.current import g
from pastebin.config import Rate
from pastebin.errors import RateLimited
from pastebin.extensions import is_disk_full, settings
from pastebin.services import limits
from pastebin.services.actor import Actor

log = logging.getLogger(__name__)

# Refused before any work was done. A delete-all whose password is missing is one of them too.
_NEVER_COUNTED = frozenset({401, 403, 413, 503})
_FIELDS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@dataclass(frozen=True)
class _Counted:
    """Under which name uses are counted, the setting that says how many, and which statuses do not count."""

    name: str
    setting: str
    uncounted: frozenset[int]


class Limit(Enum):
    """A limit with a count of its own (seed 002)."""

    GENERAL = _Counted("general", "API_RATE", _NEVER_COUNTED)
    RENAME = _Counted("rename", "RENAME_RATE", _NEVER_COUNTED | {500})
    UNNAME = _Counted("un-name", "UNNAME_RATE", _NEVER_COUNTED | {500})
    EXTENSION = _Counted("extension", "EXTENSION_RATE", _NEVER_COUNTED | {500})
    BULK_DELETE = _Counted("bulk delete", "BULK_DELETE_RATE", _NEVER_COUNTED | {400, 404, 500})
    DELETE_ALL = _Counted("delete all", "DELETE_ALL_RATE", _NEVER_COUNTED | {400, 404, 500})


@dataclass
class _Asked:
    """The limit that holds for this request, and the place that it takes; None where limits are off."""

    limit: Limit
    wanted: limits.Wanted | None
    is_firm: bool = False


def look(limit: Limit, actor: Actor) -> None:
    """See that a place is left for this request.

    It is taken with what the request does, by whoever asks for the `wanted` one, or at the end.

    Raises:
        RateLimited: none is left.
    """
    g.asked = _Asked(limit, looked_for(limit, actor))


def looked_for(limit: Limit, actor: Actor) -> limits.Wanted | None:
    """The place that is left for one use of a limit; None where limits are off.

    Raises:
        RateLimited: none is left.
    """
    rate = cast(Rate, getattr(settings, limit.value.setting))
    return limits.look(limit.value.name, subject_of(actor), rate)


def subject_of(actor: Actor) -> str:
    """As whom somebody is counted: a user, else an address."""
    return f"user {actor.user_id}" if actor.user else limits.subject_of(actor.address)


def count_in_any_case() -> None:
    """Whatever comes of this request, it counts: work was done for it, or a place in a queue was held."""
    asked: _Asked | None = g.get("asked")
    if asked is not None:
        asked.is_firm = True


def take(limit: Limit, actor: Actor) -> None:
    """Take a place for this request.

    Raises:
        RateLimited: none is left.
    """
    look(limit, actor)
    if (place := wanted()) is not None:
        with _going_on_without_room():
            limits.take(place)


def wanted() -> limits.Wanted | None:
    """The place that this request is to take, where limits are on."""
    asked: _Asked | None = g.get("asked")
    return asked.wanted if asked else None


def settle(response: Response) -> Response:
    """Have the place taken or given back, as this answer counts or not, and say how it stands with the limit."""
    asked: _Asked | None = g.pop("asked", None)
    if asked is None or asked.wanted is None:
        return response
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return response  # the refusal says how it stands
    is_counted = asked.is_firm or response.status_code not in asked.limit.value.uncounted
    place = asked.wanted.place
    if place is None and is_counted:
        try:
            with _going_on_without_room():
                place = limits.take(asked.wanted)
        except RateLimited as refused:  # others were quicker, and this request was in vain anyhow
            tell(response.headers, refused.limit, 0, refused.retry_after)
            return response
    if place is None:
        return response
    if not is_counted:
        with _going_on_without_room():
            limits.give_back(place)
    tell(response.headers, place.limit, place.left + (not is_counted), place.seconds_left)
    return response


@contextmanager
def _going_on_without_room() -> Iterator[None]:
    """On a full disk nothing can be counted, and reading and deleting go on all the same."""
    try:
        yield
    except OperationalError as fault:
        if not is_disk_full(fault):
            raise
        log.warning("the disk is full: a request is not counted")


def tell(headers: Headers, limit: int, left: int, seconds: int) -> None:
    """The headers of every limited answer: how many places there are, how many are left, and for how many seconds."""
    for name, value in _written(limit, left, seconds).items():
        headers.add(name, value)


def fields_of_answers() -> tuple[str, ...]:
    """The names of the headers that `tell` adds to an answer that counts, where limits are on."""
    return _FIELDS if settings.RATE_LIMITS else ()


def fields(place: limits.Place | None) -> dict[str, str]:
    """What `tell` adds to the answer for which a place was taken, if one was."""
    return _written(place.limit, place.left, place.seconds_left) if place else {}


def _written(*numbers: int) -> dict[str, str]:
    return dict(zip(_FIELDS, map(str, numbers), strict=True))
