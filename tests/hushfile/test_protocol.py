"""The hushfile protocol as seed 004 and section 7 of the contract say it."""

from __future__ import annotations

import json
import re
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.access.gate import Needs
from pastebin.extensions import transaction
from pastebin.models import EncryptedFileRow
from pastebin.services import encrypted_uploads, switches
from pastebin.services.switches import Switch
from tests import hushing
from tests.bodies import StreamedBody
from tests.conftest import bearer
from tests.hushing import Hush, begin

NOTHING = "0b7a4a3c-5a0e-4c5e-9d64-1f5d3b9f0c11"
HOUR = 3600


# ---- a whole sequence


def test_from_the_beginning_to_the_download(client):
    answer = client.post("/api/file", json={"deletepassword": "secret", "limit": 3})
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert uuid.UUID(answer.json["id"]).version == 4
    assert re.fullmatch(r"[A-Za-z0-9_-]{40,}", answer.json["uploadpassword"])
    hush = Hush(client, answer.json["id"], answer.json["uploadpassword"])

    assert hush.put("metadata", b"encrypted name").status_code == 200
    assert hush.put(1, b"second").json == {"index": 1, "finished": False}
    assert hush.put(0, b"first ").json == {"index": 0, "finished": False}
    assert hush.finish(0, 1).status_code == 200

    assert hush.get("exists").status_code == 200
    assert [hush.get(part).data for part in ("metadata", 0, 1)] == [b"encrypted name", b"first ", b"second"]
    info = hush.info()
    assert info.pop("expire") == pytest.approx(time.time() + 720 * HOUR, abs=60)
    assert info == {
        "fileid": hush.id, "chunks": [0, 1], "totalsize": 12, "finished": True, "ip": [], "limit": 3, "downloads": 1,
    }  # fmt: skip
    assert hush.delete("secret").status_code == 200
    assert hush.get("exists").status_code == 404


def test_a_form_does_as_well(client):
    expire = str(int(time.time()) + HOUR)
    answer = client.post(
        "/api/file", data={"deletepassword": "x", "expire": expire, "limit": "2"}, content_type="multipart/form-data"
    )
    hush = Hush(client, answer.json["id"], answer.json["uploadpassword"])
    hush.put(0, b"0")
    hush.put(2, b"2")
    form = {"uploadpassword": hush.password, "chunks": ["0", "2"]}

    assert client.post(hush.path("finishupload"), data=form, content_type="multipart/form-data").status_code == 200
    assert (hush.info()["chunks"], hush.info()["limit"], hush.info()["expire"]) == ([0, 2], 2, int(expire))


def test_chunks_of_a_form_may_be_one_json_list(client):
    hush = begin(client)
    hush.put(0, b"0")
    hush.put(1, b"1")
    form = {"uploadpassword": hush.password, "chunks": "[1, 0]"}

    assert client.post(hush.path("finishupload"), data=form, content_type="multipart/form-data").status_code == 200
    assert hush.info()["chunks"] == [0, 1]


@pytest.mark.parametrize("as_one", [True, False])
def test_a_form_may_name_thousands_of_chunks(client, as_one):
    """More than a form usually has fields: a file of a few GiB in chunks of one MiB."""
    hush = begin(client)
    hush.put(0, b"0")
    chunks = list(range(90_000 if as_one else 5_000))
    form = {"uploadpassword": hush.password, "chunks": str(chunks) if as_one else [str(each) for each in chunks]}
    answer = client.post(hush.path("finishupload"), data=form, content_type="multipart/form-data")

    assert (answer.status_code, answer.json["status"]) == (400, "Chunk 1 was not uploaded.")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"expire": null, "limit": null, "deletepassword": null}'])
def test_nothing_needs_to_be_wanted(client, body):
    answer = client.post("/api/file", data=body, content_type="application/json")

    assert answer.status_code == 200
    assert Hush(client, answer.json["id"], "").info()["limit"] is None


def test_empty_fields_of_a_form_are_none(client):
    empty = {"deletepassword": "", "expire": "", "limit": ""}
    answer = client.post("/api/file", data=empty, content_type="multipart/form-data")
    hush = Hush(client, answer.json["id"], answer.json["uploadpassword"])

    assert hush.info()["limit"] is None
    assert hush.delete("").status_code == 403


