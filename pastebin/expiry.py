"""When something is to end, as people write it (contract section 3, field `expire`)."""

import re
from datetime import UTC, datetime, timedelta

from pastebin.errors import FieldsInvalid

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86_400, "day": 86_400, "days": 86_400,
    "w": 604_800, "week": 604_800, "weeks": 604_800,
}  # fmt: skip
_SPAN = re.compile(r"([0-9]{1,12})\s*([a-z]*)")
# Elsewhere 1M is a month: who meant that would find the file gone after a minute.
_MONTHS_PERHAPS = re.compile(r"[0-9]+\s*M")
# Numbers from here on are Unix timestamps: as a span it would be 31 years.
_FIRST_TIMESTAMP = 10**9
_HELP = "expire is a time from now (90s, 10min, 2h, 7d, 1w), a number of seconds, a Unix timestamp, or an ISO 8601 time"


def parse(text: str, moment: datetime, field: str = "expire") -> datetime:
    """The time that *text* means, as seen at *moment*.

    Raises:
        FieldsInvalid: not understood, not after *moment*, or beyond the year 9999.
    """
    try:
        time = _read(text.strip(), moment)
    except (ValueError, OverflowError, OSError) as fault:
        raise FieldsInvalid(f"{_HELP}; {text[:40]!r} is none of these.", fields=[field]) from fault
    if time <= moment:
        raise FieldsInvalid(f"The {field} time {text[:40]!r} is not in the future.", fields=[field])
    return time


def _read(text: str, moment: datetime) -> datetime:
    if (found := _SPAN.fullmatch(text.lower())) and not _MONTHS_PERHAPS.fullmatch(text):
        number, unit = int(found[1]), found[2]
        if unit:
            return moment + timedelta(seconds=number * _seconds_of(unit))
        if number < _FIRST_TIMESTAMP:
            return moment + timedelta(seconds=number)
        return datetime.fromtimestamp(number, UTC)
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _seconds_of(unit: str) -> int:
    if unit not in _UNITS:
        raise ValueError(unit)
    return _UNITS[unit]
