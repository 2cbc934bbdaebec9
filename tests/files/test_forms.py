"""`POST /` and `POST /upload`: a page for people, lines for scripts, pastebinit's own body."""

from __future__ import annotations

import os

import pytest

from pastebin.blobs import local
from pastebin.blobs.spool import FileSpool
from pastebin.blueprints import intake
from tests.conftest import bearer
from tests.forms import field, file, multipart, path_of

PATHS = pytest.mark.parametrize("path", ["/", "/upload"])


@PATHS
def test_a_browser_is_sent_on_to_the_page_of_its_file(client, path):
    answer = client.post(path, **multipart(file(b"hello\n")))

    assert answer.status_code == 303
    assert path_of(answer.headers["Location"]).startswith("/view/")
    assert "/delete/" in answer.headers["X-Delete-URL"]
    assert answer.headers["Cache-Control"] == "no-store"


@PATHS
def test_api_1_answers_with_ok_and_the_hash(client, path):
    by_field = client.post(path, **multipart(field("api", "1"), file(b"hello\n")))
    by_query = client.post(f"{path}?api=1", **multipart(file(b"hello\n")))

    for answer in (by_field, by_query):
        assert answer.status_code == 200
        assert answer.content_type == "text/plain; charset=utf-8"
        assert answer.text == "OK 5891b5b522d5df08\n"
        assert answer.headers["Location"] == "http://localhost/5891b5b522d5df08.txt"
        assert "/delete/" in answer.headers["X-Delete-URL"]


@PATHS
def test_api_1_answers_with_a_line_for_each_of_several_files(client, path):
    answer = client.post(path, **multipart(file(b"1"), file(b"2"), field("api", "1")))

    lines = answer.text.splitlines()
    assert [client.get(f"/{line.removeprefix('OK ')}").data for line in lines] == [b"1", b"2"]


@pytest.mark.parametrize("rule", [("private", "1"), ("limit", "3")])
def test_api_1_prints_the_uuid_of_a_private_or_limited_file(client, rule):
    answer = client.post("/?api=1", **multipart(field(*rule), file(b"x")))

    uuid = answer.text.removeprefix("OK ").strip()
    assert answer.headers["Location"].startswith(f"http://localhost/{uuid}.txt")


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((field("api", "1"),), 400),
        ((field("api", "1"), field("expire", "never"), file(b"x")), 400),
        ((file(b"x"), field("limit", "0"), field("api", "1")), 400),
        ((field("api", "1"), field("key", "pb_wrong"), file(b"x")), 401),
    ],
)
@PATHS
def test_api_1_answers_with_error_and_one_line(client, path, parts, status):
    answer = client.post(path, **multipart(*parts))

    assert answer.status_code == status
    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("ERROR ")
    assert answer.text.count("\n") == 1


def test_the_key_as_a_field_makes_the_file_its_owners(client, make_key):
    key = make_key()
    answer = client.post("/?api=1", **multipart(field("key", key), field("private", "owner"), file(b"mine")))

    uuid = answer.text.removeprefix("OK ").strip()
    assert client.get(f"/{uuid}", headers=bearer(key)).data == b"mine"


@PATHS
def test_an_urlencoded_body_is_a_form_as_pastebinit_sends_it(client, path):
    answer = client.post(path, data={"text": "grüße & 100%\n", "filename": "x.py", "author": "None"})

    assert answer.status_code == 303
    uuid = answer.headers["X-Delete-URL"].split("/")[-2]
    served = client.get(f"/{uuid}")
    assert served.data == "grüße & 100%\n".encode()
    assert 'filename="x.py"' in served.headers["Content-Disposition"]


def test_an_urlencoded_form_takes_the_key_too(client, make_key):
    key = make_key()
    answer = client.post("/", data={"key": key, "private": "owner", "text": "mine", "api": "1"})

    uuid = answer.text.removeprefix("OK ").strip()
    assert client.get(f"/{uuid}", headers=bearer(key)).data == b"mine"


@PATHS
@pytest.mark.parametrize("declared", ["application/json", "text/plain", None])
def test_a_body_that_is_no_form_is_told_how_to_send_one(client, path, declared):
    answer = client.post(path, data=b"{}", content_type=declared)

    assert answer.status_code == 400
    assert "PUT" in answer.json["message"]


# ---- seed 000: the store for one application


def test_post_with_authorization_is_the_store_and_answers_with_the_bare_uuid(client, make_key):
    key = bearer(make_key())
    answer = client.post("/", headers=key, **multipart(file(b"hello\n")))

    told = answer.json
    assert answer.status_code == 200
    assert told["id"] == told["uuid"]
    assert told["sha256"].startswith("5891b5b5")
    assert "deletion_url" in told
    assert answer.headers["Location"] == told["url"]
    assert "X-Delete-URL" in answer.headers


def test_what_the_store_takes_is_private_to_its_account_without_a_key(client, make_key):
    key = bearer(make_key("ann"))
    told = client.post("/", headers=key, **multipart(file(b"hello\n"))).json

    assert told["isPrivate"] is True
    assert "privateKey" not in told
    assert client.get(f"/{told['id']}/", headers=key).data == b"hello\n"
    assert client.get(f"/{told['id']}/").status_code == 404
    assert client.get(f"/{told['id']}/", headers=bearer(make_key("bob"))).status_code == 404


