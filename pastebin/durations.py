"""How long a time is, in words."""

# No months: what is "30 days" in a list of choices must not be "1 month" beside it (words.js does the same).
_UNITS = ((86_400 * 365, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"))


def in_words(seconds: int) -> str:
    """A time in its largest whole unit: `10 minutes`, `1 day`, `30 days`."""
    for length, unit in _UNITS:
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds} second" if seconds == 1 else f"{seconds} seconds"
