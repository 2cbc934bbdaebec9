"""`python -m tests.bench`: measure, print, and write down where asked to."""

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench.figure import Figure, Slice
from tests.bench.figures import NAMES, subjects
from tests.bench.ground import PASTEBIN, PLAIN, Ground
from tests.bench.gunicorns import pastebin_server, plain_flask_server
from tests.bench.peers import PEERS, PeerMissing
from tests.bench.peers.peer import Start
from tests.bench.report import Conditions, Result, as_data, as_markdown, as_text
from tests.bench.servers import ROOT
from tests.bench.stop import BenchmarkStopped

DOCUMENT = ROOT / "docs" / "benchmarks.md"
OURS: dict[str, Start] = {PASTEBIN: pastebin_server, PLAIN: plain_flask_server}


def main() -> int:
    """Measure what the command line names; 0 also where an aim is missed."""
    wanted = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        results, conditions = _measure_all(wanted)
    except BenchmarkStopped as stopped:
        print(f"\nThe benchmark stopped. {stopped}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(as_text(results, conditions))
    if wanted.json:
        wanted.json.write_text(json.dumps(as_data(results, conditions), indent=1) + "\n")
    if wanted.write:
        DOCUMENT.write_text(as_markdown(results, conditions))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=NAMES, help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="less of everything: to see that it works")
    parser.add_argument("--rounds", type=int, help="turns for each side (5; quick: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every turn's numbers there")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    parser.add_argument("--without-peers", action="store_true", help="only what needs no network and no nginx")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="on whose volume to measure (/var/tmp)")
    wanted = parser.parse_args()
    if wanted.write and (wanted.quick or wanted.only or wanted.without_peers):
        parser.error("--write is for a whole run: without --quick, --only and --without-peers.")
    if wanted.rounds is not None and wanted.rounds < 1:
        parser.error("--rounds needs at least 1.")
    wanted.rounds = wanted.rounds or (3 if wanted.quick else 5)
    wanted.seconds = 1.0 if wanted.quick else 2.0
    wanted.big_bytes = (128 if wanted.quick else 1024) * 2**20
    wanted.many_files = 10_000 if wanted.quick else 100_000
    wanted.growth = (10, 1000, 10_000) if wanted.quick else (10, 10_000, 1_000_000)
    return wanted


def _measure_all(wanted: argparse.Namespace) -> tuple[list[Result], Conditions]:
    wanted_subjects = subjects(tuple(wanted.only or ()))
    needed = {name for subject in wanted_subjects for name in subject.servers}
    versions, left_out = _peers(needed, wanted.without_peers)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pastebin-bench-", dir=wanted.folder)))
        _check_room(folder, wanted.rounds * 3 * wanted.big_bytes)
        ground = Ground({}, folder, wanted.seconds, wanted.big_bytes, wanted.many_files, wanted.growth, stack)
        results = []
        for subject in wanted_subjects:
            _start(ground, subject.servers, OURS | {name: PEERS[name].start for name in versions})
            results += [_measure(figure, wanted.rounds) for figure in subject.figures(ground)]
    return results, Conditions(wanted.rounds, wanted.seconds, versions, left_out)


def _peers(names: set[str], without: bool) -> tuple[dict[str, str], dict[str, str]]:
    """The versions of those peers that are here, and why the others are not."""
    versions, left_out = {}, {}
    for name in (name for name in PEERS if name in names):
        try:
            if without:
                raise PeerMissing("was left out by --without-peers")
            versions[name] = PEERS[name].version()
        except PeerMissing as missing:
            left_out[name] = str(missing)
    return versions, left_out


def _start(ground: Ground, names: tuple[str, ...], starts: Mapping[str, Start]) -> None:
    """See that those servers run that can; what runs goes on until the end."""
    for name in names:
        if name in starts and name not in ground.servers:
            folder = ground.folder / name.replace(" ", "-")
            ground.servers[name] = ground.stack.enter_context(starts[name](folder))


def _check_room(folder: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise BenchmarkStopped(
            f"It needs {needed_bytes >> 20} MiB of free disk; there are {free >> 20} (see --folder)."
        )


def _measure(figure: Figure, rounds: int) -> Result:
    """Every side takes its turn in every round, after one turn to warm up."""
    slices: dict[str, list[Slice]] = {side: [] for side in figure.sides}
    _tell(f"{figure.title}: warming up")
    warm_up = {side: _take(figure, side) for side in figure.sides}
    for number in range(1, rounds + 1):
        _tell(f"{figure.title}: round {number} of {rounds}")
        for side in figure.sides:
            slices[side].append(_take(figure, side))
    _tell("")
    return Result(figure, warm_up, slices)


def _take(figure: Figure, side: str) -> Slice:
    figure.before_each_turn()
    return figure.sides[side]()


def _tell(progress: str) -> None:
    """One line that is written over again; nothing where nobody watches."""
    if sys.stderr.isatty():
        print(f"\r{progress:<79}\r", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