def test_the_store_names_every_file_of_a_form(client, make_key):
    key = bearer(make_key())
    told = client.post("/", headers=key, **multipart(file(b"1"), file(b"2"))).json

    assert told["id"] == told["files"][0]["id"]
    assert [client.get(f"/{each['id']}/", headers=key).data for each in told["files"]] == [b"1", b"2"]


def test_private_0_makes_it_public(client, make_key):
    told = client.post("/", headers=bearer(make_key()), **multipart(field("private", "0"), file(b"x"))).json

    assert told["isPrivate"] is False
    assert client.get(f"/{told['id']}").data == b"x"


def test_the_whole_life_of_a_file_in_the_store(client, make_key):
    key = {"Authorization": make_key()}  # bare, as seed 000 sends it
    id_ = client.post("/", headers=key, **multipart(file(b"hello\n"))).json["id"]

    assert client.get(f"/{id_}/", headers=key).data == b"hello\n"
    assert client.get(f"/{id_}/md5", headers=key).json == {"md5": "b1946ac92492d2347c6235b4d2611184"}
    assert client.delete(f"/{id_}/", headers=key).status_code == 204
    assert client.get(f"/{id_}/", headers=key).status_code == 404


def test_upload_never_speaks_the_stores_words(client, make_key):
    answer = client.post("/upload", headers=bearer(make_key()), **multipart(file(b"x")))

    assert answer.status_code == 303


def test_api_1_goes_before_the_store(client, make_key):
    answer = client.post("/?api=1", headers=bearer(make_key()), **multipart(file(b"x")))

    uuid_or_hash = answer.text.removeprefix("OK ").strip()
    assert answer.status_code == 200
    assert client.get(f"/{uuid_or_hash}").data == b"x"


def test_of_many_texts_the_first_alone_waits_on_the_disk(client):
    before = len(os.listdir("/proc/self/fd"))
    texts = [field("text", f"text {number}") for number in range(900)]
    most: list[int] = []
    spool = FileSpool.write

    def count(self: FileSpool, block: bytes) -> None:
        most.append(len(os.listdir("/proc/self/fd")))
        spool(self, block)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FileSpool, "write", count)
        answer = client.post("/api/upload", **multipart(*texts))

    assert answer.status_code == 201
    assert client.get(f"/{answer.json['hash']}").data == b"text 0"
    assert max(most) < before + 20


def test_where_too_many_uploads_wait_the_next_is_told_to_come_back(client, monkeypatch):
    monkeypatch.setattr(local, "_most_spools", lambda: 3)

    refused = client.post("/api/upload", **multipart(*[file(b"x", f"{number}.txt") for number in range(5)]))
    taken = client.post("/api/upload", **multipart(*[file(b"x", f"{number}.txt") for number in range(3)]))

    assert refused.status_code == 503
    assert refused.json["code"] == "SERVICE_UNAVAILABLE_ERROR"
    assert taken.status_code == 201


def test_a_program_that_sends_a_form_reads_the_links_and_a_browser_is_led_on(client):
    for_program = client.post("/", **multipart(file(b"one", "one.txt"), file(b"two", "two.txt")))
    for_person = client.post("/", **multipart(file(b"one", "one.txt")), headers={"Accept": "text/html"})

    assert for_program.status_code == for_person.status_code == 303
    assert for_program.mimetype == "text/plain"
    assert [client.get(line).data for line in for_program.text.splitlines()] == [b"one", b"two"]
    assert for_person.mimetype == "text/html"


def test_a_browser_is_led_on_under_the_name_by_which_it_came(make_app):
    client = make_app(BASE_URL="https://paste.example").test_client()

    sent = client.post("/", **multipart(file(b"one", "one.txt")), headers={"Accept": "text/html"})

    assert sent.location.startswith("/view/")


TEXT = b"\r\none\r\ntwo\rthree\n\r\n\r"


def test_the_line_ends_that_a_browser_makes_of_a_text_can_be_turned_back(client):
    answer = client.post("/api/upload", **multipart(field("newlines", "lf"), field("text", TEXT.decode())))

    assert client.get(f"/{answer.json['hash']}").data == b"\none\ntwo\rthree\n\n\r"


@pytest.mark.parametrize(
    "parts",
    [
        (field("text", TEXT.decode()),),
        (field("newlines", ""), field("text", TEXT.decode())),
        (field("text", TEXT.decode()), field("newlines", "lf")),
        (field("newlines", "lf"), file(TEXT)),
    ],
    ids=["not asked for", "empty", "too late", "a file"],
)
def test_otherwise_no_byte_is_changed(client, parts):
    answer = client.post("/api/upload", **multipart(*parts))

    assert client.get(f"/{answer.json['hash']}").data == TEXT


def test_a_line_end_may_fall_between_two_pieces():
    whole = TEXT * 3
    for cut in range(len(whole) + 1):
        pieces = [whole[:cut], b"", memoryview(whole[cut:])]
        assert b"".join(intake._in_lf(pieces)) == whole.replace(b"\r\n", b"\n")


def test_other_line_ends_are_no_choice(client):
    answer = client.post("/api/upload", **multipart(field("newlines", "cr"), field("text", "x")))

    assert answer.status_code == 400
    assert answer.json["fields"] == ["newlines"]


def test_a_text_from_the_page_without_javascript_has_the_line_ends_that_were_typed(client):
    assert '<input type="hidden" name="newlines" value="lf">' in client.get("/", headers={"Accept": "text/html"}).text
