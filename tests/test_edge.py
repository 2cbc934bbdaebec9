"""The folder that is shared with a proxy: a mark that changes, and views that are read once."""

from __future__ import annotations

import errno
import os
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pastebin import edge as edges
from pastebin.edge import Edge
from pastebin.services import views
from tests.forms import upload


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return Edge(tmp_path)


def mark(folder: Path) -> str:
    return os.path.realpath(folder / "mark")


def write(folder: Path, text: str) -> None:
    with (folder / "views.log").open("a") as log:
        log.write(text)


def read(edge: Edge) -> Counter[str]:
    with edge.views() as times:
        return times


def test_the_mark_is_a_folder_that_anybody_can_look_for(edge: Edge, tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        edge.turn()
    finally:
        os.umask(old)

    assert Path(mark(tmp_path)).is_dir()
    assert {path.stat().st_mode & 0o777 for path in (tmp_path, Path(mark(tmp_path)))} == {0o755}


def test_each_turn_makes_another_mark_and_the_last_one_still_leads_somewhere(edge: Edge, tmp_path: Path) -> None:
    seen = [mark(tmp_path)]
    for _ in range(20):
        edge.turn()
        seen.append(mark(tmp_path))

    assert len(set(seen)) == 21
    assert all(Path(each).is_dir() for each in seen)


def test_marks_that_nobody_reads_any_more_are_removed_but_never_the_one_in_force(edge: Edge, tmp_path: Path) -> None:
    old = mark(tmp_path)
    edge.turn()
    recent = mark(tmp_path)
    edge.turn()
    hour_ago = time.time() - 3600
    for each in (old, mark(tmp_path)):
        os.utime(each, (hour_ago, hour_ago))
    edge.tidy()

    assert {path.name for path in tmp_path.glob("mark-*")} == {Path(recent).name, Path(mark(tmp_path)).name}


def test_where_no_mark_can_be_made_there_is_none(
    edge: Edge, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", full)
        edge.turn()

    assert "could not be changed" in caplog.text
    assert not (tmp_path / "mark").is_symlink()
    edge.tidy()
    edge.turn()
    assert Path(mark(tmp_path)).is_dir()


def test_two_processes_tidy_at_once_and_leave_nothing(tmp_path: Path) -> None:
    edges_of_both = [Edge(tmp_path), Edge(tmp_path)]
    hour_ago = time.time() - 3600
    for number in range(300):
        (tmp_path / f"mark-{number}").mkdir()
        os.utime(tmp_path / f"mark-{number}", (hour_ago, hour_ago))
    (tmp_path / ".mark-left").symlink_to("mark-0")
    os.utime(tmp_path / ".mark-left", (hour_ago, hour_ago), follow_symlinks=False)
    with ThreadPoolExecutor(2) as both:
        list(both.map(Edge.tidy, edges_of_both))

    assert len(list(tmp_path.glob("*mark-*"))) == 2


def test_what_is_in_the_log_is_read_once(edge: Edge, tmp_path: Path) -> None:
    assert read(edge) == {}
    write(tmp_path, "a\nb\na\n")
    assert read(edge) == {"a": 2, "b": 1}
    assert read(edge) == {}
    write(tmp_path, "c\n")
    assert read(Edge(tmp_path)) == {"c": 1}


def test_a_line_that_is_being_written_waits_for_its_end(edge: Edge, tmp_path: Path) -> None:
    write(tmp_path, "a\nhal")
    assert read(edge) == {"a": 1}
    write(tmp_path, "f\n")
    assert read(edge) == {"half": 1}


def test_what_could_not_be_counted_is_not_counted_over_and_over(edge: Edge, tmp_path: Path) -> None:
    write(tmp_path, "a\n")
    with pytest.raises(ZeroDivisionError), edge.views():
        raise ZeroDivisionError

    assert read(edge) == {}


def test_what_came_just_before_a_log_was_put_away_is_read(edge: Edge, tmp_path: Path) -> None:
    write(tmp_path, "a\n" * 5)
    read(edge)
    write(tmp_path, "b\n" * 3)
    (tmp_path / "views.log").rename(tmp_path / "views.log.1")
    assert read(edge) == {"b": 3}
    write(tmp_path, "c\n")

    assert read(edge) == {"c": 1}
    assert read(edge) == {}


def test_of_a_log_that_was_put_away_and_the_new_one_both_are_read(edge: Edge, tmp_path: Path) -> None:
    write(tmp_path, "a\n" * 5)
    read(edge)
    write(tmp_path, "b\n" * 3)
    (tmp_path / "views.log").rename(tmp_path / "views.log.1")
    write(tmp_path, "c\n")

    assert read(edge) + read(edge) == {"b": 3, "c": 1}
    assert read(edge) == {}


def test_one_process_reads_at_a_time(edge: Edge, tmp_path: Path) -> None:
    write(tmp_path, "a\n")
    with edge.views() as first, Edge(tmp_path).views() as second:
        assert (first, second) == ({"a": 1}, {})


@pytest.mark.parametrize("lines", [1, 100], ids=["shorter", "longer"])
def test_a_log_that_was_begun_anew_is_read_from_its_beginning(edge: Edge, tmp_path: Path, lines: int) -> None:
    write(tmp_path, "a\n" * 10)
    read(edge)
    (tmp_path / "views.log").rename(tmp_path / "views.log.1")
    write(tmp_path, "b\n" * lines)

    assert read(edge) == {"b": lines}


def test_a_log_that_was_cut_short_is_read_from_its_beginning(edge: Edge, tmp_path: Path) -> None:
    write(tmp_path, "a\n" * 10)
    read(edge)
    os.truncate(tmp_path / "views.log", 0)
    write(tmp_path, "b\n")

    assert read(edge) == {"b": 1}


def test_a_long_log_is_read_piece_by_piece(edge: Edge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "_MOST_AT_ONCE", 64)
    write(tmp_path, "word\n" * 30)

    assert [read(edge).total() for _ in range(4)] == [12, 12, 6, 0]


def test_a_log_that_cannot_be_read_is_none(edge: Edge, tmp_path: Path) -> None:
    (tmp_path / "views.log").mkdir()

    assert read(edge) == {}


def test_views_that_the_proxy_counted_are_added_and_other_words_are_passed_over(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    app = make_app(PROXY_FOLDER=str(tmp_path / "shared"))
    client: FlaskClient = app.test_client()
    about = upload(client)
    write(tmp_path / "shared", f"{about['uuid']}\n" * 3 + f"{about['sha256']}\n-\n{'f' * 63}\n{{}}\n")
    with app.app_context():
        views.gather(app.extensions["pastebin.edge"])
        written = views.write()

    assert written == 4


def test_only_answers_that_may_be_kept_say_so_and_only_where_there_is_a_proxy(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    plain, shared = make_app().test_client(), make_app(PROXY_FOLDER=str(tmp_path / "shared")).test_client()
    for client in (plain, shared):
        about = upload(client)
        answers = [client.get(f"/{about['uuid']}") for _ in range(2)]
        told = answers[1].headers.get("X-Accel-Expires", "@0")
        assert (answers[1].headers.get("X-Pastebin-View") == about["uuid"]) == (client is shared)
        assert (0 <= int(told[1:]) - time.time() <= 5) == (client is shared)
