"""Names in an archive: any system can unpack them, whatever files are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.filetypes import archive_name, name_key, numbered
from tests.filetypes.names import STRANGE, is_safe


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("photo.jpg", "photo.jpg"),
        ("Übersicht für März.pdf", "Übersicht für März.pdf"),
        (".bashrc", ".bashrc"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("C:\\Users\\ann\\a.txt", "a.txt"),
        ("what? <b>12:30</b>.txt", "b_.txt"),
        ("12:30 \"noon\" | *?.txt", "12_30 _noon_ _ __.txt"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("com1 .txt", "_com1 .txt"),
        ("LPT³.log", "_LPT³.log"),
        ("console.log", "console.log"),
        ("dots...", "dots"),
        ("a\nb\x00c\u202etxt.exe", "abctxt.exe"),
    ],
)  # fmt: skip
def test_a_name_stays_as_it_is_where_any_system_takes_it(filename: str, name: str) -> None:
    assert archive_name(filename) == name


@given(STRANGE)
def test_every_name_is_safe_and_stays_so_with_a_number(filename: str) -> None:
    name = archive_name(filename)

    assert is_safe(name)
    assert is_safe(numbered(name, 2))
    assert is_safe(numbered(name, 10**19))
    assert archive_name(name) == name


@pytest.mark.parametrize(
    ("name", "second"),
    [
        ("photo.jpg", "photo (2).jpg"),
        ("backup.tar.gz", "backup (2).tar.gz"),
        ("README", "README (2)"),
        (".bashrc", ".bashrc (2)"),
        ("x" * 250 + ".jpg", "x" * 227 + " (2).jpg"),
    ],
)
def test_a_number_stands_before_the_extension(name: str, second: str) -> None:
    assert numbered(name, 2) == second


@given(STRANGE, st.integers(2, 10**9), st.integers(2, 10**9))
def test_two_numbers_make_two_names(filename: str, one: int, other: int) -> None:
    name = archive_name(filename)

    assert (numbered(name, one) == numbered(name, other)) == (one == other)


@pytest.mark.parametrize(("one", "other"), [("A.TXT", "a.txt"), ("é", "e\u0301"), ("STRASSE", "straße")])
def test_names_that_fall_together_on_some_system_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