# ---- beginning


@pytest.mark.parametrize(
    "wanted",
    [
        {"expire": 1000}, {"expire": -1}, {"expire": "soon"}, {"expire": True}, {"expire": [1]}, {"expire": {}},
        {"expire": 10**30}, {"expire": "9" * 18}, {"limit": 0}, {"limit": -1}, {"limit": 1.5}, {"limit": "x"},
        {"limit": True}, {"limit": 2**31}, {"limit": [1]}, {"deletepassword": 7}, {"deletepassword": "x" * 1025},
    ],
)  # fmt: skip
def test_what_cannot_be_wanted_is_refused(client, wanted):
    answer = client.post("/api/file", json=wanted)

    assert answer.status_code == 400
    assert answer.json.keys() == {"fileid", "status"}
    assert answer.json["fileid"] is None
    assert next(iter(wanted)) in answer.json["status"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "1e400"])
def test_a_number_that_is_none_is_no_expiry(client, word):
    answer = client.post("/api/file", data=f'{{"expire": {word}}}', content_type="application/json")

    assert answer.status_code == 400


def test_an_expiry_within_what_is_kept_at_most(make_app):
    client = make_app(MAX_RETENTION_HOURS=2).test_client()
    now = time.time()

    assert begin(client, expire=now + 2 * HOUR - 1).info()["expire"] == int(now + 2 * HOUR - 1)
    assert client.post("/api/file", json={"expire": now + 2 * HOUR + 5}).status_code == 400
    assert begin(client).info()["expire"] == pytest.approx(now + 2 * HOUR, abs=60)


@pytest.mark.parametrize("body", [b"[]", b"{", b"7", b"[" * 100_000])
def test_a_body_that_is_no_object(client, body):
    answer = client.post("/api/file", data=body, content_type="application/json")

    assert (answer.status_code, answer.json["fileid"]) == (400, None)


# ---- chunks


def test_who_has_no_upload_password_or_a_wrong_one_is_refused_before_the_body_is_read(client):
    hush = begin(client)
    for query in ("", "?uploadpassword=", "?uploadpassword=wrong", "?uploadpassword=%ff"):
        for part in ("metadata", 0):
            body = StreamedBody()
            answer = client.put(f"{hush.path(part)}{query}", input_stream=body)

            assert answer.status_code == 403
            assert (answer.json["fileid"], body.taken) == (hush.id, 0)


@pytest.mark.parametrize("part", ["metadata", "0"])
def test_an_upload_that_was_never_begun_takes_nothing(client, part):
    for known in ("", "?uploadpassword=x"):
        answer = client.put(f"/api/file/{NOTHING}/{part}{known}", data=b"x")

        assert (answer.status_code, answer.json["fileid"]) == (400, NOTHING)


def test_a_chunk_that_comes_again_replaces_the_former(app, client):
    hush = begin(client)
    hush.put(0, b"former")
    hush.put(0, b"latter, and longer")
    hush.finish(0)

    assert (hush.get(0).data, hush.info()["totalsize"]) == (b"latter, and longer", 18)


def test_a_chunk_may_be_empty(client):
    hush = hushing.upload(client, b"")

    assert (hush.get(0).status_code, hush.get(0).data, hush.info()["totalsize"]) == (200, b"", 0)


@pytest.mark.parametrize("index", ["-1", "1.0", "x", "%20", "+1", "1e3", "٣", "9" * 30, str(2**31 - 1)])
def test_an_index_that_is_no_natural_number_is_a_bad_request(client, index):
    hush = begin(client)
    answer = hush.put(index, b"x")

    assert (answer.status_code, answer.json) == (400, {"fileid": hush.id, "status": "bad request"})


def test_the_largest_chunk_and_one_byte_more(make_app):
    client = make_app(MAX_CHUNK_SIZE=1000).test_client()
    hush = begin(client)

    assert hush.put(0, bytes(1000)).status_code == 200
    for part in ("0", "1", "metadata"):
        answer = hush.put(part, bytes(1001))
        assert (answer.status_code, answer.json.keys()) == (413, {"fileid", "status"})
    assert hush.info()["totalsize"] == 1000


