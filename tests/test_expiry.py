"""When something is to end, as people write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin import expiry
from pastebin.errors import FieldsInvalid

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("10min", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        ("1w", timedelta(weeks=1)),
        ("3600", timedelta(hours=1)),
        (" 2 H ", timedelta(hours=2)),
        ("10m", timedelta(minutes=10)),
        ("10MIN", timedelta(minutes=10)),
        ("999999999", timedelta(seconds=999_999_999)),
    ],
)
def test_a_span_counts_from_now(text, span):
    assert expiry.parse(text, NOON) == NOON + span


def test_a_number_from_ten_to_the_ninth_on_is_a_unix_timestamp():
    moment = datetime(2001, 1, 1, tzinfo=UTC)

    assert expiry.parse("1000000000", moment) == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-22T12:00:00Z", "2026-11-22T13:00:00+01:00", "2026-11-22T12:00:00", "2026-11-22 12:00"]
)
def test_an_iso_8601_time_is_that_time_in_utc_where_it_names_no_zone(text):
    assert expiry.parse(text, NOON) == NOON + timedelta(days=1)


@pytest.mark.parametrize("text", ["0", "0s", "0d", "2026-11-21T12:00:00Z", "2020-01-01", "1700000000"])
def test_past_and_zero_are_refused(text):
    with pytest.raises(FieldsInvalid) as refused:
        expiry.parse(text, NOON)

    assert refused.value.status == 400
    assert refused.value.facts == {"fields": ["expire"]}


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "-5",
        "5 fortnights",
        "1e3",
        "99999999999999",
        "999999999999",
        "99999999999w",
        "٣d",
        "1h30",
        "0x10",
        "1M",
        "6 M",
    ],
)
def test_nonsense_is_refused(text):
    with pytest.raises(FieldsInvalid, match="expire is a time from now"):
        expiry.parse(text, NOON)


@given(st.text(max_size=60))
def test_whatever_is_written_is_a_later_time_or_refused(text):
    try:
        time = expiry.parse(text, NOON)
    except FieldsInvalid:
        return

    assert time > NOON
    assert time.utcoffset() == timedelta(0)


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=st.one_of(st.just(UTC), zones)))
def test_every_time_there_is_can_be_said_in_iso_8601_or_is_refused(time):
    try:
        parsed = expiry.parse(time.isoformat(), NOON)
    except FieldsInvalid:
        assert time <= NOON or time.year in (1, 9999)
        return

    assert parsed == time


@given(st.integers(1, 10**9 - 1))
def test_every_smaller_number_is_seconds(seconds):
    assert expiry.parse(str(seconds), NOON) == NOON + timedelta(seconds=seconds)
