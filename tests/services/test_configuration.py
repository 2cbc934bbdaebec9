"""The settings in words: what is written can be read back, and what is secret is not written."""

from __future__ import annotations

import pytest

from pastebin.config import SECRETS, SETTINGS, Settings
from pastebin.services import configuration


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_written_of_a_setting_is_read_back_as_it_is(name: str) -> None:
    default = getattr(Settings(), name)

    assert SETTINGS[name].read(configuration.write(name, default)) == default


def test_each_setting_says_where_it_was_set(make_app, instance, monkeypatch) -> None:
    (instance / "config.py").write_text("MAX_FILE_SIZE = '5GiB'\nUSER_QUOTA = 1000001\n")
    monkeypatch.setenv("PASTEBIN_USER_QUOTA", "1536MiB")

    with make_app().app_context():
        found = {entry.name: entry for entry in configuration.entries()}

    assert [*found] == [*SETTINGS]
    shown = {name: (found[name].value, found[name].default, found[name].origin) for name in ("MAX_FILE_SIZE", "BIND")}
    assert shown == {
        "MAX_FILE_SIZE": ("5GiB", "16GiB", "config.py"), "BIND": ("127.0.0.1:8000", "127.0.0.1:8000", "default")
    }  # fmt: skip
    assert (found["USER_QUOTA"].value, found["USER_QUOTA"].origin) == ("1536MiB", "environment")
    assert found["LOGIN_RATE"].value == "30/15min"


def test_what_is_secret_is_not_told(make_app) -> None:
    hidden = {"SECRET_KEY": "hush", "SECRET_KEY_FALLBACKS": "hush,hush2", "SMTP_PASSWORD": "hush"}

    with make_app(**hidden).app_context():
        found = configuration.entries()

    assert "hush" not in str(found)
    assert {entry.name for entry in found if entry.value is None} == SECRETS
    assert {entry.name for entry in found if entry.value is None and entry.is_set} == hidden.keys()