def test_the_largest_file_and_one_byte_more(make_app):
    client = make_app(MAX_FILE_SIZE=1000).test_client()
    hush = begin(client)

    assert hush.put(0, bytes(600)).status_code == 200
    assert hush.put(1, bytes(400)).status_code == 200
    assert hush.put(2, bytes(1)).status_code == 413
    assert hush.put(1, bytes(401)).status_code == 413
    assert hush.put(0, bytes(599)).status_code == 200
    assert hush.put(2, bytes(1)).status_code == 200
    assert hush.put("metadata", bytes(500)).status_code == 200
    assert hush.info()["totalsize"] == 1000


def test_a_file_has_so_many_chunks_and_no_more(client, monkeypatch):
    monkeypatch.setattr(encrypted_uploads, "MOST_CHUNKS", 3)
    hush = begin(client)
    statuses = [hush.put(index, b"x").status_code for index in (5, 7, 9, 11, 9)]

    assert statuses == [200, 200, 200, 413, 200]


# ---- finishing


def test_a_chunk_that_was_never_uploaded_keeps_the_upload_going(client):
    hush = begin(client)
    hush.put(0, b"x")

    answer = hush.finish(0, 1)
    assert answer.status_code == 400
    assert "Chunk 1 was not uploaded" in answer.json["status"]
    assert hush.put(1, b"y").status_code == 200
    assert hush.finish(0, 1).status_code == 200


def test_chunks_that_are_not_listed_are_dropped(client):
    hush = begin(client)
    for index in range(4):
        hush.put(index, b"%d" % index)
    hush.finish(3, 1)

    assert (hush.info()["chunks"], hush.info()["totalsize"]) == ([1, 3], 2)
    assert [hush.get(index).status_code for index in range(4)] == [416, 200, 416, 200]


@pytest.mark.parametrize("chunks", [[], [0, 0], [0, "0"], ["x"], [-1], [None], [True], [0.5], [[0]], None, 0, "0", {}])
def test_a_list_of_chunks_that_cannot_be(client, chunks):
    hush = begin(client)
    hush.put(0, b"x")
    answer = client.post(hush.path("finishupload"), json={"uploadpassword": hush.password, "chunks": chunks})

    assert (answer.status_code, answer.json["fileid"]) == (400, hush.id)
    assert hush.info()["finished"] is False


@pytest.mark.parametrize("password", ["", "wrong", None, 7, "\ud800"])
def test_finishing_without_the_upload_password(client, password):
    hush = begin(client)
    hush.put(0, b"x")
    answer = client.post(hush.path("finishupload"), json={"uploadpassword": password, "chunks": [0]})

    assert answer.status_code == 403


def test_finishing_what_was_never_begun(client):
    body = {"uploadpassword": "x", "chunks": [0]}

    assert client.post(f"/api/file/{NOTHING}/finishupload", json=body).status_code == 400


def test_after_the_finish_nothing_is_taken_whatever_the_password(client):
    hush = hushing.upload(client, b"x", metadata=b"m")
    for password in (hush.password, "wrong", ""):
        assert hush.put(0, b"y", password).status_code == 400
        assert hush.put("metadata", b"y", password).status_code == 400
        assert hush.finish(0, password=password).status_code == 400
    assert [hush.get(part).data for part in (0, "metadata")] == [b"x", b"m"]


def test_the_index_of_the_first_chunk_is_anything(client):
    hush = begin(client)
    hush.put(7, b"x")
    hush.put(2**31 - 2, b"y")
    hush.finish(7, 2**31 - 2)

    assert hush.info()["chunks"] == [7, 2**31 - 2]


# ---- reading


def test_an_unfinished_upload_is_not_there_to_be_read(client):
    hush = begin(client)
    hush.put(0, b"x")
    hush.put("metadata", b"m")
    unfinished = {"fileid": hush.id, "status": "Upload is unfinished."}

    for part in ("metadata", "0", "9"):
        assert (hush.get(part).status_code, hush.get(part).json) == (412, unfinished)
    assert hush.get("exists").status_code == 404
    assert (hush.info()["finished"], hush.info()["chunks"]) == (False, [0])
    assert client.get(f"/{hush.id}").status_code == 404


