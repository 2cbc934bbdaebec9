"""What is shown of a content: every character of a text, no tag of a stranger's, and never for long."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pastebin.blueprints.previews import hexdump, highlighting, markdown, text
from pastebin.blueprints.previews.preview import Content, Medium, preview
from tests.web import pages

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LINES = st.lists(ANY_TEXT, max_size=20).map("\n".join)
WORDS = ["def", "f", "(", ")", '"', "'", "\\", "\n", "  ", "/*", "*/", "<", ">", "&", "#", "\t", "é", "\u202e"]
CODE = st.lists(st.sampled_from(WORDS), max_size=60).map("".join)
MARKS = ["[", "]", "(", ")", "<", ">", "!", "a", "`", "*", "\n", "|", "-", "http://a", '"', "&", "#", " "]
MARKED = st.lists(st.sampled_from(MARKS)).map("".join)


def visible(given_text: str) -> str:
    """How a text reads on a page: controls as the pictures of them."""
    pictures = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"}
    return given_text.translate({**pictures, 0x7F: "␡"})


def shown(html: str) -> str:
    return pages.read(html).text


# ---- text


@given(LINES)
@example("")
@example("\x00\x1b[31m</pre><script>alert(1)</script>&amp;\u202e\u2066\x85\u2028\ufeff")
def test_html_of_a_text_reads_as_the_text(content: str) -> None:
    assert shown(text.to_html(content)) == visible(content)


@given(LINES)
def test_numbered_lines_are_the_lines(content: str) -> None:
    lines = text.split_lines(text.to_html(content))

    page = pages.read(f'<pre class="lines">{text.numbered(lines)}</pre>')

    assert pages.lines_of(page) == visible(content).removesuffix("\n").split("\n") if content else not lines


@given(ANY_TEXT, st.sampled_from(["utf-8", "utf-16"]))
def test_a_text_is_read_in_its_charset_with_one_kind_of_line_end(content: str, charset: str) -> None:
    expected = content.removeprefix("\ufeff") if charset == "utf-8" else content

    decoded = text.decode(content.encode(charset), charset, is_whole=True)

    assert decoded == expected.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50), st.integers(0, 200))
def test_a_text_that_is_cut_off_anywhere_loses_at_most_its_last_character(content: str, cut: int) -> None:
    encoded = content.replace("\r", "").removeprefix("\ufeff").encode()

    decoded = text.decode(encoded[:cut], "utf-8", is_whole=False)

    assert encoded.startswith(decoded.encode())
    assert min(cut, len(encoded)) - len(decoded.encode()) < 4


@given(st.binary(max_size=500), st.sampled_from(["utf-8", "utf-16", text.FALLBACK_CHARSET]))
def test_bytes_whose_charset_is_a_lie_are_shown_all_the_same(content: bytes, charset: str) -> None:
    assert isinstance(shown(text.to_html(text.decode(content, charset, is_whole=True))), str)


def test_what_turns_the_reading_order_is_shut_in_and_numbered() -> None:
    html = text.to_html("a\u202eb")

    assert html == "a<bdi data-code=202E>\u202e</bdi>b"


# ---- bytes


@given(st.binary(max_size=600))
def test_a_dump_says_every_byte_at_its_offset(content: bytes) -> None:
    rows = hexdump.rows(content)

    assert bytes.fromhex(" ".join(half for row in rows for half in row.halves)) == content
    assert [int(row.offset, 16) for row in rows] == list(range(0, len(content), 16))
    assert "".join(row.text for row in rows) == "".join(chr(b) if 32 <= b < 127 else "·" for b in content)


# ---- colours


@settings(deadline=None)
@given(
    CODE, st.sampled_from(["a.py", "a.js", "a.c", "a.html", "a.json", "a.md", "a.diff", "a.php", "a.sh", "Makefile"])
)
def test_colours_neither_lose_nor_invent_a_character(content: str, name: str) -> None:
    found = highlighting.highlight(content, [name])

    if found is not None:
        assert shown("\n".join(found.lines)) == visible(content).removesuffix("\n")


@settings(deadline=None)
@given(LINES, st.sampled_from(["a.py", "a.rb", "a.sql", "a.css", "a.xml", "a.ini", "a.yaml", "a.tex", "a.rst"]))
def test_colours_of_what_is_no_program_at_all(content: str, name: str) -> None:
    found = highlighting.highlight(content, [name])

    if found is not None:
        assert shown("\n".join(found.lines)) == visible(content).removesuffix("\n")


@pytest.mark.parametrize(
    ("content", "names", "language"),
    [
        ("x = 1\n", ["a.py"], "Python"),
        ("all:\n\techo\n", ["Makefile"], "Makefile"),
        ("FROM debian\n", ["Dockerfile"], "Docker"),
        ("a: b\n", ["unknown.zzz", "file.yaml"], "YAML"),
        ("#!/usr/bin/env python3\n", ["paste.txt"], "Python"),
        ("#!/bin/sh\necho hi\n", ["paste.txt"], "Bash"),
        ("#!/usr/bin/node\n", ["paste.txt"], "JavaScript"),
        ("{\"a\": [1, 2]}", ["paste.txt"], "JSON"),
        ("<?php echo 1;", ["paste.txt"], "PHP"),
        ("diff --git a/x b/x\n--- a/x\n", ["paste.txt"], "Diff"),
        ("import os\n\ndef f(x):\n    return x\n", ["paste.txt"], "Python"),
        ("#include <stdio.h>\nint main() {}\n", ["paste.txt"], "C++"),
        ("select a from b where c = 1;\n", ["paste.txt"], "SQL"),
        ("# vim: ft=ruby\n", ["paste.txt"], "Ruby"),
    ],
)  # fmt: skip
def test_the_language_is_told_by_the_name_else_by_the_content(content: str, names: list[str], language: str) -> None:
    found = highlighting.highlight(content, names)

    assert found is not None
    assert found.language == language


@pytest.mark.parametrize(
    "content", ["Dear Ann,\n\nselect what you like.\n", "", "{not json", "#!", "#!/\n", "# vim: ft=nonsense\n"]
)
def test_a_letter_is_no_program(content: str) -> None:
    assert highlighting.highlight(content, ["paste.txt"]) is None


# ---- Markdown


def test_markdown_is_rendered() -> None:
    page = pages.read(markdown.render("# Title\n\n*soft* [out](https://example.org/) `code`\n\n|a|\n|-|\n|b|\n"))

    assert page.all("h3")[0].text == "Title"
    assert page.all("em")[0].text == "soft"
    assert page.all("td")[0].text == "b"
    assert page.all("a")[0].attributes == {"href": "https://example.org/", "rel": "nofollow noopener noreferrer"}


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "<javascript:alert(1)>",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        '[x](https://a/"onmouseover="alert(1))',
        '[x](https://a/ "\\"><script>alert(1)</script>")',
        "```<script>\nx\n```",
        '```py" onclick="x\nx\n```',
        "<style>*{display:none}</style>",
        '<base href="https://evil/">',
        "[x]: javascript:alert(1)\n\n[x]",
    ],
)
def test_nothing_hostile_in_markdown_survives(hostile: str) -> None:
    page = pages.read(markdown.render(hostile))

    for tag in ("script", "img", "style", "base", "iframe", "form", "input"):
        assert not page.all(tag)
    for link in page.all("a"):
        assert link["href"].startswith(("http://", "https://", "mailto:"))
        assert set(link.attributes) <= {"href", "title", "rel"}
    for element in page.all("code") + page.all("span") + page.all("pre"):
        assert set(element.attributes) <= {"class", "title"}


@settings(deadline=None)
@given(MARKED)
def test_markdown_of_anything_nests_and_has_no_tag_but_ours(content: str) -> None:
    allowed = {*markdown._TAGS, "document"}

    def tags(element: pages.Element) -> Iterator[str]:
        yield element.tag
        for each in element.content:
            if isinstance(each, pages.Element):
                yield from tags(each)

    assert set(tags(pages.read(markdown.render(content)))) <= allowed


def test_an_image_from_elsewhere_is_a_link_and_is_not_fetched() -> None:
    page = pages.read(markdown.render("![a cat](https://example.org/cat.png) [![badge](https://b/)](https://c/)"))

    assert not page.all("img")
    assert [(link["href"], link.text) for link in page.all("a")] == [
        ("https://example.org/cat.png", "a cat"),
        ("https://c/", "badge"),
    ]


def test_a_link_that_was_written_for_another_place_leads_nowhere() -> None:
    page = pages.read(markdown.render("[docs](docs/x.md) [out](//evil.example/) [home](/logout)"))

    assert not page.all("a")
    assert page.text.split() == ["docs", "out", "home"]


# ---- which preview


class Counting(io.BytesIO):
    """A file that remembers how much was taken from it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        Counting.taken += len(block)
        return block


