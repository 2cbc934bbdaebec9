"""What is read from the database for almost every request, and changes seldom: kept until the generation changes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from pastebin.extensions import db, generation

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Seen(Generic[Value]):
    """A value, as of a mark of the generation, and until when it is believed without one."""

    mark: bytes
    value: Value
    until: float


# Whoever dies between a change and its mark must not leave it unseen for ever.
_BELIEVED_SECONDS = 5.0


class Remembered(Generic[Value]):
    """A value as it is now, in every worker: whoever changes it advances the generation, which costs nothing to read.

    Args:
        read: reads it from the database.
    """

    def __init__(self, read: Callable[[], Value]) -> None:
        self._read = read
        self._seen: WeakKeyDictionary[Engine, _Seen[Value]] = WeakKeyDictionary()

    def get(self) -> Value:
        """The value."""
        mark = generation.read()
        seen = self._seen.get(db.engine)
        if seen is None or seen.mark != mark or seen.until < time.monotonic():
            # The mark is read first: a change in between is seen at the next look.
            seen = self._seen[db.engine] = _Seen(mark, self._read(), time.monotonic() + _BELIEVED_SECONDS)
        return seen.value