@pytest.mark.parametrize("unknown", [NOTHING, "no-uuid"])
def test_what_is_not_there_is_404_to_readers(client, unknown):
    for part in ("exists", "info", "metadata", "0"):
        for method in ("GET", "HEAD"):
            answer = client.open(f"/api/file/{unknown}/{part}", method=method)
            assert answer.status_code == 404
    assert client.delete(f"/api/file/{unknown}?deletepassword=x").status_code == 404
    told = client.get(f"/api/file/{unknown}/info").json
    assert (told["fileid"], told["totalsize"]) == (unknown, 0)
    assert client.get(f"/api/file/{unknown}/0").json.keys() == {"fileid", "status"}


def test_a_chunk_leaves_as_bytes_that_nobody_guesses_about(client):
    hush = hushing.upload(client, b"<script>alert(1)</script>")
    answer = hush.get(0)

    assert answer.content_type == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_metadata_it_is_empty(client):
    answer = hushing.upload(client, b"x").get("metadata")

    assert (answer.status_code, answer.data, answer.content_type) == (200, b"", "application/octet-stream")


@pytest.mark.parametrize("index", ["1", "2147483647", "9" * 18])
def test_no_such_chunk(client, index):
    hush = hushing.upload(client, b"x")
    answer = hush.get(index)

    assert (answer.status_code, answer.json.keys()) == (416, {"fileid", "status"})


def test_a_uuid_in_capital_letters_is_the_same_file(client):
    hush = hushing.upload(client, b"x")

    assert client.get(f"/api/file/{hush.id.upper()}/0").data == b"x"


# ---- limits


def test_each_chunk_is_served_so_often_and_the_file_goes_with_the_last(client):
    hush = hushing.upload(client, b"a", b"b", metadata=b"m", limit=2)

    assert [hush.get(0).status_code for _ in range(3)] == [200, 200, 404]
    assert hush.get(0).json == {"fileid": hush.id, "status": "Download limit reached"}
    assert (hush.info()["downloads"], hush.get("metadata").status_code) == (2, 200)
    assert hush.get(1).status_code == 200
    assert hush.get("exists").status_code == 200
    assert hush.get(1).data == b"b"
    assert hush.get("exists").status_code == 404
    assert hush.get(1).status_code == 404


def test_head_counts_nothing(client):
    hush = hushing.upload(client, b"abc", limit=1)
    for _ in range(3):
        answer = client.head(hush.path(0))
        assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, "3", b"")

    assert hush.info()["downloads"] == 0
    assert hush.get(0).data == b"abc"


def test_metadata_may_be_read_as_often_as_one_likes(client):
    hush = hushing.upload(client, b"a", metadata=b"m", limit=1)

    assert [hush.get("metadata").status_code for _ in range(3)] == [200] * 3


def test_downloads_are_counted_without_a_limit_too(client):
    hush = hushing.upload(client, b"a", b"b")
    for index in (0, 1, 1, 1):
        hush.get(index)

    assert hush.info()["downloads"] == 3


def test_a_limited_chunk_has_no_parts(client):
    hush = hushing.upload(client, b"abcdef", limit=1)
    answer = client.get(hush.path(0), headers={"Range": "bytes=0-1", "If-None-Match": "*"})

    assert (answer.status_code, answer.data, answer.headers["Accept-Ranges"]) == (200, b"abcdef", "none")


# ---- deleting


def test_only_the_delete_password_deletes(client):
    hush = hushing.upload(client, b"x", deletepassword="secret ü")
    for wrong in (None, "", "wrong", "secret", "%ff"):
        answer = hush.delete(wrong)
        assert (answer.status_code, answer.json["fileid"]) == (403, hush.id)
    assert hush.get(0).data == b"x"

    assert hush.delete("secret%20%C3%BC").status_code == 200
    assert hush.delete("secret%20%C3%BC").status_code == 404


def test_what_has_no_delete_password_cannot_be_deleted(client):
    hush = hushing.upload(client, b"x")

    assert [hush.delete(given).status_code for given in (None, "", "x", "None", "null")] == [403] * 5


def test_an_unfinished_upload_can_be_deleted(client):
    hush = begin(client, deletepassword="secret")
    hush.put(0, b"x")

    assert hush.delete("secret").status_code == 200
    assert hush.put(1, b"y").status_code == 400


# ---- whatever else