def opened(content: bytes) -> Callable[[], io.BytesIO]:
    return lambda: Counting(content)


def about(
    content: bytes, media_type: str = "text/plain", charset: str | None = "utf-8", name: str = "a.txt"
) -> Content:
    return Content(f"{media_type} {hash(content)}", len(content), media_type, charset, (name,))


def test_of_a_large_text_the_first_part_is_read_and_shown() -> None:
    content = b"a line of text\n" * 200_000
    Counting.taken = 0

    source = preview(about(content), opened(content)).source

    assert source is not None
    assert not source.is_whole
    assert source.lines == text.MOST_LINES
    assert Counting.taken <= text.MOST_BYTES + 1


def test_a_text_in_one_long_line_is_shown_up_to_the_same_bound() -> None:
    content = b"x" * (3 << 20)

    source = preview(about(content), opened(content)).source

    assert source is not None
    assert source.lines == 1
    assert not source.is_whole
    assert len(source.html) < text.MOST_BYTES + 100


def test_a_text_of_line_ends_alone_stays_small() -> None:
    content = b"\n" * (1 << 20)

    source = preview(about(content), opened(content)).source

    assert source is not None
    assert (source.lines, source.is_whole) == (text.MOST_LINES, False)


@pytest.mark.parametrize(
    ("media_type", "charset", "medium"),
    [
        ("image/png", None, Medium.IMAGE),
        ("image/tiff", None, None),
        ("audio/mpeg", None, Medium.AUDIO),
        ("video/mp4", None, Medium.VIDEO),
        ("video/x-ms-wmv", None, None),
        ("application/pdf", "utf-8", None),
    ],
)
def test_media_that_browsers_know_are_shown_and_of_the_rest_the_first_bytes(
    media_type: str, charset: str | None, medium: Medium | None
) -> None:
    found = preview(about(b"\x89abc" * 1000, media_type, charset), opened(b"\x89abc" * 1000))

    assert found.medium == medium
    assert bool(found.dump) == (medium is None)
    assert found.source is None


