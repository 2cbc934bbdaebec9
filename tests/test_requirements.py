"""What is tested is what runs: the locks agree with each other and with setup.cfg."""

from __future__ import annotations

import configparser
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent


def locked(name: str) -> dict[str, str]:
    """Name and version of everything that requirements/*name*.txt installs."""
    text = (ROOT / "requirements" / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))


def wanted() -> list[Requirement]:
    """What setup.cfg says the package needs to run."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"].splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_tests_run_with_the_versions_that_serve():
    run, test = locked("run.txt"), locked("test.txt")

    assert run.items() <= test.items()


@pytest.mark.parametrize("requirement", wanted(), ids=lambda each: each.name)
def test_what_setup_cfg_wants_is_locked_and_installed(requirement):
    locked_version = locked("run.txt")[canonicalize_name(requirement.name)]

    assert requirement.specifier.contains(locked_version)
    assert version(requirement.name) == locked_version


def test_peers_run_under_the_gunicorn_and_the_flask_that_the_pastebin_runs_under():
    run, peers = locked("run.txt"), locked("peers.txt")

    assert {name: run[name] for name in run.keys() & peers.keys()}.items() <= peers.items()
    assert {"flask", "gunicorn"} <= run.keys() & peers.keys()


@pytest.mark.parametrize("name", ["run.txt", "test.txt", "peers.txt"])
def test_every_locked_package_has_hashes_and_no_address(name):
    text = (ROOT / "requirements" / name).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())

    assert all(re.fullmatch(r"\S+==\S+( ; [^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry) for entry in entries)
    assert "://" not in text
