"""Settings: from the instance's file and the environment, read once, refused by name."""

from __future__ import annotations

import os
import stat

import pytest

from pastebin import config, create_app
from pastebin.config import GIB, MIB, SETTINGS, ConfigInvalid, Rate, Settings, places


def load(instance, environ=None, **overrides):
    return config.load(instance, environ or {}, **overrides)


def test_without_a_file_and_an_environment_every_setting_has_its_default(tmp_path):
    assert load(tmp_path) == Settings()


def test_the_defaults_are_those_of_the_contract(tmp_path):
    settings = load(tmp_path)

    assert settings.BIND == "127.0.0.1:8000"
    assert (settings.ADDRESS_LENGTH, settings.CACHE_SECONDS) == (16, 3600)
    assert settings.ANONYMOUS_UPLOADS is True
    assert (settings.ANONYMOUS_MAX_FILE_SIZE, settings.ANONYMOUS_QUOTA) == (512 * MIB, 10 * GIB)
    assert settings.ANONYMOUS_MAX_EXPIRY is None
    assert (settings.HEADER_TIMEOUT, settings.BODY_MIN_RATE) == (15, 1024)
    assert settings.REGISTRATION == "open"
    assert settings.ALLOWED_TYPES == ()


def test_every_default_is_a_value_that_its_own_reader_takes():
    for setting in SETTINGS.values():
        assert setting.read(setting.default) == setting.default, setting.name


def test_the_file_in_the_instance_folder_is_read(tmp_path):
    (tmp_path / "config.py").write_text('MAX_FILE_SIZE = "10MiB"\nlower_case = 1\nimport os\n')

    assert load(tmp_path).MAX_FILE_SIZE == 10 * MIB


def test_the_environment_wins_over_the_file(tmp_path):
    (tmp_path / "config.py").write_text("ADDRESS_LENGTH = 20\nWORKERS = 3\n")

    settings = load(tmp_path, {"PASTEBIN_ADDRESS_LENGTH": "12", "HOME": "/"})

    assert (settings.ADDRESS_LENGTH, settings.WORKERS) == (12, 3)


@pytest.mark.parametrize("size", ["4194304TiB", "999999999999999TiB", 1 << 62])
def test_a_size_that_no_database_holds_stops_the_start(tmp_path, size):
    with pytest.raises(ConfigInvalid, match="must be a size below 4194304TiB"):
        load(tmp_path, USER_QUOTA=size)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("RATE_LIMITS", "off", False),
        ("RATE_LIMITS", "TRUE", True),
        ("ANONYMOUS_UPLOADS", "0", False),
        ("ANONYMOUS_UPLOADS", "1", True),
        ("ALLOWED_TYPES", "image/*,text/plain,.zip", ("image/*", "text/plain", ".zip")),
        ("TRUSTED_HOSTS", " a.example , b.example ", ("a.example", "b.example")),
        ("TRUSTED_HOSTS", "", ()),
        ("MAX_FILE_SIZE", "1234", 1234),
        ("MAX_FILE_SIZE", "2GiB", 2 * GIB),
        ("MAX_FILE_SIZE", "500 MB", 500_000_000),
        ("SESSION_LIFETIME", "2h", 7200),
        ("SESSION_LIFETIME", "90", 90),
        ("ANONYMOUS_MAX_EXPIRY", "7d", 7 * 86_400),
        ("ANONYMOUS_MAX_EXPIRY", "none", None),
        ("LOGIN_RATE", "20/1h", Rate(20, 3600)),
        ("BASE_URL", "https://paste.example.org/", "https://paste.example.org"),
        ("BASE_URL", "https://Paste.Example.org:443", "https://paste.example.org"),
        ("BASE_URL", "HTTP://[2001:DB8::1]:80", "http://[2001:db8::1]"),
        ("BASE_URL", "http://localhost:8000", "http://localhost:8000"),
        ("BASE_URL", "https://Bücher.example:8443/", "https://xn--bcher-kva.example:8443"),
        ("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8", ("127.0.0.1", "10.0.0.0/8")),
        ("BIND", "unix:/run/pastebin.sock", "unix:/run/pastebin.sock"),
        ("LOG_LEVEL", "Warning", "warning"),
        ("SMTP_SECURITY", "TLS", "tls"),
        ("SMTP_PORT", "25", 25),
        ("MAIL_FROM", "paste@example.org", "paste@example.org"),
        ("MAIL_FROM", "The Paste <paste@example.org>", "The Paste <paste@example.org>"),
        ("MAIL_FROM", "", ""),
        ("REQUIRE_VERIFIED_EMAIL", "on", True),
    ],
)
def test_the_environment_writes_values_as_text(tmp_path, name, text, value):
    assert getattr(load(tmp_path, {f"PASTEBIN_{name}": text}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("RATE_LIMITS", "maybe", "must be on or off"),
        ("WORKERS", "0", "must be at least 1"),
        ("WORKERS", "two", "must be a whole number"),
        ("MAX_FILE_SIZE", "10 parsecs", "must be a size"),
        ("SESSION_LIFETIME", "-1", "must be a time"),
        ("ADDRESS_LENGTH", "7", "must be from 8 to 64"),
        ("ADDRESS_LENGTH", "65", "must be from 8 to 64"),
        ("REGISTRATION", "ajar", "must be open or closed"),
        ("LOGIN_RATE", "20", "must be COUNT/TIME"),
        ("LOGIN_RATE", "20/0s", "must be COUNT/TIME"),
        ("BASE_URL", "paste.example.org", "must be an address"),
        ("BASE_URL", "https://paste.example.org/path", "must be an address"),
        ("BASE_URL", "https://paste.example.org#here", "must be an address"),
        ("BASE_URL", "https://me@paste.example.org", "must be an address"),
        ("BASE_URL", "https://paste.example.org:99999", "must be an address"),
        ("BASE_URL", "https://[paste", "must be an address"),
        ("TRUSTED_PROXIES", "localhost", "no IP address or network"),
        ("BIND", "8000", "must be HOST:PORT"),
        ("BIND", ":8000", "must be HOST:PORT"),
        ("LOG_LEVEL", "chatty", "must be debug"),
        ("ANONYMOUS_MAX_EXPIRY", "0", "must be longer"),
    ],
)
def test_a_value_that_cannot_be_used_stops_the_start_with_a_sentence_that_says_which(tmp_path, name, text, reason):
    with pytest.raises(ConfigInvalid) as refused:
        load(tmp_path, {f"PASTEBIN_{name}": text})

    assert str(refused.value).startswith(f"PASTEBIN_{name} (in the environment)")
    assert reason in str(refused.value)


