"""How sizes and times are written on pages."""

from datetime import datetime

from pastebin.extensions import now

_UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")
_SPANS = ((86_400 * 365, "year"), (86_400 * 30, "month"), (86_400, "day"), (3600, "hour"), (60, "minute"))

_JOIN = "\N{NO-BREAK SPACE}"  # a line may end between date and time, nowhere else


def size(count: int) -> str:
    """Bytes for people: `1 byte`, `17 bytes`, `1.5 MiB`, `16 GiB`."""
    if count < 1024:
        return f"{count} byte" if count == 1 else f"{count} bytes"
    value = float(count)
    for unit in _UNITS:
        value /= 1024
        if value < 1023.95 or unit == _UNITS[-1]:
            break
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


def date(time: datetime) -> str:
    """A time to the minute, in UTC: `21 Nov 2026, 09:47 UTC`."""
    return f"{time.day} {time:%b %Y}, {time:%H:%M} UTC".replace(" ", _JOIN).replace(f",{_JOIN}", ", ")


def until(time: datetime) -> str:
    """How long it is until then: `in 3 days`, `in 24 hours`, `in less than a minute`."""
    seconds = (time - now()).total_seconds()
    for length, unit in _SPANS:
        if seconds >= 1.5 * length:
            return f"in {round(seconds / length)} {unit}s"
    return "in a minute" if seconds > 30 else "in less than a minute"


def span(seconds: int) -> str:
    """A time in its largest whole unit: `10 minutes`, `1 day`, `2 months`."""
    for length, unit in _SPANS:
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds} second" if seconds == 1 else f"{seconds} seconds"
