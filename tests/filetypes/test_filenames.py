"""A client's file name: what is kept of it, and how it is said in a header."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.filetypes import content_disposition, extension_of_name, sanitise_filename

NAMES = (
    st.text()
    | st.text("a.é/\\ \t\r\n\"%;'-\u202e\ud800日🦆\u0301", max_size=400)
    | st.text(max_size=8).map(lambda s: s * 90)
)
FORBIDDEN = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c/\\\\\ud800-\udfff]")


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("photo.jpg", "jpg"),
        ("photo.JPG", "jpg"),
        ("a.b.c", "c"),
        ("backup.tar.gz", "tar.gz"),
        ("backup.Tar.Xz", "tar.xz"),
        ("backup.tar.bz2", "tar.bz2"),
        ("backup.tar.zst", "tar.zst"),
        ("backup.tar.Z", "tar.z"),
        ("backup.tar.txt", "txt"),
        ("backup-tar.gz", "gz"),
        ("tar.gz", "gz"),
        (".tar.gz", "tar.gz"),
        (".bashrc", None),
        ("..bashrc", None),
        (".env.local", "local"),
        ("Makefile", None),
        ("photo.jpg.", "jpg"),
        ("photo.jpg . ", "jpg"),
        ("photo.", None),
        ("photo.c++", None),
        ("photo.jpg~", None),
        ("photo.ｐｎｇ", None),
        ("photo.\u212aml", None),
        ("photo.jpé", None),
        ("x." + "a" * 16, "a" * 16),
        ("x." + "a" * 17, None),
        ("dir.d/file", None),
        ("dir.d\\file.py", "py"),
        ("/a/b.c/d.tar.gz", "tar.gz"),
        ("日本.png", "png"),
        ("photo.png\n", None),
        ("", None),
        (".", None),
        ("...", None),
    ],
)
def test_the_extension_of_a_name(name, extension):
    assert extension_of_name(name) == extension


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (None, None),
        ("", None),
        ("-", None),
        (".", None),
        ("..", None),
        ("../..", None),
        (" \t\r\n", None),
        ("\0", None),
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\photo.jpg", "photo.jpg"),
        ("folder/", "folder"),
        (".bashrc", ".bashrc"),
        ("  spaces in it .txt  ", "spaces in it .txt"),
        ("trailing. . .", "trailing"),
        ("a\r\nSet-Cookie: b\0.txt", "aSet-Cookie: b.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\u2028b\u2066c\x85d\ufeff.txt", "abcd.txt"),
        ("e\u0301.txt", "é.txt"),
        ("\ud83e.txt", "\ufffd.txt"),
        ('quo"te%41;.txt', 'quo"te%41;.txt'),
        ("日本語🦆.png", "日本語🦆.png"),
        ("family 👨\u200d👩\u200d👧.png", "family 👨\u200d👩\u200d👧.png"),
        ("a" * 300, "a" * 255),
        ("a" * 300 + ".tar.gz", "a" * 248 + ".tar.gz"),
        ("é" * 300 + ".PNG", "é" * 125 + ".PNG"),
        ("." * 300, None),
    ],
)
def test_what_is_kept_of_a_file_name(raw, kept):
    assert sanitise_filename(raw) == kept


@given(NAMES)
def test_a_kept_name_is_short_clean_and_normal(raw):
    name = sanitise_filename(raw)

    if name is not None:
        assert 0 < len(name.encode()) <= 255
        assert not FORBIDDEN.search(name)
        assert name == name.strip() == unicodedata.normalize("NFC", name)
        assert not name.endswith(".")
        assert name != "-"


@given(NAMES)
def test_cleaning_twice_changes_nothing(raw):
    once = sanitise_filename(raw)

    assert sanitise_filename(once) == once


@given(st.text("a. -é日🦆", max_size=200).map(lambda stem: "x" + stem), st.from_regex(r"\A(tar\.gz|[a-z0-9]{1,16})\Z"))
def test_a_cut_keeps_the_extension(stem, extension):
    name = f"{stem}.{extension}"

    assert extension_of_name(sanitise_filename(name)) == extension_of_name(name)


@pytest.mark.parametrize(
    ("filename", "value"),
    [
        ("photo.jpg", 'filename="photo.jpg"'),
        ("two words; and more.txt", 'filename="two words; and more.txt"'),
        ("it's (1).txt", 'filename="it\'s (1).txt"'),
        ('a"b.txt', "filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ("50%41.txt", "filename=\"50_41.txt\"; filename*=UTF-8''50%2541.txt"),
        ("café.txt", "filename=\"cafe.txt\"; filename*=UTF-8''caf%C3%A9.txt"),
        ("日本.png", "filename=\"__.png\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.png"),
        ("a\r\nX: b.txt", 'filename="aX: b.txt"'),
        ("dir/a.txt", 'filename="a.txt"'),
    ],
)
def test_a_name_in_the_header(filename, value):
    assert content_disposition(filename, inline=False) == "attachment; " + value
    assert content_disposition(filename, inline=True) == "inline; " + value


@pytest.mark.parametrize("filename", ["", "..\\", "\r\n", "\u202e"])
def test_without_a_name_the_header_has_none(filename):
    assert content_disposition(filename, inline=False) == "attachment"


@given(NAMES, st.booleans())
def test_the_header_is_one_line_of_ascii_with_one_quoted_string(filename, inline):
    value = content_disposition(filename, inline)

    assert value.isascii()
    assert value.isprintable()
    assert re.fullmatch(
        r"(inline|attachment)(; filename=\"[^\"\\]+\"(; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?)?", value
    )
    assert len(value) < 3000


@given(NAMES)
def test_the_full_name_comes_back_from_the_header(raw):
    name = sanitise_filename(raw)

    if name is not None:
        value = content_disposition(name, inline=True)
        _, star, encoded = value.partition("filename*=UTF-8''")
        assert (unquote(encoded) if star else value.partition('"')[2][:-1]) == name
