"""What a start of the server does without."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex

from pastebin.extensions import db
from pastebin.models import partial
from tests.running import ROOT

STARTED = "import sys; from pastebin import background, create_app; create_app(sys.argv[1]); print([*sys.modules])"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules that are there after the start of an existing instance."""
    instance = tmp_path_factory.mktemp("instance")
    for _ in range(2):
        said = _started(instance)
    return set(ast.literal_eval(said))


def _started(instance: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", STARTED, str(instance)], cwd=ROOT, env={**os.environ}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return ran.stdout


@pytest.mark.parametrize("name", ["marshmallow", "apispec", "markdown_it", "nh3", "pygments", "alembic"])
def test_what_few_requests_need_is_not_loaded(loaded, name):
    assert "pastebin.blueprints.api.reference" in loaded
    assert "pastebin.blueprints.previews.rendering" in loaded
    assert name not in loaded


def test_no_database_is_loaded_but_the_one_in_use(loaded):
    assert "sqlalchemy.dialects.sqlite" in loaded
    assert "sqlalchemy.dialects.postgresql" not in loaded


def test_what_an_index_is_on_postgresql_is_known_where_migrations_are_made():
    partial.complete(db.metadata)

    assert _on_postgresql("files", "ix_files_published").endswith("WHERE NOT is_private AND download_limit IS NULL")
    assert _on_postgresql("files", "ix_files_used_up").endswith("WHERE downloads >= download_limit")
    assert _on_postgresql("blobs", "ix_blobs_dying").endswith("WHERE state = 'dying'")
    assert "WHERE" not in _on_postgresql("files", "ix_files_expires")


def _on_postgresql(table: str, name: str) -> str:
    index = next(each for each in db.metadata.tables[table].indexes if each.name == name)
    return str(CreateIndex(index).compile(dialect=postgresql.dialect()))
