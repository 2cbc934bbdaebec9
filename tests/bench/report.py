"""The figures in words: a table for the screen, the same as Markdown, and everything as JSON."""

import importlib.metadata
import os
import platform
import sqlite3
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from tests.bench.figure import Bound, Comparison, Figure, Quantity, Slice
from tests.bench.growth import NOTE, PREFIX
from tests.bench.plot import bars


@dataclass(frozen=True)
class Result:
    """A figure and what each side did: first to warm up, then round by round."""

    figure: Figure
    warm_up: dict[str, Slice]
    slices: dict[str, list[Slice]]

    def seen(self, side: str, quantity: Quantity = Quantity.VALUE) -> list[float]:
        """Of each round."""
        return [quantity.of(turn) for turn in self.slices[side]]

    def ratios(self, comparison: Comparison) -> list[float]:
        """Of each round: two turns that were taken one shortly after the other."""
        sides = (self.seen(side, comparison.quantity) for side in (comparison.side, comparison.beside))
        return [one / other for one, other in zip(*sides, strict=True)]


@dataclass(frozen=True)
class Line:
    """One line of the summary."""

    what: str
    median: str
    spread: str
    aim: str
    reached: str


@dataclass(frozen=True)
class Conditions:
    """What has to be known of a run to compare it with another."""

    rounds: int
    seconds: float
    #: Versions of the peers that were measured, and why others were not, by their names.
    peers: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    cores: int = os.cpu_count() or 1
    python: str = platform.python_version()
    flask: str = importlib.metadata.version("flask")
    gunicorn: str = importlib.metadata.version("gunicorn")
    sqlite: str = sqlite3.sqlite_version

    def sentence(self) -> str:
        """What was measured, on what, in one sentence."""
        peers = "".join(f", {name} {version}" for name, version in self.peers.items())
        return (
            f"{self.cores} cores, Python {self.python}, Flask {self.flask}, gunicorn {self.gunicorn}, "
            f"SQLite {self.sqlite}{peers}; {self.rounds} rounds by turns, {self.seconds:g} s each where a rate is "
            "counted."
        )

    def gaps(self) -> list[str]:
        """A sentence for each peer that was left out."""
        return [f"Not measured: {name} {reason}." for name, reason in self.left_out.items()]


def summary(results: Iterable[Result]) -> list[Line]:
    """Every ratio, and everything that has a bound, with its aim."""
    lines = []
    for result in results:
        lines += [_ratio_line(result, comparison) for comparison in result.figure.comparisons]
        lines += [_bound_line(result, bound) for bound in result.figure.bounds]
    return lines


def _ratio_line(result: Result, comparison: Comparison) -> Line:
    ratios = result.ratios(comparison)
    median = statistics.median(ratios)
    aim, reached = "", ""
    if comparison.aim is not None:
        is_good = median <= comparison.aim if comparison.is_bound else median >= comparison.aim
        aim, reached = f"{'≤' if comparison.is_bound else '≥'} {comparison.aim:g}", _yes(is_good)
    what = f"{result.figure.title}: {_P99.get(comparison.quantity, '')}{comparison.side} ÷ {comparison.beside}"
    return Line(what, f"{median:.2f}", f"{min(ratios):.2f}–{max(ratios):.2f}", aim, reached)


_P99 = {Quantity.P99: "p99, "}
# What stands behind a side's name, and the unit; the value's own is the figure's.
_BOUND_WORDS = {Quantity.CPU: (", on the cores", "ms"), Quantity.GROWN: (", memory grown at most", "MiB")}


def _bound_line(result: Result, bound: Bound) -> Line:
    words, unit = _BOUND_WORDS.get(bound.quantity, ("", result.figure.unit))
    seen = result.seen(bound.side, bound.quantity)
    spread = f"{number(min(seen))}–{number(max(seen))}"
    told = statistics.median(seen)
    if bound.quantity is Quantity.GROWN:
        # The first time after the start counts as well, and most of all.
        told, spread = max(*seen, bound.quantity.of(result.warm_up[bound.side])), ""
    what = f"{result.figure.title}: {bound.side}{words}"
    return Line(what, f"{number(told)} {unit}", spread, f"≤ {bound.most:g} {unit}", _yes(told <= bound.most))


def _yes(is_good: bool) -> str:
    return "yes" if is_good else "no"


