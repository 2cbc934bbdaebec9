"""Text is told from its bytes alone, however they are cut into blocks."""

import itertools
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.filetypes import TextProbe
from pastebin.filetypes.text_probe import STEP_BYTES


def probe(*blocks: bytes | memoryview) -> str | None:
    asked = TextProbe()
    for block in blocks:
        asked.feed(block)
    return asked.finish()


def decodes(content: bytes, charset: str) -> bool:
    try:
        content.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def expected(content: bytes) -> str | None:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16" if decodes(content, "utf-16") else None
    return "utf-8" if decodes(content, "utf-8") else None


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (b"", "utf-8"),
        (b"a", "utf-8"),
        (b"hello\n", "utf-8"),
        (bytes(5000), "utf-8"),
        ("\ufeffGrüße, 日本語, 🦆".encode(), "utf-8"),
        ("Grüße".encode("latin-1"), None),
        (b"\xc3", None),
        (b"\x80", None),
        (b"\xff", None),
        (b"\xed\xa0\x80", None),
        (b"\xc0\xaf", None),
        ("hello 🦆".encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + "hello 🦆".encode("utf-16-be"), "utf-16"),
        (b"\xff\xfe", "utf-16"),
        (b"\xff\xfeh\0i", None),
        (b"\xff\xfe\x00\xd8h\0", None),
        ("hello".encode("utf-16-le")[:-1] + b"\xff", None),
    ],
)
def test_the_charset_of_a_content(content, charset):
    assert probe(content) == charset
    assert probe(*(content[at : at + 1] for at in range(len(content)))) == charset


TEXTS = st.text().flatmap(
    lambda text: st.sampled_from([text.encode(errors="replace"), text.encode("utf-16", "replace")])
)


@given(st.one_of(st.binary(max_size=60), TEXTS, TEXTS.map(lambda text: text[:-1])), st.data())
def test_any_cutting_gives_what_decoding_the_whole_gives(content, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)))))
    blocks = [content[start:end] for start, end in itertools.pairwise([0, *cuts, len(content)])]

    assert b"".join(blocks) == content
    assert probe(*blocks) == expected(content)
    assert probe(*map(memoryview, blocks)) == expected(content)


@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_a_character_across_two_steps_of_one_large_block_is_whole(shift, charset):
    content = ("a" * shift + "🦆" * STEP_BYTES).encode(charset)

    assert probe(content) == charset
    assert probe(content + b"\xff") is None


def test_a_bad_byte_behind_much_good_text_is_seen():
    assert probe(b"a" * (3 * STEP_BYTES), b"\xff", b"a") is None


def test_memory_stays_flat():
    block = memoryview("日本語🦆".encode() * 400_000)
    asked = TextProbe()
    tracemalloc.start()
    for _ in range(3):
        asked.feed(block)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert asked.finish() == "utf-8"
    assert peak < 8 * STEP_BYTES


def test_asking_twice_gives_the_same_and_feeding_may_go_on():
    asked = TextProbe()
    asked.feed(b"\xc3")
    cut = (asked.finish(), asked.finish())
    asked.feed(b"\xa9")

    assert cut == (None, None)
    assert asked.finish() == "utf-8"
