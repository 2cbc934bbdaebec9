"""What a figure is: sides that take turns, and how good they should be (the aims)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Slice:
    """What one side did in its turn: *value* in the figure's unit, *cpu_ms* on the cores for each file or answer.

    The cores' time is the server's alone, or the receiving side's; others who use the machine don't add to it.
    """

    value: float
    cpu_ms: float | None = None
    p99_ms: float | None = None
    grown_mib: float | None = None


class Quantity(StrEnum):
    """What of a slice is looked at, by the name that it has there."""

    VALUE = "value"
    CPU = "cpu_ms"
    P99 = "p99_ms"
    GROWN = "grown_mib"

    def of(self, turn: Slice) -> float:
        """How much of it there was in *turn*; 0 where it was not looked at."""
        return float(getattr(turn, self.value) or 0)


@dataclass(frozen=True)
class Comparison:
    """*side* in proportion to *beside*: at least *aim*, or at most that; without an aim it is for information."""

    side: str
    beside: str
    aim: float | None = None
    quantity: Quantity = Quantity.VALUE
    is_bound: bool = False


@dataclass(frozen=True)
class Bound:
    """The most that *side* should need of something."""

    side: str
    quantity: Quantity
    most: float


Turn = Callable[[], Slice]


@dataclass(frozen=True)
class Figure:
    """One thing that is measured on several sides, by turns."""

    name: str
    title: str
    unit: str
    sides: Mapping[str, Turn]
    comparisons: tuple[Comparison, ...] = ()
    bounds: tuple[Bound, ...] = ()
    before_each_turn: Callable[[], None] = lambda: None
    #: What has to be known to read it rightly; stands under its title.
    note: str = ""

    def __post_init__(self) -> None:
        """Leave out what cannot be compared: a side that is not there."""
        there = tuple(each for each in self.comparisons if {each.side, each.beside} <= self.sides.keys())
        object.__setattr__(self, "comparisons", there)