@pytest.mark.parametrize(
    ("method", "path", "fileid"),
    [
        ("GET", "/api/file", None), ("PUT", "/api/file", None), ("DELETE", "/api/file", None),
        ("GET", "/api/file/", None), ("POST", "/api/file/", None), ("GET", f"/api/file/{NOTHING}", NOTHING),
        ("POST", f"/api/file/{NOTHING}", NOTHING), ("PATCH", f"/api/file/{NOTHING}/0", NOTHING),
        ("GET", f"/api/file/{NOTHING}/finishupload", NOTHING), ("POST", f"/api/file/{NOTHING}/exists", NOTHING),
        ("GET", f"/api/file/{NOTHING}/0/1", NOTHING), ("DELETE", f"/api/file/{NOTHING}/0", NOTHING),
        ("GET", "/api/file/a/b/c/d", "a"), ("OPTIONS", "/api/file", None),
        ("OPTIONS", f"/api/file/{NOTHING}/0", NOTHING),
        ("TRACE", f"/api/file/{NOTHING}/0", NOTHING), ("HEAD", "/api/file", None), ("GET", "/api/file//0", None),
        ("PROPFIND", "/api/file/x", "x"),
    ],
)  # fmt: skip
def test_anything_else_is_a_bad_request(client, method, path, fileid):
    answer = client.open(path, method=method)

    assert answer.status_code == 400
    assert "Allow" not in answer.headers
    if method != "HEAD":
        assert answer.json == {"fileid": fileid, "status": "bad request"}


def test_what_only_begins_alike_is_another_protocol(client):
    assert client.get("/api/filesystem").json["code"] == "INVALID_ENDPOINT_ERROR"
    assert client.get("/api/files").json["code"] == "INVALID_SESSION_ERROR"


def test_every_error_of_the_gate_has_the_form_of_the_protocol(make_app):
    app = make_app(API_RATE="3/1h", BASE_URL="http://localhost")
    client = app.test_client()
    told = []
    told.append(client.get(f"/api/file/{NOTHING}/0", headers={"Host": "evil.example"}))
    told.append(client.post("/api/file", json={}, headers={"Sec-Fetch-Site": "cross-site"}))
    told.append(client.post("/api/file", json={}, headers={"Origin": "http://evil.example"}))
    with app.app_context():
        switches.turn(None, Switch.FILE_CREATE, is_on=True)
    told.append(client.post("/api/file", json={}))
    told += [client.get(f"/api/file/{NOTHING}/0") for _ in range(4)]

    assert [answer.status_code for answer in told] == [400, 403, 403, 503, 404, 404, 404, 429]
    for answer in told:
        assert answer.json.keys() == {"fileid", "status"}
    assert "Retry-After" in told[-1].headers


# ---- who asks


def test_no_credential_is_looked_at(app, client, make_key):
    for header in (bearer("pb_wrong"), bearer(make_key("ann")), {"Cookie": "pastebin_session=nonsense"}):
        answer = client.post("/api/file", json={}, headers=header)
        assert answer.status_code == 200
        hush = Hush(client, answer.json["id"], answer.json["uploadpassword"])
        put = client.put(f"{hush.path(0)}?uploadpassword={hush.password}", data=b"x", headers=header)
        assert put.status_code == 200
        assert client.get(hush.path("info"), headers=header).status_code == 200


def test_a_header_does_not_excuse_another_site(client):
    headers = {**bearer("pb_wrong"), "Origin": "http://evil.example"}

    assert client.post("/api/file", json={}, headers=headers).status_code == 403


def test_every_route_of_the_protocol_is_nobodys(app):
    rules = {
        rule.rule: app.view_functions[rule.endpoint].rule.needs
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/file/") or rule.rule in ("/api/file", "/api/serverinfo")
    }

    assert len(rules) >= 10
    assert set(rules.values()) == {Needs.NOBODY}


@pytest.mark.parametrize("settings", [{"ANONYMOUS_UPLOADS": "off"}, {"REQUIRE_VERIFIED_EMAIL": "on"}])
def test_where_nobody_may_upload_nothing_is_begun_and_what_is_there_can_be_read(make_app, settings):
    open_app = make_app()
    hush = begin(open_app.test_client())
    finished = hushing.upload(open_app.test_client(), b"x")
    client = make_app(**settings).test_client()
    closed = Hush(client, hush.id, hush.password)

    refused = [client.post("/api/file", json={}), closed.put(0, b"x"), closed.put("metadata", b"x"), closed.finish(0)]
    assert [answer.status_code for answer in refused] == [401] * 4
    assert all(answer.json.keys() == {"fileid", "status"} for answer in refused)
    assert client.get(finished.path(0)).data == b"x"


