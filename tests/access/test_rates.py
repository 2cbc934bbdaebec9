"""The general limit: whom it counts, what does not count, and what every limited answer says."""

from __future__ import annotations

import pytest

from tests.bodies import UnreadableBody
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import body, content_type, field, file, multipart, upload


@pytest.fixture
def app(make_app):
    return make_app(API_RATE="3/1h")


def told(answer) -> tuple[int, str | None, str | None]:
    return answer.status_code, answer.headers.get("RateLimit-Limit"), answer.headers.get("RateLimit-Remaining")


def test_every_limited_answer_says_how_it_stands(client):
    answers = [client.post("/api/upload", data=b"x") for _ in range(4)]

    assert [told(answer) for answer in answers] == [(201, "3", "2"), (201, "3", "1"), (201, "3", "0"), (429, "3", "0")]
    assert all(0 < int(answer.headers["RateLimit-Reset"]) <= 3600 for answer in answers)
    assert answers[3].json["code"] == "RATELIMITED_ERROR"
    assert int(answers[3].headers["Retry-After"]) == answers[3].json["retryAfter"] > 3500


def test_a_refused_body_is_not_read(client):
    for _ in range(3):
        client.post("/api/upload", data=b"x")
    for method, path in (("POST", "/api/upload"), ("PUT", "/x"), ("POST", "/")):
        answer = client.open(path, method=method, input_stream=UnreadableBody())
        assert answer.status_code == 429


def test_it_survives_a_restart(client, make_app):
    for _ in range(3):
        client.post("/api/upload", data=b"x")

    assert make_app(API_RATE="3/1h").test_client().post("/api/upload", data=b"x").status_code == 429


def test_reading_addresses_pages_and_health_is_not_limited(client):
    address = upload(client)["hash"]
    for _ in range(3):
        client.get("/api/openapi.json")

    assert client.get("/api").status_code == 429
    for path in (f"/{address}", f"/view/{address}", "/", "/login", "/healthz", "/static/style.css", "/apiary"):
        answer = client.get(path)
        assert answer.status_code != 429
        assert "RateLimit-Limit" not in answer.headers


def test_users_are_counted_as_themselves_wherever_they_come_from(app, client, make_key):
    ann, bob = bearer(make_key("ann")), bearer(make_key("bob"))
    for number in range(3):
        upload(client, headers={**ann, "X-Forwarded-For": f"192.0.2.{number}"})

    assert client.post("/api/upload", data=b"x", headers=ann).status_code == 429
    assert client.post("/api/upload", data=b"x", headers=bob).status_code == 201
    assert client.post("/api/upload", data=b"x").status_code == 201


def test_of_an_ipv6_network_all_addresses_are_one(client):
    def ask(address: str) -> int:
        return client.post("/api/upload", data=b"x", environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask(f"2001:db8::{number}") for number in range(4)] == [201, 201, 201, 429]
    assert ask("2001:db8:0:1::") == 201


def test_a_key_in_the_form_makes_it_the_users_and_gives_the_addresses_place_back(client, make_key):
    key = make_key()
    for _ in range(3):
        answer = client.post("/api/upload", **multipart(field("key", key), file(b"x", "x.txt")))
        assert answer.status_code == 201

    assert client.post("/api/upload", **multipart(field("key", key), file(b"x", "x.txt"))).status_code == 429
    assert told(client.post("/api/upload", data=b"x")) == (201, "3", "2")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "pb_wrong"}, 401),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 413),
    ],
)
def test_what_was_refused_before_any_work_does_not_count(client, headers, status):
    for _ in range(5):
        answer = client.put("/x", headers=headers, input_stream=UnreadableBody(declared=1 << 50))
        assert answer.status_code == status

    assert told(client.put("/x", data=b"x")) == (201, "3", "2")


def test_what_was_wrong_counts(client):
    for _ in range(3):
        assert client.post("/api/upload", data=b"x", query_string={"expire": "nonsense"}).status_code == 400

    assert client.post("/api/upload", data=b"x").status_code == 429


def test_what_was_refused_at_the_very_end_counts_once(make_app):
    client = make_app(API_RATE="3/1h", ANONYMOUS_QUOTA=100).test_client()
    answers = [client.post("/api/upload", data=bytes(size)) for size in (101, 101, 50, 1)]

    assert [told(answer) for answer in answers] == [(400, "3", "2"), (400, "3", "1"), (201, "3", "0"), (429, "3", "0")]


def test_logins_are_counted_too(app, client, make_user):
    make_user()
    for _ in range(3):
        client.post("/login", data={"username": "ann", "password": "wrong password"})  # 401: does not count here
    assert log_in(app, make_user("bob")).client.get("/account").status_code == 200


def test_a_page_says_it_in_words(client):
    for _ in range(3):
        client.post("/upload", **multipart(file(b"x", "x.txt")))

    answer = client.post("/upload", headers={"Accept": "text/html"}, data=body(), content_type=content_type())
    assert answer.status_code == 429
    assert "This was too often. You can try again in" in answer.text


def test_off_turns_it_off(make_app):
    client = make_app(API_RATE="1/1h", RATE_LIMITS=False).test_client()

    answers = [client.post("/api/upload", data=b"x") for _ in range(3)]
    assert [told(answer) for answer in answers] == [(201, None, None)] * 3


@pytest.mark.parametrize("full", [True, False])
def test_where_nothing_can_be_counted_for_want_of_room_reading_goes_on(client, monkeypatch, full):
    from sqlalchemy.exc import OperationalError

    from pastebin.services import limits

    def fail(*_: object) -> None:
        raise OperationalError("UPDATE", None, Exception("database or disk is full" if full else "disk I/O error"))

    monkeypatch.setattr(limits, "take", fail)

    assert client.get("/api/openapi.json").status_code == (200 if full else 500)