def test_a_picture_that_is_a_text_is_shown_as_both() -> None:
    content = b"<svg xmlns='http://www.w3.org/2000/svg'/>"

    found = preview(about(content, "image/svg+xml", name="a.svg"), opened(content))

    assert found.medium is Medium.IMAGE
    assert found.source is not None


def test_a_huge_picture_is_not_fetched_by_everyone_who_looks() -> None:
    found = preview(Content("d", 1 << 30, "image/png", None, ("a.png",)), opened(b"\x89PNG"))

    assert found.medium is None
    assert found.dump


@pytest.mark.parametrize(
    ("size", "media_type", "content_type", "query"),
    [
        (1 << 30, "image/png", "image/png", "scale=25"),
        (1 << 20, "image/heic", "image/heic", "scale=100"),
        (1 << 20, "image/tiff", "image/tiff", "scale=100"),
        (1 << 20, "image/png", "image/png", ""),
        (1 << 20, "image/vnd.adobe.photoshop", None, ""),
    ],
)
def test_what_browsers_do_not_show_is_shown_by_an_image_that_is_made_of_it(
    size: int, media_type: str, content_type: str | None, query: str
) -> None:
    found = preview(Content("d", size, media_type, None, ("a",), content_type), opened(b"\x89PNG"))

    assert found.made_by == query
    assert bool(found.medium) == (content_type is not None)


@pytest.mark.parametrize("content", [b"\0" * 5000, b"text\0text"])
def test_nuls_are_no_text_whatever_they_are_called(content: bytes) -> None:
    found = preview(about(content), opened(content))

    assert found.source is None
    assert found.dump


def test_a_text_of_no_known_charset_is_shown_and_said_to_be_a_guess() -> None:
    content = "naïve café\n".encode("cp1252")

    source = preview(about(content, charset=None), opened(content)).source

    assert source is not None
    assert source.is_guessed
    assert "naïve café" in source.html


def test_noise_that_calls_itself_text_is_shown_as_bytes() -> None:
    content = bytes(range(256))

    assert preview(about(content, charset=None), opened(content)).dump


def test_nothing_is_said_to_be_nothing() -> None:
    found = preview(about(b""), opened(b""))

    assert found.is_empty
    assert found.source is None
