"""docs/ says what the program does: every setting, route, command and error, and none that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.routing import Rule as Route

from pastebin.access.gate import Needs, Rule, Token
from pastebin.blueprints.api import openapi
from pastebin.blueprints.description import Description
from pastebin.cli import cli
from pastebin.config import PREFIX, SETTINGS
from pastebin.errors import PastebinError

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def _rows(text: str, columns: int) -> list[tuple[str, ...]]:
    """The rows of all tables with so many columns whose first cell is code, without backticks around whole cells."""
    rows = (tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in text.splitlines())
    return [
        tuple(re.sub(r"^`([^`]*)`$", r"\1", cell) for cell in row)
        for row in rows
        if len(row) == columns and row[0].startswith("`")
    ]


def _page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


# ---- settings


SETTING_ROWS = {row[0]: row for row in _rows(_page("settings.md"), 5)}


def test_every_setting_is_documented_and_no_other():
    assert SETTING_ROWS.keys() == SETTINGS.keys()


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_documented_as_it_is(name):
    setting = SETTINGS[name]
    _name, variable, _kind, default, about = SETTING_ROWS[name]

    assert variable == PREFIX + name
    assert about == setting.about
    assert setting.read("" if default == "empty" else default) == setting.default


def test_settings_of_one_kind_are_read_alike():
    readers = {(row[2], SETTINGS[name].read) for name, row in SETTING_ROWS.items()}
    kinds = [kind for kind, _ in readers]

    assert len(set(kinds)) == len(readers)
    assert len({reader for _, reader in readers}) == len(readers)
    for kind in kinds:
        assert f"\n| {kind} | " in _page("settings.md")


# ---- errors


def _errors(kind: type[PastebinError] = PastebinError) -> Iterator[type[PastebinError]]:
    for error in kind.__subclasses__():
        yield error
        yield from _errors(error)


def test_every_error_is_documented_and_no_other():
    documented = set(_rows(_page("errors.md"), 3))

    assert documented == {(error.code, str(error.status), error.message) for error in _errors()}


# ---- commands


def _commands(group: click.Group, words: tuple[str, ...] = ("pastebin",)) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


COMMANDS = dict(_commands(cli))
COMMAND_SECTIONS = dict(re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", _page("commands.md"), re.M | re.S))


def _heading(words: str, command: click.Command) -> str:
    arguments = [
        each.make_metavar(click.Context(command)) for each in command.params if isinstance(each, click.Argument)
    ]
    return " ".join((words, *arguments))


def test_every_command_is_documented_and_no_other():
    assert COMMAND_SECTIONS.keys() == {_heading(words, command) for words, command in COMMANDS.items()}


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_of_a_command_is_documented_and_no_other(words):
    command = COMMANDS[words]
    options = {option for each in command.params if isinstance(each, click.Option) for option in each.opts}
    section = COMMAND_SECTIONS[_heading(words, command)]

    assert {row[0].split()[0] for row in _rows(section, 2)} == options


def test_every_make_target_and_variable_is_documented_and_no_other():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {f"make {name}" for name in re.findall(r"^([a-z-]+):.*## ", makefile, re.M)}
    variables = set(re.findall(r"^#: (\w+)=", makefile, re.M))
    rows = {row[0] for row in _rows(_page("commands.md").partition("\n## make\n")[2], 2)}

    assert {row for row in rows if row.startswith("make ")} == targets
    assert {row.partition("=")[0] for row in rows if "=" in row} == variables


# ---- routes


ROUTE_ROWS = {row[0]: row[1:] for page in ("api.md", "hushfile.md") for row in _rows(_page(page), 4)}
ANYONE = Rule(Needs.ANYONE, None, Token.HEADER, uploads=False)
NOTHING_SAID = Description("", {}, {}, False, None, {}, ())
WHO = {
    Needs.ANYONE: "anyone",
    Needs.NOBODY: "anyone",
    Needs.ACCOUNT: "an account",
    Needs.SESSION: "a session",
    Needs.STAFF_SESSION: "a session of staff",
    Needs.PERSON: "whoever is logged in",
    Needs.STAFF_PERSON: "staff who are logged in",
}


def _routes(app: Flask) -> Iterator[tuple[str, Route, str, Rule]]:
    """As they are written down, with their methods and what their gates ask; the static files have none."""
    for route in app.url_map.iter_rules():
        if not route.endpoint.endswith(".unknown"):
            for method in openapi.methods(route):
                rule = getattr(app.view_functions[route.endpoint], "rule", ANYONE)
                yield f"{method} {openapi.path_of(route)}", route, method, rule


def _statuses(rule: Rule, method: str, described: Description = NOTHING_SAID) -> set[int]:
    errors = {error.status for error in openapi.errors_of(rule, method, described)}
    return errors | set(described.answers)


def test_every_route_is_documented_and_no_other(app):
    assert ROUTE_ROWS.keys() == {written for written, *_ in _routes(app)}


def test_who_may_call_a_route_is_documented_as_its_gate_says(app):
    for written, _route, _method, rule in _routes(app):
        scope = f"; a key needs `{rule.scope}`" if rule.scope else ""

        assert ROUTE_ROWS[written][0] == WHO[rule.needs] + scope, written


def test_statuses_are_documented_as_gates_and_descriptions_say(app):
    for written, route, method, rule in _routes(app):
        documented = {int(status) for status in ROUTE_ROWS[written][1].split()}
        may_happen_anywhere = _statuses(ANYONE, method)
        described = getattr(app.view_functions[route.endpoint], "description", None)

        assert _statuses(rule, method, described or NOTHING_SAID) - may_happen_anywhere <= documented, written
        if described:
            assert documented <= _statuses(rule, method, described), written


# ---- between pages


PAGES = [ROOT / "README.md", ROOT / "instance" / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [page.name for page in DOCS.glob("*.md") if f"docs/{page.name}" not in readme] == []


def test_the_sharex_uploader_in_the_docs_is_the_one_that_is_served(make_app):
    client = make_app(BASE_URL="https://paste.example.org", ANONYMOUS_UPLOADS="off").test_client()
    shown = re.findall(r"^```json\n(.*?)^```", _page("clients.md"), re.M | re.S)

    served = client.get("/api/clients/sharex.sxcu").text.replace("paste.example.org", "HOST")

    assert json.loads(served) in [json.loads(block) for block in shown]


def test_what_the_docs_say_of_files_in_the_package_is_there():
    picture = re.search(r"^```\npastebin/\n(.*?)^```", _page("architecture.md"), re.M | re.S)
    assert picture

    named = set(re.findall(r"\b([a-z_]+\.py|[a-z_]+/)(?=\s)", picture[1])) - {"views.py", "wire.py"}
    there = {path.name + "/" * path.is_dir() for path in (ROOT / "pastebin").rglob("*")}
    assert named - there == set()
    packages = {path.parent.relative_to(ROOT / "pastebin") for path in (ROOT / "pastebin").rglob("__init__.py")}
    assert {f"{package.name}/" for package in packages if package.name} - {"versions/"} <= named
