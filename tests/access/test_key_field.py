"""What only the body can say: a key or token that comes as a field, before the file or after it."""

from __future__ import annotations

import pytest

from pastebin.services import accounts, keys
from pastebin.services.actor import Scope
from tests.bodies import MIB, StreamedBody, UnreadableBody, unknown_length
from tests.browsing import log_in
from tests.conftest import PASSWORD, bearer
from tests.contents import stored
from tests.forms import body, content_type, field, file, multipart

KIB = 1024


@pytest.fixture
def closed(make_app):
    """A server where nobody may upload."""
    return make_app(ANONYMOUS_UPLOADS=False)


@pytest.fixture
def key(closed):
    with closed.app_context():
        return keys.issue(accounts.create("ann", PASSWORD)).secret


def begin(*parts: bytes) -> bytes:
    """A form whose last part has begun and goes on without end."""
    return body(*parts).removesuffix(b"--\r\n").removesuffix(body().removesuffix(b"--\r\n")).removesuffix(b"\r\n")


# ---- before the file, and after it


def test_a_bad_key_before_the_file_is_refused_there(app, client):
    endless = StreamedBody(begin(field("key", "pb_wrong"), file(b"")))
    answer = client.post("/api/upload", input_stream=endless, content_type=content_type(), **unknown_length())

    assert answer.status_code == 401
    assert endless.taken <= 256 * KIB


def test_a_wrong_token_before_the_file_is_refused_there(app, make_user):
    browser = log_in(app, make_user())
    endless = StreamedBody(begin(field("csrf_token", "wrong"), file(b"")))
    answer = browser.client.post("/api/upload", input_stream=endless, content_type=content_type(), **unknown_length())

    assert answer.status_code == 403
    assert endless.taken <= 256 * KIB


@pytest.mark.parametrize("scopes", [None, (Scope.FILE_READ,)])
def test_a_bad_key_after_the_file_throws_it_away(app, client, make_key, scopes):
    key = make_key("ann", *scopes) if scopes else "pb_wrong"
    answer = client.post("/api/upload", **multipart(file(b"x"), field("key", key)))

    assert answer.status_code == (403 if scopes else 401)
    assert stored(app) == []


def test_a_wrong_token_after_the_file_throws_it_away(app, make_user):
    browser = log_in(app, make_user())
    answer = browser.client.post("/api/upload", **multipart(file(b"x"), field("csrf_token", "wrong")))

    assert answer.status_code == 403
    assert stored(app) == []


@pytest.mark.parametrize("before", [True, False])
def test_the_files_of_a_form_are_judged_by_whoever_it_turns_out_to_be(make_app, before):
    app = make_app(MAX_FILE_SIZE=2 * MIB, ANONYMOUS_MAX_FILE_SIZE=KIB, ANONYMOUS_QUOTA=KIB)
    with app.app_context():
        key = keys.issue(accounts.create("ann", PASSWORD)).secret
    parts = (field("key", key), file(bytes(MIB))) if before else (file(bytes(MIB)), field("key", key))

    assert app.test_client().post("/api/upload", **multipart(*parts)).status_code == 201
    assert app.test_client().post("/api/upload", **multipart(file(bytes(MIB)))).status_code == 413


def test_a_paste_in_an_urlencoded_form_is_judged_by_whoever_it_turns_out_to_be(make_app):
    app = make_app(MAX_FILE_SIZE=2 * MIB, ANONYMOUS_MAX_FILE_SIZE=KIB)
    with app.app_context():
        key = keys.issue(accounts.create("ann", PASSWORD)).secret

    assert app.test_client().post("/", data={"text": "x" * 10_000, "key": key}).status_code == 303
    assert app.test_client().post("/", data={"text": "x" * 10_000}).status_code == 413


# ---- where nobody may upload


@pytest.mark.parametrize("path", ["/", "/upload", "/api/upload"])
def test_a_form_without_a_key_is_401(closed, path):
    answer = closed.test_client().post(path, **multipart(file(b"x")))

    assert answer.status_code == 401
    assert stored(closed) == []


def test_a_raw_body_is_401_before_it_is_read(closed):
    for send in (closed.test_client().put, closed.test_client().post):
        path = "/api/upload" if send.__name__ == "post" else "/x"
        answer = send(path, input_stream=UnreadableBody(), content_type="text/plain")
        assert answer.status_code == 401


def test_who_may_not_upload_is_told_so_before_the_length_is_judged(closed):
    answer = closed.test_client().put("/x", input_stream=UnreadableBody(declared=1 << 50))

    assert answer.status_code == 401


def test_a_key_in_the_header_lets_in(closed, key):
    assert closed.test_client().put("/x", data=b"x", headers=bearer(key)).status_code == 201


def test_a_key_before_the_file_lets_in(closed, key):
    answer = closed.test_client().post("/api/upload", **multipart(field("key", key), file(bytes(MIB))))

    assert answer.status_code == 201


def test_a_key_after_the_file_comes_too_late(closed, key):
    answer = closed.test_client().post("/api/upload", **multipart(file(b"x"), field("key", key)))

    assert answer.status_code == 401


def test_the_file_part_is_where_the_search_ends(closed):
    endless = StreamedBody(begin(file(b"")))
    answer = closed.test_client().post(
        "/api/upload", input_stream=endless, content_type=content_type(), **unknown_length()
    )

    assert answer.status_code == 401
    assert endless.taken <= 256 * KIB


@pytest.mark.parametrize(
    "beginning",
    [begin(field("comment", "")), body(*(field("x", "y" * 300) for _ in range(900)))[:-8], b"preamble"],
    ids=["one endless field", "many fields", "an endless preamble"],
)
def test_sixty_four_kibibytes_are_searched_for_a_key_and_no_more(closed, beginning):
    endless = StreamedBody(beginning)
    answer = closed.test_client().post(
        "/api/upload", input_stream=endless, content_type=content_type(), **unknown_length()
    )

    assert answer.status_code == 401
    assert endless.taken <= (64 + 256) * KIB  # what is searched, and the step in which it was read


def test_a_key_behind_sixty_four_kibibytes_of_other_fields_is_not_found(closed, key):
    near = multipart(field("comment", "x" * 60 * KIB), field("key", key), file(b"x"))
    far = multipart(field("a", "x" * 40 * KIB), field("b", "x" * 40 * KIB), field("key", key), file(b"x"))

    assert closed.test_client().post("/api/upload", **near).status_code == 201
    assert closed.test_client().post("/api/upload", **far).status_code == 401


def test_a_login_with_its_token_before_the_file_lets_in(closed):
    with closed.app_context():
        browser = log_in(closed, accounts.create("bob", PASSWORD))
    token = field("csrf_token", browser.csrf["X-CSRF-Token"])

    assert browser.client.post("/upload", **multipart(token, file(b"x"))).status_code == 303
    assert browser.client.post("/upload", headers=browser.csrf, **multipart(file(b"x"))).status_code == 303
    assert browser.client.post("/upload", **multipart(file(b"x"))).status_code == 403


def test_an_urlencoded_form_is_searched_too(closed, key):
    client = closed.test_client()

    assert client.post("/", data={"key": key, "text": "x"}).status_code == 303
    assert client.post("/", data={"text": "x"}).status_code == 401


def test_reading_goes_on(closed, key):
    told = closed.test_client().put("/x.txt", data=b"x", headers=bearer(key))

    assert closed.test_client().get(told.headers["Location"].removeprefix("http://localhost")).data == b"x"
