"""What a hash in a URL can be, and how long an address must be."""

from __future__ import annotations

import string
import uuid

from hypothesis import given
from hypothesis import strategies as st

from pastebin.addresses import DIGEST_LENGTH, is_hash, is_uuid, shortest_address

digests = st.text("0123456789abcdef", min_size=DIGEST_LENGTH, max_size=DIGEST_LENGTH)


def neighbours_of(digest: str, others: set[str]) -> tuple[str | None, str | None]:
    return max((other for other in others if other < digest), default=None), min(
        (other for other in others if other > digest), default=None
    )


@given(digests, st.integers(8, 64))
def test_the_first_address_has_as_many_digits_as_the_setting_says(digest, at_least):
    assert shortest_address(digest, (None, None), at_least) == digest[:at_least]


@given(st.data(), digests, st.integers(8, 64))
def test_an_address_is_the_shortest_beginning_that_no_other_digest_has(data, digest, at_least):
    # Neighbours that share a beginning of any length are what chance alone would never bring.
    shared = data.draw(st.lists(st.tuples(st.integers(0, DIGEST_LENGTH - 1), digests), max_size=6))
    others = {digest[:length] + other[length:] for length, other in shared} - {digest}

    address = shortest_address(digest, neighbours_of(digest, others), at_least)

    assert digest.startswith(address)
    assert len(address) >= at_least
    assert not any(other.startswith(address) for other in others)
    if len(address) > at_least:
        assert any(other.startswith(address[:-1]) for other in others)


@given(st.text(string.hexdigits, min_size=8, max_size=64))
def test_eight_to_sixty_four_hex_digits_of_either_case_have_the_form_of_a_hash(text):
    assert is_hash(text)


@given(st.one_of(st.text(string.hexdigits, max_size=7), st.text(string.hexdigits, min_size=65, max_size=80)))
def test_fewer_or_more_digits_are_no_hash(text):
    assert not is_hash(text)


@given(st.text(string.hexdigits, min_size=8, max_size=63), st.characters(exclude_characters=string.hexdigits))
def test_anything_beside_hex_digits_is_no_hash(digits, other):
    assert not is_hash(digits + other)
    assert not is_hash(other + digits)


@given(st.uuids(version=4))
def test_every_uuid4_has_the_form_of_a_uuid_in_either_case(value):
    assert is_uuid(str(value))
    assert is_uuid(str(value).upper())


@given(st.uuids().filter(lambda value: value.version != 4))
def test_other_uuids_are_no_address(value):
    assert not is_uuid(str(value))


def test_a_uuid_without_its_dashes_is_none():
    assert not is_uuid(uuid.uuid4().hex)
    assert not is_uuid(f"{uuid.uuid4()}\n")
