"""The settings in force, in words: as they would be written, and where each was set."""

from collections.abc import Callable
from dataclasses import dataclass

from pastebin import config
from pastebin.config import SECRETS, SETTINGS, Rate, exact_size
from pastebin.extensions import origins, settings

DEFAULT = "default"


@dataclass(frozen=True)
class Entry:
    """One setting. `value` and `default` are as one would write them; a secret's are None, `is_set` all that is told.

    `origin` says where it was set: in the configuration file, in the environment, or nowhere.
    """

    name: str
    about: str
    value: str | None
    default: str | None
    origin: str
    is_set: bool
    is_rate: bool

    @property
    def is_usual(self) -> bool:
        """Whether it is what it would be by itself."""
        return self.value == self.default and not (self.value is None and self.is_set)


def entries() -> list[Entry]:
    """All settings, in the order of the documentation."""
    return [_entry(name) for name in SETTINGS]


def write(name: str, value: object) -> str:
    """A setting's value as it would be written in the environment; empty for an empty text or list."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, Rate):
        return f"{value.count}/{exact_duration(value.seconds)}"
    if isinstance(value, int):
        return _WRITERS.get(SETTINGS[name].read, str)(value)
    return str(value)


def exact_duration(seconds: int) -> str:
    """Seconds as `config.read_duration` takes them back: `30d`, `2h`, `10min`, `90s`."""
    for unit, length in (("d", config.DAY), ("h", config.HOUR), ("min", config.MINUTE)):
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _entry(name: str) -> Entry:
    setting, value = SETTINGS[name], getattr(settings, name)
    is_secret = name in SECRETS
    return Entry(
        name, setting.about, None if is_secret else write(name, value),
        None if is_secret else write(name, setting.default), _origin(name), bool(value), isinstance(value, Rate),
    )  # fmt: skip


def _origin(name: str) -> str:
    where = origins.get(name)
    if where is None:
        return DEFAULT
    return "environment" if where == config.IN_ENVIRONMENT else "config.py"


_WRITERS: dict[Callable[[object], object], Callable[[int], str]] = {
    config.read_size: exact_size,
    config.read_some_size: exact_size,
    config.read_optional_size: exact_size,
    config.read_image_memory: exact_size,
    config.read_duration: exact_duration,
    config.read_time: exact_duration,
    config.read_optional_duration: exact_duration,
}
