"""Forms as a stream of events: however the network cuts a body, it says the same."""

from __future__ import annotations

import itertools
from contextlib import nullcontext
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pastebin.blueprints.form_events import MOST_PARTS, Part, multipart_events, urlencoded_events
from pastebin.errors import BodyMalformed
from tests.forms import BOUNDARY, body, field, file


def cut(whole: bytes, positions: list[int]) -> list[memoryview]:
    """The pieces between these positions, none of them empty."""
    edges = sorted({0, len(whole), *(position % (len(whole) + 1) for position in positions)})
    return [memoryview(whole)[start:stop] for start, stop in itertools.pairwise(edges)]


def parts_of(events) -> list[tuple[str, str | None, bytes]]:
    """Events gathered into (name, file name, content), checking that they come in their order."""
    parts, content, current = [], bytearray(), None
    for event in events:
        if isinstance(event, Part):
            assert current is None
            current, content = event, bytearray()
        elif event is None:
            assert current is not None
            parts.append((current.name, current.filename, bytes(content)))
            current = None
        else:
            assert current is not None
            content += event
    assert current is None
    return parts


cuts = st.lists(st.integers(0, 10_000), max_size=12)
# Bytes that look like the beginning of a delimiter are where a cut could go wrong.
contents = st.lists(
    st.one_of(st.binary(max_size=20), st.sampled_from([b"\r", b"\n", b"\r\n", b"\r\n--", b"--", BOUNDARY.encode()[:7]]))
).map(b"".join)
names = st.text("abcxyz_-", min_size=1, max_size=8)
form_parts = st.lists(st.tuples(names, st.none() | st.text("abc .ü", max_size=8), contents), min_size=1, max_size=5)


@given(form_parts, cuts)
def test_a_multipart_form_says_the_same_however_it_is_cut(sent, positions):
    encoded = [
        file(content, filename, name)
        if filename is not None
        else field(name, "").removesuffix(b"\r\n") + content + b"\r\n"
        for name, filename, content in sent
    ]

    found = parts_of(multipart_events(cut(body(*encoded), positions), BOUNDARY))

    assert found == sent


pairs = st.lists(st.tuples(st.text(max_size=10), st.text(max_size=30)), max_size=8)


@given(pairs, cuts)
def test_an_urlencoded_form_says_the_same_however_it_is_cut(sent, positions):
    found = parts_of(urlencoded_events(cut(urlencode(sent).encode(), positions)))

    assert found == [(name, None, text.encode()) for name, text in sent]


@settings(max_examples=400)
@given(st.text("ab=&%+4xé1", max_size=40).map(str.encode), cuts)
def test_what_nobody_encoded_properly_says_what_it_says_to_everybody_else(whole, positions):
    found = parts_of(urlencoded_events(cut(whole, positions)))

    wanted = parse_qsl(whole.decode(), keep_blank_values=True, errors="replace")
    assert [(name, value.decode("utf-8", "replace")) for name, _, value in found] == wanted


@given(st.binary(max_size=200), cuts, st.sampled_from([BOUNDARY, "x", "é", "\x00", " ", "\n", "a" * 300]))
def test_a_body_that_is_no_form_is_refused_and_nothing_else(whole, positions, boundary):
    with pytest.raises(BodyMalformed):
        parts_of(multipart_events(cut(whole, positions), boundary))


DELIMITER = b"\r\n--" + BOUNDARY.encode()


def received(whole: bytes, size: int) -> list[memoryview]:
    """The blocks of a body as they are received: of that many bytes, each in memory of its own."""
    return [memoryview(bytearray(whole[begin : begin + size])) for begin in range(0, len(whole), size)]


def test_what_looks_like_the_beginning_of_a_delimiter_is_content_wherever_blocks_end():
    content = b"".join(b"." * 60 + DELIMITER[:length] for length in range(len(DELIMITER)))
    whole = body(file(content), file(DELIMITER[:-1], "short.txt"), file(content, "again.txt"))

    for size in range(1, 300):
        found = parts_of(multipart_events(received(whole, size), BOUNDARY))
        assert [each for _, _, each in found] == [content, DELIMITER[:-1], content]


def test_what_can_only_be_content_is_handed_on_without_a_copy():
    content = b"x" * 1000
    blocks = received(body(file(content)), 200)
    events = list(multipart_events(blocks, BOUNDARY))

    assert sum(any(event is block for block in blocks) for event in events) == 4
    assert parts_of(events) == [("file", "hello.txt", content)]


def test_a_part_that_tells_its_length_is_held_to_it_however_it_is_received():
    for told, size in itertools.product(range(1010), (150, 200, 5000)):
        whole = body(file(b"x" * 1000).replace(b"Content-Type:", b"Content-Length: %d\r\nContent-Type:" % told))
        with nullcontext() if told == 1000 else pytest.raises(BodyMalformed):
            parts_of(multipart_events(received(whole, size), BOUNDARY))


@given(form_parts, st.integers(0, 10_000))
def test_a_multipart_form_that_ends_early_is_refused(sent, position):
    whole = body(*(file(content, filename or "f", name) for name, filename, content in sent))
    early = whole[: position % (len(whole) - len("--\r\n"))]

    with pytest.raises(BodyMalformed):
        parts_of(multipart_events([memoryview(early)] if early else [], BOUNDARY))


def test_a_thousand_parts_pass_and_one_more_does_not():
    most = body(*(field("x", "1") for _ in range(MOST_PARTS)))
    too_many = body(*(field("x", "1") for _ in range(MOST_PARTS + 1)))

    assert len(parts_of(multipart_events([memoryview(most)], BOUNDARY))) == MOST_PARTS == 1000
    with pytest.raises(BodyMalformed, match="more than 1000 parts"):
        parts_of(multipart_events([memoryview(too_many)], BOUNDARY))


def test_a_thousand_urlencoded_fields_pass_and_one_more_does_not():
    assert len(parts_of(urlencoded_events([memoryview(b"x=1&" * MOST_PARTS)]))) == MOST_PARTS
    with pytest.raises(BodyMalformed, match="more than 1000 fields"):
        parts_of(urlencoded_events([memoryview(b"x=1&" * (MOST_PARTS + 1))]))


def test_a_raw_body_that_calls_itself_a_form_is_told_how_to_come_in():
    with pytest.raises(BodyMalformed, match="PUT it"):
        parts_of(urlencoded_events([memoryview(b"no equals sign in it" * 100)]))
