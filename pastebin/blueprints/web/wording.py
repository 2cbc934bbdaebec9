"""How sizes and times are written on pages."""

from datetime import datetime

from pastebin import durations, filetypes
from pastebin.config import write_size
from pastebin.extensions import now

_SPANS = ((86_400 * 365, "year"), (86_400 * 30, "month"), (86_400, "day"), (3600, "hour"), (60, "minute"))

_JOIN = "\N{NO-BREAK SPACE}"  # a line may end between date and time, nowhere else


def size(count: int) -> str:
    """Bytes for people: `1.5 MiB`."""
    return write_size(count)


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


def ago(time: datetime) -> str:
    """How long it is since then: `just now`, `5 minutes ago`, `1 day ago`."""
    seconds = (now() - time).total_seconds()
    for length, unit in _SPANS:
        if (count := int(seconds // length)) >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'} ago".replace(" ", _JOIN)
    return f"just{_JOIN}now"


def name_parts(name: str) -> tuple[str, str]:
    """A file's name in two: what may be broken or cut short where room is scarce, and its extension, with the dot."""
    extension = filetypes.extension_of_name(name)
    if extension is None or not name.lower().endswith(f".{extension}"):
        return name, ""
    end = len(name) - len(extension) - 1
    return name[:end], name[end:]


def span(seconds: int) -> str:
    """A time in its largest whole unit: `10 minutes`, `1 day`, `30 days`."""
    return durations.in_words(seconds)


def fact(value: object) -> str:
    """A fact of the audit log: lists are cut short, and switches are on or off."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        shown = ", ".join(str(each) for each in value[:_MOST_SHOWN])
        return shown if len(value) <= _MOST_SHOWN else f"{shown} and {len(value) - _MOST_SHOWN} more"
    return "none" if value is None else str(value)


def fact_name(name: str) -> str:
    """What a fact of the audit log is called."""
    return _FACT_NAMES.get(name, name)


_FACT_NAMES = {
    "uid": "id", "uuid": "file", "user": "account", "is_staff": "staff", "is_disabled": "disabled", "email": "e-mail",
    "has_email": "has an e-mail address",
    "max_file_size": "largest upload", "quota": "storage", "digest": "SHA-256", "count": "how many",
}  # fmt: skip
_MOST_SHOWN = 3