def test_switches_turn_off_what_they_are_for(app, client):
    hush = hushing.upload(client, b"x", deletepassword="secret")
    unfinished = begin(client)
    with app.app_context():
        switches.turn(None, Switch.FILE_CREATE, is_on=True)
    stopped = [unfinished.put(0, b"x"), unfinished.put("metadata", b"x"), unfinished.finish(0)]
    assert [answer.status_code for answer in stopped] == [503] * 3
    assert hush.get(0).status_code == 200
    with app.app_context():
        switches.turn(None, Switch.FILE_DELETE, is_on=True)
    assert hush.delete("secret").status_code == 503
    with app.app_context():
        switches.turn(None, Switch.GLOBAL, is_on=True)
    assert hush.get(0).status_code == 503


def test_a_days_quota_of_an_address_counts_chunks(make_app):
    client = make_app(ANONYMOUS_QUOTA=1000).test_client()
    hush = begin(client)

    assert hush.put(0, bytes(900)).status_code == 200
    answer = hush.put(1, bytes(200))
    assert (answer.status_code, answer.json.keys()) == (400, {"fileid", "status"})
    assert hush.put(1, bytes(100)).status_code == 200


def test_serverinfo_says_the_bounds(make_app):
    settings = {
        "MAX_CHUNK_SIZE": "2MiB",
        "MAX_FILE_SIZE": "3MiB",
        "MAX_RETENTION_HOURS": 5,
        "OPERATOR_EMAIL": "o@a.org",
    }
    told = make_app(**settings).test_client().get("/api/serverinfo").json

    assert told == {
        "server_operator_email": "o@a.org", "max_retention_hours": 5, "max_chunksize_bytes": 2 << 20,
        "max_filesize_bytes": 3 << 20,
    }  # fmt: skip


def test_what_strangers_may_keep_is_a_bound_of_retention_too(make_app):
    client = make_app(ANONYMOUS_MAX_EXPIRY="30min").test_client()

    assert client.get("/api/serverinfo").json["max_retention_hours"] == 0.5
    assert client.post("/api/file", json={"expire": time.time() + 3000}).status_code == 400
    assert begin(client, expire=time.time() + 1000).info()["finished"] is False


def test_addresses_are_kept_where_the_operator_wants_it(make_app):
    client = make_app(RECORD_ADDRESSES="on").test_client()
    hush = hushing.upload(client, b"x")
    assert hush.info()["ip"] == ["127.0.0.1"]

    elsewhere = begin(client)
    client.put(
        f"{elsewhere.path(0)}?uploadpassword={elsewhere.password}", data=b"x", environ_base={"REMOTE_ADDR": "10.0.0.9"}
    )
    assert elsewhere.info()["ip"] == ["10.0.0.9", "127.0.0.1"]


def test_passwords_are_kept_as_hashes_alone(app, client):
    hush = begin(client, deletepassword="a secret of mine")
    with app.app_context(), transaction() as connection:
        row = connection.execute(EncryptedFileRow.__table__.select()).one()

    assert hush.password not in str(row)
    assert "a secret of mine" not in str(row)
    assert row.delete_password_hash.startswith("$argon2id$")


@given(
    st.text(max_size=30),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20), st.lists, max_leaves=5
    ),
)
def test_whatever_is_sent_is_answered_in_the_form_of_the_protocol(client_of_all, text, value):
    body = json.dumps({"expire": value, "limit": value, "deletepassword": value, "chunks": value, text: text})
    client, hush = client_of_all
    for path in ("/api/file", hush.path("finishupload")):
        answer = client.post(path, data=body, content_type="application/json")

        assert answer.status_code in (200, 400, 403)
        if answer.status_code != 200:
            assert answer.json.keys() == {"fileid", "status"}


@pytest.fixture(scope="module")
def client_of_all(tmp_path_factory):
    from pastebin import create_app

    client = create_app(tmp_path_factory.mktemp("all") / "instance", RATE_LIMITS=False, LOG_LEVEL="error").test_client()
    return client, begin(client)
