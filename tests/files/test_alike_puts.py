"""PUTs that are alike: whatever may have changed since the first of them is asked for each, by the same rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from pastebin import create_app
from pastebin.blobs.spool import FileSpool
from pastebin.extensions import db
from pastebin.services import accounts, directory, files, keys
from pastebin.services.actor import Actor, ActorKind, Scope, User
from pastebin.services.files import StoredFile
from pastebin.services.switches import Switch, turn
from tests.conftest import bearer

Taken = tuple[bytes, Mapping[str, str]]
DISABLED = directory.Changes(is_disabled=True)
Take = Callable[[str, bytes, Any], Taken | None]


def offers(app: Flask, path: str = "/first.txt", **request: Any) -> list[tuple[Take, tuple[str, ...]]]:
    """What is offered with the answer to a PUT, which must be kept."""
    made: list[tuple[Take, tuple[str, ...]]] = []
    environ = {"pastebin.alike": lambda *offer: made.append(offer)}
    answer = app.test_client(use_cookies=False).put(path, data=b"first", environ_overrides=environ, **request)
    assert answer.status_code == 201
    return made


def offered(app: Flask, **request: Any) -> Callable[[str, bytes], Taken | None]:
    ((take, _names),) = offers(app, **request)
    return lambda name, body: take(name, body, lambda: None)


def kept(taken: Taken | None) -> Mapping[str, str]:
    assert taken is not None
    assert taken[0].decode() == f"{taken[1]['Location']}\n"
    return taken[1]


def stored(app: Flask, fields: Mapping[str, str]) -> StoredFile:
    """The file that an answer is about, as its owner sees it."""
    uuid = fields["X-Delete-URL"].split("/")[-2]
    with app.app_context():
        return files.find_file(uuid, Actor(ActorKind.SESSION, "", User(1, "ann", is_staff=False)), None)


def test_it_is_kept_and_answered_as_a_whole_request_is(app, make_key):
    headers = bearer(make_key())
    ((take, names),) = offers(app, headers=headers)
    whole = app.test_client().put("/a%20b.txt", data=b"other", headers=headers)
    body, fields = take("second.md", b"# second", lambda: None)

    assert {name for name in names if name in whole.headers} == set(names)
    assert set(names) <= set(fields)
    assert {name: whole.headers[name] for name in set(fields) - set(names)} == {"Cache-Control": "no-store"}
    got = app.test_client().get(fields["Location"])
    assert (got.data, got.headers["Content-Type"]) == (b"# second", "text/plain; charset=utf-8")
    assert stored(app, fields).owner_id == stored(app, whole.headers).owner_id == 1
    assert body.decode() == fields["Location"] + "\n"
    deleted = app.test_client().post(fields["X-Delete-URL"])
    assert deleted.status_code in (200, 303)
    assert app.test_client().get(fields["Location"]).status_code == 404


@hypothesis_settings(max_examples=40)
@given(st.text("abcdefgXYZ019._~-", min_size=1, max_size=30), st.binary(max_size=400) | st.text().map(str.encode))
def test_name_type_and_link_are_those_of_a_whole_request(app_for_many, name, body):
    app, headers, take = app_for_many
    whole = app.test_client().put(f"/{name}", data=body, headers=headers)
    fields = kept(take(name, body))
    alike, first = stored(app, fields), stored(app, whole.headers)

    assert fields["Location"] == whole.headers["Location"]
    assert alike.filename == first.filename
    own = {"uuid": first.uuid, "created_at": first.created_at, "updated_at": first.updated_at}
    assert replace(alike, **own) == first


@pytest.fixture(scope="module")
def app_for_many(tmp_path_factory):
    app = create_app(tmp_path_factory.mktemp("many") / "instance", RATE_LIMITS=False)
    with app.app_context():
        headers = bearer(str(keys.issue(accounts.create("ann", "correct horse battery")).secret))
    return app, headers, offered(app, headers=headers)


def test_a_switch_that_is_turned_holds_for_the_next(app):
    take = offered(app)
    kept(take("a", b"a"))
    with app.app_context():
        turn(None, Switch.FILE_CREATE, is_on=True)
    assert take("b", b"b") is None
    with app.app_context():
        turn(None, Switch.FILE_CREATE, is_on=False)
    kept(take("c", b"c"))


def test_a_key_that_ends_or_an_account_that_is_disabled_ends_it(app, make_key):
    for end in (keys.invalidate, lambda ann, _key: directory.change(None, ann, DISABLED)):
        secret = make_key()
        take = offered(app, headers=bearer(secret))
        kept(take("a", b"a"))
        with app.app_context():
            ann = accounts.find("ann").id
            end(ann, keys.listing(ann)[0].id)

        assert take("b", b"b") is None


def test_a_key_without_the_scope_never_begins(app, make_key):
    environ = {"pastebin.alike": pytest.fail}
    key = bearer(make_key("ann", Scope.FILE_READ))
    assert app.test_client().put("/a", data=b"a", headers=key, environ_overrides=environ).status_code == 403


def test_the_limit_of_requests_holds_exactly(make_app):
    take = offered(make_app(API_RATE="5/1h"))
    left = [kept(take(f"{number}", b"x"))["RateLimit-Remaining"] for number in range(4)]

    assert left == ["3", "2", "1", "0"]
    assert take("one more", b"x") is None


def test_without_limits_nothing_is_said_of_them(make_app):
    ((take, names),) = offers(make_app(RATE_LIMITS=False))

    assert names == ("Location", "X-Delete-URL")
    assert set(take("a", b"a", lambda: None)[1]) == {"Location", "X-Delete-URL", "Cache-Control"}


def test_the_quota_of_an_address_and_the_largest_file_hold(make_app):
    take = offered(make_app(ANONYMOUS_QUOTA=20, ANONYMOUS_MAX_FILE_SIZE=10))
    kept(take("a", b"x" * 10))

    assert take("eleven", b"x" * 11) is None
    assert take("too much together", b"y" * 6) is None
    kept(take("what is left", b"z" * 5))


def test_the_quota_of_an_account_holds(make_app, make_key):
    app = make_app(USER_QUOTA=15)
    take = offered(app, headers=bearer(make_key()))
    kept(take("a", b"x" * 10))

    assert take("b", b"y") is None


def test_types_that_are_not_taken_are_not(make_app):
    take = offered(make_app(ALLOWED_TYPES=".txt"))
    kept(take("a.txt", b"a"))

    assert take("a.png", b"\x89PNG\r\n\x1a\n") is None


def test_nobodys_file_goes_when_it_would_as_a_whole_request(make_app):
    app = make_app(ANONYMOUS_MAX_EXPIRY="1h")
    take = offered(app)
    file = stored(app, kept(take("a", b"a")))

    assert 3590 < (file.expires_at - file.created_at).total_seconds() <= 3600


@pytest.mark.parametrize(
    "request_of",
    [
        {"path": "/a?expire=1h"},
        {"path": "/a?private=1"},
        {"headers": {"expire": "1h"}},
        {"headers": {"filename": "b.txt"}},
        {"headers": {"Content-Disposition": "attachment; filename=c.txt"}},
        {"headers": {"Cookie": "a=b"}},
    ],
)
def test_what_asks_for_more_is_read_as_a_whole_each_time(app, request_of):
    assert offers(app, **{"path": "/a", **request_of}) == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_host_that_was_not_asked_after_is_not_believed(app, path):
    assert offers(app, path, headers={"Host": "evil.example"}) == []


def test_what_fails_once_it_is_kept_is_not_tried_again(app, monkeypatch):
    take = offered(app)

    def fail(_spool: FileSpool) -> None:
        raise OSError("the spool cannot be closed")

    monkeypatch.setattr(FileSpool, "close", fail)
    with pytest.raises(OSError, match="cannot be closed"):
        take("a", b"a")
    with app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM files")) == 2


def test_links_begin_with_what_the_request_called_us(app):
    take = offered(app, headers={"Host": "localhost:8123"})

    assert kept(take("a", b"a"))["Location"].startswith("http://localhost:8123/")


def test_behind_a_proxy_it_is_the_clients_address_that_counts(make_app):
    app = make_app(TRUSTED_PROXIES="127.0.0.1", ANONYMOUS_QUOTA=20)
    far, near = (offered(app, headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in (1, 2))
    kept(far("a", b"x" * 15))

    assert far("b", b"y") is None
    kept(near("b", b"y"))
