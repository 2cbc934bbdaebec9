"""`curl -T FILE` and `… | curl -T - URL`: one URL and a newline."""

from __future__ import annotations

import io

import pytest

from pastebin.blobs.local import LocalStore
from tests.bodies import MIB, StreamedBody, UnreadableBody, unknown_length
from tests.conftest import bearer
from tests.forms import path_of


def test_put_with_a_name_answers_with_the_url_and_a_newline(client):
    answer = client.put("/notes.md", data=b"hello\n")

    assert answer.status_code == 201
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text == "http://localhost/5891b5b522d5df08.md\n"
    assert answer.headers["Location"] == answer.text.strip()
    assert "/delete/" in answer.headers["X-Delete-URL"]
    assert client.get(path_of(answer.text.strip())).data == b"hello\n"


@pytest.mark.parametrize(("content", "url"), [(b"text", ".txt\n"), (b"\x00\xff", ".bin\n"), (b"", ".txt\n")])
def test_put_without_a_name_is_a_paste_or_stdin(client, content, url):
    answer = client.put("/", data=content)

    assert answer.status_code == 201
    assert answer.text.endswith(url)


@pytest.mark.parametrize(
    "declared", [None, "text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_the_body_of_a_put_is_the_file_whatever_it_calls_itself(client, declared):
    answer = client.put("/x.txt", data=b"a=b&file=c", content_type=declared)

    assert client.get(path_of(answer.text.strip())).data == b"a=b&file=c"


def test_a_pipe_has_no_length(client):
    answer = client.put("/", input_stream=io.BytesIO(b"piped\n"), **unknown_length())

    assert client.get(path_of(answer.text.strip())).data == b"piped\n"


def test_the_name_is_the_last_part_of_the_path(client):
    answer = client.put("/some/folder/file.py", data=b"x")

    uuid = answer.headers["X-Delete-URL"].split("/")[-2]
    assert 'filename="file.py"' in client.get(f"/{uuid}").headers["Content-Disposition"]


def test_fields_come_from_the_query(client):
    answer = client.put("/x.txt?private=1&expire=1h&limit=2", data=b"secret")

    url = path_of(answer.text.strip())
    assert "?key=" in url
    assert [client.get(url).status_code for _ in range(3)] == [200, 200, 404]


def test_a_key_makes_the_file_its_owners(client, make_key):
    key = bearer(make_key())
    answer = client.put("/x.txt?private=owner", data=b"mine", headers=key)

    assert client.get(path_of(answer.text.strip())).status_code == 404
    assert client.get(path_of(answer.text.strip()), headers=key).data == b"mine"


@pytest.mark.parametrize("query", ["?expire=never", "?limit=0", "?private=owner"])
def test_what_cannot_be_done_is_one_plain_sentence(client, query):
    answer = client.put(f"/x.txt{query}", data=b"x")

    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert answer.text.count("\n") == 1
    assert answer.text.endswith("\n")
    assert not answer.text.startswith("ERROR")


def test_a_put_that_is_cut_short_is_refused(client):
    answer = client.put("/x", input_stream=StreamedBody(declared=2 * MIB, ends_at=MIB))

    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"


def test_a_put_that_is_too_large_is_refused_before_its_body(make_app):
    client = make_app(MAX_FILE_SIZE=MIB).test_client()

    assert client.put("/x", input_stream=UnreadableBody(declared=MIB + 1)).status_code == 413


def test_a_put_in_the_api_is_no_upload(client):
    answer = client.put("/api/anything", data=b"x")

    assert answer.status_code == 404
    assert answer.json["code"] == "INVALID_ENDPOINT_ERROR"


def test_a_body_of_unknown_length_does_not_eat_up_the_disks_reserve(client, monkeypatch):
    room = iter([1, 1])  # there is some when it begins, and not much later
    monkeypatch.setattr(LocalStore, "free_bytes", lambda _store: next(room, -1))

    answer = client.put("/big.bin", input_stream=io.BytesIO(bytes(80 * MIB)), **unknown_length())

    assert answer.status_code == 507
