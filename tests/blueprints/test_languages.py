"""The languages that people may choose from are those that a text can be kept and shown in."""

from __future__ import annotations

import pytest

from pastebin import filetypes
from pastebin.blueprints.languages import LANGUAGES
from pastebin.blueprints.previews.highlighting import highlight


@pytest.mark.parametrize(("extension", "words"), LANGUAGES)
def test_a_text_in_each_keeps_its_extension_and_is_shown_in_colours(extension: str, words: str) -> None:
    name = f"paste.{extension}"
    shown = highlight("x = 1\n", [name])

    assert filetypes.choose_extension(name, filetypes.sniff(b"x = 1\n"), "utf-8") == extension
    assert (shown is None) == (words == "Plain text")


def test_they_stand_in_the_order_of_their_words_behind_plain_text() -> None:
    (first, *others) = [words for _, words in LANGUAGES]

    assert first == "Plain text"
    assert others == sorted(others, key=str.casefold)
