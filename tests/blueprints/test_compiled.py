"""Templates are compiled once for all workers and starts; where nothing can be kept, as if nobody had tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from pastebin.blueprints import compiled
from pastebin.blueprints.compiled import CompiledTemplates


def rendered(folder: Path, source: str, word: str = "word") -> str:
    environment = Environment(
        loader=DictLoader({"page": source}), autoescape=True, bytecode_cache=CompiledTemplates(folder)
    )
    environment.filters["said"] = lambda _: word
    return environment.get_template("page").render()


def fail(*_arguments: object) -> None:
    raise AssertionError("it is compiled")


def test_the_next_start_compiles_nothing(make_app, instance, monkeypatch):
    assert make_app().test_client().get("/").status_code == 200
    again = make_app().test_client()
    monkeypatch.setattr(Environment, "_generate", fail)

    assert again.get("/").status_code == 200
    assert {path.stat().st_mode & 0o077 for path in (instance / "compiled").iterdir()} == {0}


def test_another_source_is_another_template(tmp_path):
    assert rendered(tmp_path, "old") == "old"

    assert rendered(tmp_path, "new") == "new"


def test_other_code_compiles_anew(tmp_path, monkeypatch):
    source = "{{ 'a constant'|said }}"
    assert rendered(tmp_path, source, "old") == "old"
    monkeypatch.setattr(compiled, "_MADE_BY", "another version")

    assert rendered(tmp_path, source, "new") == "new"


@pytest.mark.parametrize("damage", [b"", b"\0" * 4096, b"no code"])
def test_what_is_damaged_is_compiled_anew(tmp_path, damage):
    rendered(tmp_path, "a page")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)

    assert rendered(tmp_path, "a page") == "a page"
    assert kept.read_bytes() != damage


def test_what_was_cut_off_is_compiled_anew(tmp_path):
    rendered(tmp_path, "a page")
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for length in range(len(whole)):
        kept.write_bytes(whole[:length])

        assert rendered(tmp_path, "a page") == "a page"
        assert len(kept.read_bytes()) == len(whole)


def test_where_no_folder_can_be_made_pages_are_there_all_the_same(tmp_path):
    (tmp_path / "compiled").write_text("in its place")

    assert rendered(tmp_path / "compiled", "a page") == "a page"
    assert rendered(tmp_path / "nowhere" / "compiled", "a page") == "a page"
