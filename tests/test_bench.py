"""The benchmark: what it says, and whom it asks. How fast anything is, is not a test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.bench.__main__ import OURS
from tests.bench.client import Address, Load
from tests.bench.crew import Window, work_together
from tests.bench.downloads import Place, not_modified, seen, whole_file
from tests.bench.figure import Bound, Comparison, Figure, Quantity, Slice
from tests.bench.figures import SUBJECTS, subjects
from tests.bench.growth import PREFIX
from tests.bench.peers import FRONTED, NGINX, PEERS, PeerMissing, installed
from tests.bench.plot import bar
from tests.bench.report import Conditions, Result, as_data, as_markdown, as_text, summary
from tests.bench.servers import ROOT
from tests.bench.stop import BenchmarkStopped
from tests.programs import needs_program

HERE = Conditions(rounds=3, seconds=1.0)


def result(slices: dict[str, list[Slice]], *comparisons: Comparison, **more) -> Result:
    """What came of a figure whose sides took those turns."""
    sides = dict.fromkeys(slices, lambda: Slice(0))
    figure = Figure("a-figure", "A figure", "/s", sides, comparisons, **more)
    return Result(figure, {side: turns[0] for side, turns in slices.items()}, slices)


class Hello(BaseHTTPRequestHandler):
    """Says hello, and nothing that could be asked with again."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_) -> None:
        """Not a word."""


class HelloServer(ThreadingHTTPServer):
    """Counts what it was asked."""

    asked = 0


@pytest.fixture(name="hellos")
def _hellos() -> Iterator[tuple[HelloServer, HelloServer]]:
    servers = (HelloServer(("127.0.0.1", 0), Hello), HelloServer(("127.0.0.1", 0), Hello))
    for server in servers:
        Thread(target=server.serve_forever, daemon=True).start()
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


def address(server: HelloServer) -> Address:
    return server.server_address


# ---- what is measured


def test_every_server_that_a_figure_needs_can_be_started():
    needed = {server for subject in SUBJECTS for server in subject.servers}

    assert needed == OURS.keys() | PEERS.keys()


def test_only_what_is_named_is_measured_and_all_where_nothing_is():
    assert [subject.name for subject in subjects(("list", "get-small"))] == ["get-small", "list"]
    assert subjects(()) == list(SUBJECTS)


def test_idle_memory_is_looked_at_before_there_is_another_server_to_share_it_with():
    assert [subject.servers for subject in SUBJECTS[:2]] == [(), ()]
    assert {subject.name for subject in SUBJECTS[:2]} == {"start", "memory"}


def test_what_comes_back_has_to_be_what_was_sent(hellos):
    place = Place(address(hellos[0]), "/")

    assert seen([place], b"hello").places == (place,)
    with pytest.raises(BenchmarkStopped, match="came back with other bytes than were sent"):
        seen([place], b"jello")


def test_without_etag_and_date_nothing_is_asked_conditionally(hellos):
    with pytest.raises(BenchmarkStopped, match="nothing can be asked conditionally"):
        not_modified(seen([Place(address(hellos[0]), "/")], b"hello"), 1)


def test_each_process_asks_the_place_of_its_number(hellos):
    published = seen([Place(address(server), "/") for server in hellos], b"hello")
    load = whole_file(published, 1)

    load(1, Window(0, 0))

    assert [server.asked for server in hellos] == [1, 2]
    assert work_together(2, 0.1, load).finished > 2
    assert min(server.asked for server in hellos) > 2


