"""A format is recognised by how its files begin, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.filetypes import SNIFF_BYTES, Sniffed, media_type_of, sniff
from pastebin.filetypes import media_types as table
from tests.filetypes import contents

EXAMPLES = [(extension, head) for extension, heads in contents.BY_EXTENSION.items() for head in heads]
# Texts that begin as some binary format's name does.
TEXTS = [
    b"BM is a chain of shops",
    b"MZ was an initial",
    b"PK said so",
    b"ID3 tags explained",
    b"RIFF is a container, says the page",
    b"OTTO is a palindrome",
    b"BZh is what bzip2 begins with",
    b"Rar! said the lion",
    b"G" * 2000,
    b"fLaC, spelt oddly",
    b"ttcf true OggS wOFF",
    b"FWS: from the web site",
    b"]\n",
    b"# python\nimport this\n",
    b"<!doctype html><p>hello",
    b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    b'<?xml version="1.0"?><a/>',
    b"#!/bin/sh\necho hello\n",
    b"%!PS-Adobe-3.0\n",
    b"{\\rtf1 hello}",
]


@pytest.mark.parametrize(("extension", "head"), EXAMPLES)
def test_a_known_format_is_recognised(extension, head):
    assert sniff(head[:SNIFF_BYTES]).extension == extension


@pytest.mark.parametrize("extension", sorted(set(contents.BY_EXTENSION) - {"ts"}))
def test_a_recognised_format_has_the_type_of_its_extension(extension):
    found = sniff(contents.BY_EXTENSION[extension][0][:SNIFF_BYTES])

    assert found.media_type == media_type_of(extension) is not None


def test_a_transport_stream_is_a_film_though_its_extension_is_typescript():
    assert sniff(contents.BY_EXTENSION["ts"][0]) == Sniffed("video/mp2t", "ts")
    assert media_type_of("ts") == "text/x-typescript"


def test_a_database_is_recognised(tmp_path):
    assert sniff(contents.database(tmp_path)[:SNIFF_BYTES]).extension == "sqlite"


@pytest.mark.parametrize("text", [*TEXTS, b"", b"\0", bytes(SNIFF_BYTES), b"\xff\xfeh\0i\0"])
def test_what_is_no_known_binary_format_is_nothing(text):
    assert sniff(text) == Sniffed(None, None)


@given(st.sampled_from(EXAMPLES), st.integers(0, 400), st.binary(max_size=40))
def test_a_format_cut_short_or_gone_wrong_is_no_error(example, length, rest):
    extension = sniff(example[1][:length] + rest).extension

    assert extension is None or media_type_of(extension)


@given(st.binary(max_size=600))
def test_any_bytes_can_be_asked_about(head):
    found = sniff(head)

    assert (found.media_type is None) == (found.extension is None)


def test_the_table_names_every_extension_once():
    named = [one for line in table._TABLE.strip().splitlines() for one in line.partition(": ")[2].split()]

    assert sorted(named) == sorted(set(named))
    assert len(named) == len(table.MEDIA_TYPES)