SUMMARY_HEAD = ("", "median", "min–max", "aim", "reached")
SIDES_HEAD = ("", "median", "min–max", "p99 ms", "CPU ms each", "grown MiB")


def side_rows(result: Result) -> list[tuple[str, ...]]:
    """A row for each side: its value, and the medians of what else was seen."""
    rows: list[tuple[str, ...]] = []
    for side, turns in result.slices.items():
        values = result.seen(side)
        value = f"{number(statistics.median(values))} {result.figure.unit}"
        others = (_median(getattr(turn, each) for turn in turns) for each in ("p99_ms", "cpu_ms", "grown_mib"))
        rows.append((side, value, f"{number(min(values))}–{number(max(values))}", *others))
    return rows


def _median(values: Iterable[float | None]) -> str:
    seen = [value for value in values if value is not None]
    return number(statistics.median(seen)) if seen else ""


def number(value: float) -> str:
    """Whole from a hundred on, below with three digits at most."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def grown(results: list[Result]) -> str:
    """The medians of the figures of growth as bars, each figure by its own measure; empty where none was measured."""
    parts = []
    for result in results:
        if result.figure.name.startswith(PREFIX):
            medians = {side: statistics.median(result.seen(side)) for side in result.slices}
            written = {side: f"{number(median)} {result.figure.unit}" for side, median in medians.items()}
            parts.append(bars(result.figure.title, medians, written))
    return "\n\n".join(parts)


def as_text(results: list[Result], conditions: Conditions) -> str:
    """For the screen."""
    parts = [conditions.sentence(), *conditions.gaps()]
    for result in results:
        parts.append(_columns([(result.figure.title, *SIDES_HEAD[1:]), *side_rows(result)]))
    if plot := grown(results):
        parts.append(plot)
    parts.append(_columns([SUMMARY_HEAD, *(_cells(line) for line in summary(results))]))
    return "\n\n".join(parts)


def as_markdown(results: list[Result], conditions: Conditions) -> str:
    """For docs/benchmarks.md, which nobody writes by hand."""
    parts = [
        "# Benchmarks",
        "Written by `make bench ARGS=--write`; not by hand. What is measured, and beside what, is in `tests/bench/`.",
        conditions.sentence(),
        *(f"**{gap}**" for gap in conditions.gaps()),
        "Servers, bare loops and the load client share the cores. Ratios are taken pair by pair, of two turns one "
        "shortly after the other, so they say more than the numbers, which are this one machine's. Aims are looked "
        "at, not enforced.",
        _table(SUMMARY_HEAD, [_cells(line) for line in summary(results)]),
    ]
    if plot := grown(results):
        parts += ["## Growth", NOTE, f"```text\n{plot}\n```"]
    for result in results:
        note = [result.figure.note] if result.figure.note else []
        parts += [f"## {result.figure.title}", *note, _table(SIDES_HEAD, side_rows(result))]
    return "\n\n".join(parts) + "\n"


def as_data(results: list[Result], conditions: Conditions) -> dict[str, object]:
    """For programs: every turn of every round."""
    return {
        "conditions": asdict(conditions),
        "figures": [
            {
                "name": result.figure.name,
                "title": result.figure.title,
                "unit": result.figure.unit,
                "warm_up": {side: asdict(turn) for side, turn in result.warm_up.items()},
                "sides": {side: [asdict(turn) for turn in turns] for side, turns in result.slices.items()},
                "ratios": [
                    asdict(comparison) | {"rounds": result.ratios(comparison)}
                    for comparison in result.figure.comparisons
                ],
            }
            for result in results
        ],
        "summary": [asdict(line) for line in summary(results)],
    }


def _cells(line: Line) -> tuple[str, ...]:
    return (line.what, line.median, line.spread, line.aim, line.reached)


def _columns(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    used = [number for number, width in enumerate(widths) if any(row[number] for row in rows[1:]) or number == 0]
    return "\n".join(
        "  ".join(row[n].ljust(widths[n]) if n == 0 else row[n].rjust(widths[n]) for n in used).rstrip() for row in rows
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    used = [number for number in range(len(head)) if number == 0 or any(row[number] for row in rows)]
    rule = ["---" if number == 0 else "--:" for number in used]
    lines = [[head[number] for number in used], rule, *([row[number] for number in used] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