def test_a_load_without_its_answer_stops_with_a_sentence(hellos):
    load = Load((address(hellos[0]),), 304, 1, lambda _: lambda: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

    with pytest.raises(BenchmarkStopped, match=r"An answer was not the expected 'HTTP/1.1 304'"):
        work_together(1, 0.1, load)


# ---- peers


def test_the_lock_names_the_peers_in_the_versions_of_the_list():
    wanted = (ROOT / "requirements" / "peers.in").read_text().splitlines()
    locked = installed.LOCK.read_text()

    pinned = [line for line in wanted if "==" in line]
    assert [line.partition("==")[0] for line in pinned] == [name for name in PEERS if name not in (NGINX, FRONTED)]
    assert all(f"{line} \\\n" in locked for line in pinned)


def test_what_is_built_from_source_waits_for_its_tools():
    tools = installed.without_sources(installed.LOCK.read_text())

    assert "bepasty==" not in tools
    assert "\nsetuptools-scm==" in tools
    assert tools.count("==") == installed.LOCK.read_text().count("==") - 1


def test_a_peer_that_cannot_be_installed_is_told_with_the_last_word_of_pip(monkeypatch, tmp_path):
    monkeypatch.setattr(installed, "_MARKER", tmp_path / "marker")
    monkeypatch.setattr(installed, "_make", lambda: installed._run("sh", "-c", "echo first; echo no network; exit 1"))
    installed._fault.cache_clear()

    for name in ("bepasty", "copyparty"):
        with pytest.raises(PeerMissing, match=r"could not be installed from requirements/peers.txt \(no network\)"):
            installed.version(name)
    assert not (tmp_path / "marker").exists()
    assert installed._fault.cache_info().misses == 1
    installed._fault.cache_clear()


@pytest.mark.external
def test_nginx_gives_what_is_published_and_says_when_it_is_known(tmp_path):
    needs_program("nginx")

    with PEERS[NGINX].start(tmp_path / "nginx") as server:
        published = server.publish(b"hello", "hello.txt", "text/plain")
        tally = not_modified(published, 1)(0, Window(0, 0))

    assert published.condition.startswith("If-None-Match: ")
    assert tally.finished == 1


# ---- what is said


def test_a_side_that_is_not_there_is_not_compared():
    told = summary([result({"one": [Slice(2)]}, Comparison("one", "other", 1.0))])

    assert told == []


def test_more_is_better_but_of_what_is_bounded():
    turns = {"one": [Slice(30, p99_ms=2.0)], "other": [Slice(10, p99_ms=1.0)]}
    more = Comparison("one", "other", 2.0)
    slower = Comparison("one", "other", 1.0, Quantity.P99, is_bound=True)

    told = [(line.what, line.median, line.aim, line.reached) for line in summary([result(turns, more, slower)])]

    assert told == [
        ("A figure: one ÷ other", "3.00", "≥ 2", "yes"),
        ("A figure: p99, one ÷ other", "2.00", "≤ 1", "no"),
    ]


def test_memory_grows_most_of_all_the_first_time():
    grown = result(
        {"one": [Slice(1, grown_mib=0.5)]},
        bounds=(Bound("one", Quantity.GROWN, 4.0), Bound("one", Quantity.VALUE, 0.8)),
    )
    grown.warm_up["one"] = Slice(1, grown_mib=5.0)

    told = [(line.what, line.median, line.aim, line.reached) for line in summary([grown])]

    assert told == [
        ("A figure: one, memory grown at most", "5 MiB", "≤ 4 MiB", "no"),
        ("A figure: one", "1 /s", "≤ 0.8 /s", "no"),
    ]


def test_peers_are_told_by_version_and_those_that_are_not_there_with_the_reason():
    conditions = Conditions(3, 1.0, {"bepasty": "1.2.2"}, {"nginx": "is not on PATH"})
    results = [result({"one": [Slice(2)]}, note="What it means.")]

    for text in (as_text(results, conditions), as_markdown(results, conditions)):
        assert "bepasty 1.2.2" in text
        assert "Not measured: nginx is not on PATH." in text
    assert "\nWhat it means.\n" in as_markdown(results, conditions)
    assert json.loads(json.dumps(as_data(results, conditions)))["conditions"]["left_out"] == conditions.left_out


def test_growth_is_drawn_as_bars_and_nothing_else_is():
    turns = {"10 files": [Slice(200)], "1,000 files": [Slice(100)]}
    growth = Result(Figure(PREFIX + "get", "Growth: GET", "/s", {}), {}, turns)

    drawn = as_markdown([growth], HERE)

    assert "```text\nGrowth: GET\n     10 files  " + "█" * 40 + "  200 /s\n" in drawn
    assert "\n  1,000 files  " + "█" * 20 + " " * 22 + "100 /s\n```" in drawn
    assert "```" not in as_markdown([result(turns)], HERE)


@pytest.mark.parametrize(
    ("value", "drawn"), [(0, ""), (0.001, "▏"), (50, "█" * 20), (51, "█" * 20 + "▍"), (100, "█" * 40)]
)
def test_a_bar_is_as_long_as_its_value(value, drawn):
    assert bar(value, 100) == drawn


def test_a_run_that_left_something_out_writes_no_document():
    command = [sys.executable, "-m", "tests.bench", "--write", "--without-peers"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 2
    assert "--write is for a whole run" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)  # the first time, the peers are installed
def test_one_figure_is_measured_on_every_server_that_is_here(tmp_path):
    told = tmp_path / "told.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--rounds=1", "--only=get-small", f"--json={told}"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    data = json.loads(told.read_text())
    (figure,) = data["figures"]
    peers, left_out = data["conditions"]["peers"].keys(), data["conditions"]["left_out"].keys()
    assert peers | left_out == PEERS.keys()
    assert figure["sides"].keys() == OURS.keys() | peers
    assert all(turn["value"] > 0 for turns in figure["sides"].values() for turn in turns)
