"""The pages' JavaScript: where it is served, how long it is kept, and that what is not ours is what it should be."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pastebin.blueprints.web import modules
from tests.test_docs import DOCS

BUNDLE = "vendor/age-encryption-0.3.1.js"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the modules, to change them in."""
    copy = shutil.copytree(modules.FOLDER, tmp_path / "modules")
    monkeypatch.setattr(modules, "FOLDER", copy)
    return copy


def test_a_module_is_kept_for_long_under_the_version_of_all_of_them(client: FlaskClient) -> None:
    answer = client.get(f"/static/modules/{modules.modules_version()}/{BUNDLE}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == (modules.FOLDER / BUNDLE).read_bytes()


def test_under_another_version_it_is_the_same_one_and_asked_for_each_time(client: FlaskClient) -> None:
    answer = client.get(f"/static/modules/0123456789ab/{BUNDLE}")

    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.data == (modules.FOLDER / BUNDLE).read_bytes()
    again = client.get(f"/static/modules/0123456789ab/{BUNDLE}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "no-cache"


def test_a_worker_may_load_modules_and_ask_this_site_and_nothing_else(client: FlaskClient) -> None:
    policy = client.get(f"/static/modules/x/{BUNDLE}").headers["Content-Security-Policy"]

    assert policy == "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"


@pytest.mark.parametrize("path", ["x/nothing.js", "x/..%2fstyle.css", "x/../../views.py", "x/vendor", "x/"])
def test_there_is_nothing_but_modules(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/modules/{path}").status_code == 404


def test_the_type_of_a_module_does_not_depend_on_the_machine(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimetypes.guess_type", lambda *_: ("text/plain", None))

    assert client.get(f"/static/modules/x/{BUNDLE}").mimetype == "text/javascript"


def test_a_change_of_one_module_gives_all_of_them_another_address(app: Flask, folder: Path) -> None:
    before = modules.modules_version()
    (folder / BUNDLE).write_text("export {}")

    with app.test_request_context():
        address = modules.module("vendor/x.js")

    assert before != modules.modules_version()
    assert address == f"/static/modules/{modules.modules_version()}/vendor/x.js"


def test_a_new_name_for_the_same_content_is_a_change_too(folder: Path) -> None:
    before = modules.modules_version()

    os.rename(folder / BUNDLE, folder / "vendor" / "other.js")

    assert before != modules.modules_version()


# ---- what is not ours


@pytest.mark.parametrize("name", ["age-encryption-0.3.1.js", "lean-qr-2.7.4.js"])
def test_what_is_vendored_is_what_the_docs_say_how_to_make(name: str) -> None:
    told = (DOCS / "dependencies.md").read_text("utf-8")
    documented = re.search(r"`([0-9a-f]{64})`", told.partition(f"vendor/{name}")[2])
    assert documented

    assert hashlib.sha256((modules.FOLDER / "vendor" / name).read_bytes()).hexdigest() == documented[1]


def test_every_vendored_module_is_of_a_locked_version_and_has_a_licence_beside_it() -> None:
    packages = json.loads((DOCS.parent / "requirements/browser/package-lock.json").read_text("utf-8"))["packages"]
    vendored = [path.stem for path in (modules.FOLDER / "vendor").glob("*.js")]

    assert set(vendored) == {
        f"{name}-{packages[f'node_modules/{name}']['version']}" for name in ("age-encryption", "lean-qr")
    }
    assert "MIT License" in (modules.FOLDER / "vendor" / "LICENSE-lean-qr").read_text("utf-8")


def test_the_licence_beside_the_bundle_names_every_package_in_it_with_its_version() -> None:
    licence = (modules.FOLDER / "vendor" / "LICENSE").read_text("utf-8")
    lock = (DOCS.parent / "requirements" / "browser" / "package-lock.json").read_text("utf-8")
    packages = re.findall(
        r'"(?:node_modules/)+?[^"]*?((?:@noble|@scure)/[a-z-]+|age-encryption)": \{\n +"version": "([^"]+)"', lock
    )

    assert len(packages) == 8
    for name, version in packages:
        assert re.search(rf"^ +{re.escape(name)} .*\b{re.escape(version)}\b", licence, re.MULTILINE), name
    assert "Redistribution and use in source and binary forms" in licence
    assert "Permission is hereby granted, free of charge" in licence
