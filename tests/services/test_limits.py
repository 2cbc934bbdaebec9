"""Counters that all workers share: exact, and ended by time alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from pastebin.config import Rate
from pastebin.errors import RateLimited
from pastebin.extensions import now, reading, transaction
from pastebin.models import CounterRow
from pastebin.services import limits
from tests.forms import upload

THREE_AN_HOUR = Rate(3, 3600)


@pytest.fixture
def context(app):
    with app.app_context():
        yield


def end_windows():
    with transaction() as connection:
        connection.execute(update(CounterRow).values(window_ends_at=now() - timedelta(milliseconds=1)))


def test_as_many_places_as_the_rate_says_and_then_none(context):
    for _ in range(3):
        limits.take_place("x", "ann", THREE_AN_HOUR)

    with pytest.raises(RateLimited) as refused:
        limits.take_place("x", "ann", THREE_AN_HOUR)
    assert 3590 <= refused.value.retry_after <= 3600
    assert refused.value.facts == {"retryAfter": refused.value.retry_after, "limit": 3}
    assert limits.is_full("x", "ann", THREE_AN_HOUR)


def test_a_place_says_how_many_are_left_and_for_how_long(context):
    places = [limits.take_place("x", "ann", THREE_AN_HOUR) for _ in range(3)]

    assert [(place.limit, place.left) for place in places] == [(3, 2), (3, 1), (3, 0)]
    assert all(3590 <= place.seconds_left <= 3600 for place in places)


def test_a_place_that_is_given_back_can_be_taken_again(context):
    places = [limits.take_place("x", "ann", THREE_AN_HOUR) for _ in range(3)]

    limits.give_back(places[0])

    limits.take_place("x", "ann", THREE_AN_HOUR)
    with pytest.raises(RateLimited):
        limits.take_place("x", "ann", THREE_AN_HOUR)


def test_a_place_of_a_window_that_is_over_gives_nothing_back(context):
    old = limits.take_place("x", "ann", THREE_AN_HOUR)
    end_windows()
    for _ in range(3):
        limits.take_place("x", "ann", THREE_AN_HOUR)

    limits.give_back(old)

    assert limits.is_full("x", "ann", THREE_AN_HOUR)


def test_names_and_subjects_are_counted_apart(context):
    for _ in range(3):
        limits.take_place("x", "ann", THREE_AN_HOUR)

    limits.take_place("x", "bob", THREE_AN_HOUR)
    limits.take_place("y", "ann", THREE_AN_HOUR)


def test_a_window_ends_by_itself(context):
    for _ in range(3):
        limits.take_place("x", "ann", THREE_AN_HOUR)
    end_windows()

    assert not limits.is_full("x", "ann", THREE_AN_HOUR)
    for _ in range(3):
        limits.take_place("x", "ann", THREE_AN_HOUR)
    with pytest.raises(RateLimited):
        limits.take_place("x", "ann", THREE_AN_HOUR)


def test_windows_that_ended_are_swept(context):
    limits.take_place("x", "ann", THREE_AN_HOUR)
    end_windows()
    limits.take_place("x", "bob", THREE_AN_HOUR)

    limits.sweep()

    with reading() as connection:
        assert connection.execute(select(func.count()).select_from(CounterRow)).scalar_one() == 1


def test_a_rate_holds_exactly_however_many_ask_at_once(app):
    def ask(_):
        with app.app_context():
            try:
                limits.take_place("x", "ann", Rate(10, 3600))
            except RateLimited:
                return False
            return True

    with ThreadPoolExecutor(16) as people:
        assert sum(people.map(ask, range(60))) == 10


def test_off_turns_every_rate_limit_off(make_app):
    with make_app(RATE_LIMITS=False).app_context():
        for _ in range(10):
            limits.take_place("x", "ann", THREE_AN_HOUR)
        assert not limits.is_full("x", "ann", THREE_AN_HOUR)


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_address_counts_as_itself_and_for_ipv6_as_its_64(address, subject):
    assert limits.subject_of(address) == subject


# ---- the quota of people without an account


def test_an_address_may_add_so_many_bytes_a_day(make_app):
    app = make_app(ANONYMOUS_QUOTA=100)
    client = app.test_client()

    upload(client, bytes(60))
    answer = client.put("/x", data=bytes(41), headers={"Accept": "application/json"})
    refused = client.post("/api/upload", data=bytes(41))
    upload(client, bytes(40))

    assert answer.status_code == refused.status_code == 400
    assert refused.json["code"] == "STORAGE_LIMIT_ERROR"
    assert refused.json["message"].startswith("It needs 41 bytes; 40 bytes of the 100 bytes that one address may send")
    assert client.post("/api/upload", data=b"1").status_code == 400
    assert client.post("/api/upload", data=b"").status_code == 201
    with app.app_context():
        end_windows()
    upload(client, bytes(100))


def test_what_is_known_already_counts_as_much_as_what_is_new(make_app):
    client = make_app(ANONYMOUS_QUOTA=100).test_client()

    upload(client, bytes(60))

    assert client.post("/api/upload", data=bytes(60)).status_code == 400


def test_what_was_refused_is_not_counted(make_app):
    client = make_app(ANONYMOUS_QUOTA=100, ALLOWED_TYPES="text/plain").test_client()

    assert client.post("/api/upload", data=b"\xff" * 90).status_code == 400
    assert client.post("/api/upload?expire=0", data=b"x" * 90).status_code == 400
    assert client.post("/api/upload", data=b"x" * 90).status_code == 201


def test_the_longest_that_nobody_may_keep_a_file(make_app):
    client = make_app(ANONYMOUS_MAX_EXPIRY="1d").test_client()

    told = upload(client)
    longer = client.post("/api/upload?expire=2d", data=b"x")

    assert told["expires"]
    assert longer.status_code == 400
    assert longer.json["fields"] == ["expire"]
    assert upload(client, expire="1h")["expires"] < told["expires"]


def test_accounts_are_bound_by_none_of_this(make_app):
    from pastebin.services import accounts, keys

    app = make_app(ANONYMOUS_QUOTA=10, ANONYMOUS_MAX_EXPIRY="1d", ANONYMOUS_MAX_FILE_SIZE=10)
    with app.app_context():
        key = keys.issue(accounts.create("ann", "correct horse battery")).secret

    told = upload(app.test_client(), bytes(1000), headers={"Authorization": key})

    assert told["expires"] is None


def test_places_of_one_subject_are_taken_together_or_not_at_all(context):
    wanted = [limits.Wanted("x", "ann", THREE_AN_HOUR) for _ in range(3)]
    other = limits.Wanted("x", "bob", THREE_AN_HOUR)
    with transaction() as connection:
        limits.take_within(connection, [*wanted, other])
    with pytest.raises(RateLimited), transaction() as connection:
        limits.take_within(connection, [limits.Wanted("x", "bob", THREE_AN_HOUR) for _ in range(3)])
    with transaction() as connection:
        limits.take_within(connection, [limits.Wanted("x", "bob", THREE_AN_HOUR) for _ in range(2)])

    assert [each.place.left for each in wanted if each.place] == [2, 1, 0]
    assert other.place is not None
    assert other.place.left == 2
