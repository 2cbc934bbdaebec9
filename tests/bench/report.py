"""The figures in words: a table for the screen, the same as Markdown, and everything as JSON."""

import importlib.metadata
import os
import platform
import sqlite3
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from tests.bench.figures import MEMORY_AIM_BYTES, PASTEBIN, Comparison, Figure, Slice


@dataclass(frozen=True)
class Result:
    """A figure and what each side did: first to warm up, then round by round."""

    figure: Figure
    warm_up: dict[str, Slice]
    slices: dict[str, list[Slice]]

    def rates(self, side: str) -> list[float]:
        """Of each round, in the figure's unit."""
        return [turn.rate for turn in self.slices[side]]

    def ratios(self, comparison: Comparison) -> list[float]:
        """Of each round: two turns that were taken one shortly after the other."""
        pairs = zip(self.rates(comparison.side), self.rates(comparison.beside), strict=True)
        return [one / other for one, other in pairs]

    def grown_bytes(self) -> int | None:
        """The most that the pastebin's memory grew in any round, the first after its start included."""
        turns = [self.warm_up[PASTEBIN], *self.slices[PASTEBIN]] if PASTEBIN in self.slices else []
        return max((turn.grown_bytes for turn in turns if turn.grown_bytes is not None), default=None)


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
    cores: int = os.cpu_count() or 1
    python: str = platform.python_version()
    flask: str = importlib.metadata.version("flask")
    gunicorn: str = importlib.metadata.version("gunicorn")
    sqlite: str = sqlite3.sqlite_version

    def sentence(self) -> str:
        """All of it in one sentence."""
        return (
            f"{self.cores} cores, Python {self.python}, Flask {self.flask}, gunicorn {self.gunicorn}, "
            f"SQLite {self.sqlite}; {self.rounds} rounds by turns, {self.seconds:g} s each where a rate is counted."
        )


def summary(results: Iterable[Result]) -> list[Line]:
    """Every ratio and every time with its aim, and the memory of the big upload."""
    lines = []
    for result in results:
        lines += [_ratio_line(result, comparison) for comparison in result.figure.comparisons]
        lines += [_time_line(result, side, most) for side, most in result.figure.most_cpu_ms.items()]
        grown = result.grown_bytes()
        if grown is not None:
            reached = "yes" if grown <= MEMORY_AIM_BYTES else "no"
            what = f"{result.figure.title}: memory grown, at most"
            lines.append(Line(what, f"{grown / 2**20:.1f} MiB", "", f"≤ {MEMORY_AIM_BYTES >> 20} MiB", reached))
    return lines


def _ratio_line(result: Result, comparison: Comparison) -> Line:
    ratios = result.ratios(comparison)
    median = statistics.median(ratios)
    aim, reached = "", ""
    if comparison.aim is not None:
        aim, reached = f"≥ {comparison.aim:g}", "yes" if median >= comparison.aim else "no"
    what = f"{result.figure.title}: {comparison.side} ÷ {comparison.beside}"
    return Line(what, f"{median:.2f}", f"{min(ratios):.2f}–{max(ratios):.2f}", aim, reached)


def _time_line(result: Result, side: str, most: float) -> Line:
    times = [turn.cpu_ms for turn in result.slices[side]]
    median = statistics.median(times)
    what, spread = f"{result.figure.title}: {side}, on the cores", f"{min(times):.1f}–{max(times):.1f}"
    return Line(what, f"{median:.1f} ms", spread, f"≤ {most:g} ms", "yes" if median <= most else "no")


SUMMARY_HEAD = ("", "median", "min–max", "aim", "reached")
SIDES_HEAD = ("", "median", "min–max", "p99 ms", "CPU ms each", "grown MiB")


def side_rows(result: Result) -> list[tuple[str, ...]]:
    """A row for each side: its rate, and the medians of what else was seen."""
    rows: list[tuple[str, ...]] = []
    for side, turns in result.slices.items():
        rates = result.rates(side)
        rate = f"{statistics.median(rates):,.0f} {result.figure.unit}"
        p99, cpu = _median(turn.p99_ms for turn in turns), _median(turn.cpu_ms for turn in turns)
        grown = _median(turn.grown_bytes / 2**20 if turn.grown_bytes is not None else None for turn in turns)
        rows.append((side, rate, f"{min(rates):,.0f}–{max(rates):,.0f}", p99, cpu, grown))
    return rows


def _median(values: Iterable[float | None]) -> str:
    seen = [value for value in values if value is not None]
    if not seen:
        return ""
    median = statistics.median(seen)
    return f"{median:,.0f}" if median >= 100 else f"{median:.3g}"


def as_text(results: list[Result], conditions: Conditions) -> str:
    """For the screen."""
    parts = [conditions.sentence()]
    for result in results:
        parts.append(_columns([(result.figure.title, *SIDES_HEAD[1:]), *side_rows(result)]))
    parts.append(_columns([SUMMARY_HEAD, *(_cells(line) for line in summary(results))]))
    return "\n\n".join(parts)


def as_markdown(results: list[Result], conditions: Conditions) -> str:
    """For docs/benchmarks.md, which nobody writes by hand."""
    parts = [
        "# Benchmarks",
        "Written by `make bench ARGS=--write`; not by hand. What is measured, and beside what, is in `tests/bench/`.",
        conditions.sentence(),
        "Servers, bare loops and the load client share the cores. Ratios are taken pair by pair, of two turns one "
        "shortly after the other, so they say more than the numbers, which are this one machine's. Aims are looked "
        "at, not enforced.",
        _table(SUMMARY_HEAD, [_cells(line) for line in summary(results)]),
    ]
    for result in results:
        parts += [f"## {result.figure.title}", _table(SIDES_HEAD, side_rows(result))]
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
