"""instance/config.sample.py shows every setting, with the default it has."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pastebin.config import SETTINGS, load

SAMPLE = Path(__file__).parent.parent / "instance" / "config.sample.py"
SHOWN = dict(re.findall(r"^# ([A-Z_]+) = (.+)$", SAMPLE.read_text("utf-8"), re.MULTILINE))


def test_the_sample_shows_every_setting_and_no_other():
    assert SHOWN.keys() == SETTINGS.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_the_sample_shows_the_default(name):
    setting = SETTINGS[name]

    assert setting.read(ast.literal_eval(SHOWN[name])) == setting.default


def test_the_sample_as_it_stands_changes_nothing(tmp_path):
    (tmp_path / "config.py").write_bytes(SAMPLE.read_bytes())

    assert load(tmp_path, environ={}) == load(tmp_path / "without", environ={})