def test_an_unknown_setting_stops_the_start_and_every_fault_is_named_at_once(tmp_path):
    (tmp_path / "config.py").write_text("MAX_FILESIZE = 3\n")

    with pytest.raises(ConfigInvalid) as refused:
        load(tmp_path, {"PASTEBIN_COLOUR": "red", "PASTEBIN_WORKERS": "many"})

    sentences = str(refused.value).splitlines()
    assert sentences[0].startswith("MAX_FILESIZE (in ")
    assert "is not a setting" in sentences[0]
    assert sentences[1].startswith("PASTEBIN_COLOUR (in the environment) is not a setting")
    assert sentences[2].startswith("PASTEBIN_WORKERS")


@pytest.mark.parametrize(
    "text", ["WORKERS = \n", "WORKERS = COUNT\n", "WORKERS = 1 / 0\n", "open('/nowhere/at/all')\n"]
)
def test_a_file_that_cannot_be_read_stops_the_start_with_its_name(tmp_path, text):
    (tmp_path / "config.py").write_text(text)

    with pytest.raises(ConfigInvalid, match=r"config\.py cannot be read"):
        load(tmp_path)


def test_a_secret_is_not_shown_where_it_cannot_be_used(tmp_path):
    with pytest.raises(ConfigInvalid) as refused:
        load(
            tmp_path, SECRET_KEY=b"very secret", SECRET_KEY_FALLBACKS={"also secret": 1}, SMTP_PASSWORD=b"a mail secret"
        )

    assert "SMTP_PASSWORD (given) must be text." in str(refused.value)

    assert "secret'" not in str(refused.value)


def test_the_instance_folder_is_named_by_the_environment_and_is_no_setting(tmp_path):
    environ = {"PASTEBIN_INSTANCE": str(tmp_path)}

    assert config.instance_folder(environ) == tmp_path
    assert load(tmp_path, environ) == Settings()


def test_without_a_name_the_instance_folder_is_that_of_the_checkout():
    assert config.instance_folder({}).name == "instance"


def test_the_secret_key_is_made_at_the_first_start_and_only_its_owner_reads_it(tmp_path):
    first = create_app(tmp_path / "instance")
    second = create_app(tmp_path / "instance")

    path = tmp_path / "instance" / "secret_key"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert len(first.config["SECRET_KEY"]) >= 32
    assert second.config["SECRET_KEY"] == first.config["SECRET_KEY"]
    assert [each.name for each in path.parent.glob(".secret_key*")] == []


def test_the_folders_are_made_where_the_settings_say(tmp_path):
    settings = load(tmp_path, {}, DERIVED_FOLDER=str(tmp_path / "elsewhere" / "made"))

    found = places(tmp_path, settings)

    assert (found.blobs, found.derived) == (tmp_path / "blobs", tmp_path / "elsewhere" / "made")
    assert found.derived.is_dir()
    assert found.blobs.is_dir()


@pytest.mark.parametrize("name", ["BLOB_FOLDER", "DERIVED_FOLDER"])
def test_a_folder_that_cannot_be_used_is_told_with_its_setting(tmp_path, name):
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(ConfigInvalid, match=rf"{name}: the folder .*file/x cannot be made"):
        places(tmp_path, load(tmp_path, {}, **{name: str(tmp_path / "file" / "x")}))


def test_what_is_made_does_not_lie_among_what_was_uploaded(tmp_path):
    with pytest.raises(ConfigInvalid, match="one of its own"):
        places(tmp_path, load(tmp_path, {}, DERIVED_FOLDER=str(tmp_path / "blobs")))


@pytest.mark.parametrize("size", ["0", "100MB", "127MiB"])
def test_less_memory_than_images_need_at_all_stops_the_start(tmp_path, size):
    with pytest.raises(ConfigInvalid, match=r"IMAGE_MEMORY .* must be at least 128MiB"):
        load(tmp_path, {"PASTEBIN_IMAGE_MEMORY": size})


@pytest.mark.parametrize("place", ["", "blobs", ".."])
def test_the_folder_that_nginx_reads_is_none_that_others_may_not_read(tmp_path, place):
    with pytest.raises(ConfigInvalid, match="PROXY_FOLDER"):
        places(tmp_path, load(tmp_path, {}, PROXY_FOLDER=os.path.normpath(tmp_path / place)))
