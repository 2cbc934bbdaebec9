"""`POST /api/upload`: what may be sent, what is answered, and what is never kept."""

from __future__ import annotations

import hashlib
import io
import os
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from pastebin.extensions import db, reading
from pastebin.services.actor import Scope
from tests.bodies import MIB, StreamedBody, UnreadableBody, unknown_length
from tests.conftest import bearer
from tests.contents import stored
from tests.forms import body, content_type, field, file, multipart, path_of, upload

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


# ---- the answer


def test_the_answer_has_every_field_of_the_contract(client):
    content = b"some text\n"
    digest = hashlib.sha256(content).hexdigest()
    answer = client.post("/api/upload", **multipart(file(content, "notes.md")))

    told = answer.json
    hash_, id_ = digest[:16], told["uuid"]
    assert answer.status_code == 201
    assert uuid.UUID(id_).version == 4
    assert datetime.fromisoformat(told.pop("uploadedAt")) - datetime.now(UTC) < timedelta(seconds=5)
    deletion_url = told.pop("deletion_url")
    assert told == {
        "status": True,
        "hash": hash_,
        "urls": {
            "base": "http://localhost/",
            "hash": f"http://localhost/{hash_}",
            "ext": f"http://localhost/{hash_}.md",
            "full": f"http://localhost/{hash_}/notes.md",
        },
        "sha256": digest,
        "id": f"{id_}.md",
        "uuid": id_,
        "filename": "notes.md",
        "name": None,
        "extension": "md",
        "size": len(content),
        "type": "text/markdown",
        "expires": None,
        "limit": None,
        "isPrivate": False,
        "views": 0,
        "url": f"http://localhost/{hash_}.md",
        "full_link": f"http://localhost/{hash_}.md",
        "manage": f"http://localhost/files/{id_}",
    }
    assert re.fullmatch(rf"http://localhost/delete/{id_}/[\w-]{{22}}", deletion_url)
    assert answer.headers["Location"] == told["url"]
    assert answer.headers["X-Delete-URL"] == deletion_url
    assert answer.headers["Cache-Control"] == "no-store"


def test_times_are_utc_with_milliseconds_and_z(client):
    told = upload(client, expire="1h")

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["uploadedAt"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told["expires"])


def test_every_link_to_the_bytes_leads_there(client):
    told = upload(client, b"hello\n", "a name with ü & ?.txt")

    for link in (*list(told["urls"].values())[1:], told["url"], told["full_link"]):
        assert client.get(path_of(link)).data == b"hello\n", link


def test_the_same_bytes_twice_are_two_files_and_one_blob(app, client):
    first, second = upload(client), upload(client)

    assert first["uuid"] != second["uuid"]
    assert first["hash"] == second["hash"]
    assert stored(app) == [first["sha256"]]


def test_links_begin_with_base_url_where_it_is_set(make_app):
    client = make_app(BASE_URL="https://paste.example.org").test_client()

    told = upload(client)

    assert told["urls"]["base"] == "https://paste.example.org/"
    assert told["url"].startswith("https://paste.example.org/")
    assert told["deletion_url"].startswith("https://paste.example.org/delete/")


def test_the_server_keeps_no_deletion_token(app, client):
    token = upload(client)["deletion_url"].rpartition("/")[2]

    assert token not in everything_kept(app)


def test_the_deletion_link_deletes_nothing_by_itself(client):
    told = upload(client)

    assert client.get(path_of(told["deletion_url"])).status_code == 200
    assert client.head(path_of(told["deletion_url"])).status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 200


def everything_kept(app) -> str:
    """All that the database remembers, as text."""
    with app.app_context(), reading() as connection:
        return str([connection.execute(table.select()).all() for table in db.metadata.sorted_tables])


# ---- which files of a form


@pytest.mark.parametrize("name", ["file", "img", "attachment", "upload[]"])
def test_the_file_is_taken_from_file_or_img_or_whatever_it_is_called(client, name):
    answer = client.post("/api/upload", **multipart(file(b"x", "x.txt", name)))

    assert answer.json["filename"] == "x.txt"


@pytest.mark.parametrize(
    "order", [("file", "img", "other"), ("other", "img", "file"), ("img", "file", "other"), ("other", "file", "img")]
)
def test_file_comes_before_img_and_img_before_any_other_whatever_their_order(app, client, order):
    parts = {name: file(name.encode(), f"{name}.txt", name) for name in order}

    both = client.post("/api/upload", **multipart(*(parts[name] for name in order)))
    without = client.post("/api/upload", **multipart(*(parts[name] for name in order if name != "file")))

    assert both.json["filename"] == "file.txt"
    assert without.json["filename"] == "img.txt"
    assert len(stored(app)) == 2


def test_of_several_parts_of_other_names_the_first_is_taken(client):
    answer = client.post("/api/upload", **multipart(file(b"1", "1.txt", "a"), file(b"2", "2.txt", "b")))

    assert answer.json["filename"] == "1.txt"
    assert "files" not in answer.json


def test_several_file_parts_are_several_files_the_first_of_them_in_front(client):
    answer = client.post("/api/upload", **multipart(*(file(b"%d" % n, f"{n}.txt") for n in range(3))))

    assert answer.status_code == 201
    assert answer.json["filename"] == "0.txt"
    assert [each["filename"] for each in answer.json["files"]] == ["0.txt", "1.txt", "2.txt"]
    assert [client.get(path_of(each["url"])).data for each in answer.json["files"]] == [b"0", b"1", b"2"]


def test_a_hundred_files_pass_and_one_more_refuses_them_all(app, client):
    hundred = [file(b"%d" % n) for n in range(100)]

    assert client.post("/api/upload", **multipart(*hundred, file(b"one more"))).status_code == 400
    assert stored(app) == []
    assert len(client.post("/api/upload", **multipart(*hundred)).json["files"]) == 100


def test_more_than_a_thousand_parts_are_refused(app, client):
    answer = client.post("/api/upload", **multipart(file(b"x"), *(field("x", "") for _ in range(1000))))

    assert answer.status_code == 400
    assert answer.json["code"] == "INVALID_FIELDS_ERROR"
    assert stored(app) == []


def test_all_files_are_refused_with_one_of_them(make_app):
    app = make_app(ALLOWED_TYPES="text/*")
    client = app.test_client()

    answer = client.post("/api/upload", **multipart(file(b"text", "a.txt"), file(PNG, "b.png")))

    assert answer.status_code == 400
    assert answer.json["code"] == "FILE_TYPE_NOT_ALLOWED_ERROR"
    assert stored(app) == []


def test_a_form_with_text_and_no_file_is_a_paste(client):
    told = client.post("/api/upload", **multipart(field("text", "grüße\n"))).json

    assert (told["filename"], told["type"], told["size"]) == ("paste.txt", "text/plain", 8)


def test_a_file_goes_before_a_text(app, client):
    told = client.post("/api/upload", **multipart(field("text", "text"), file(b"file", "f.txt"))).json

    assert told["filename"] == "f.txt"
    assert stored(app) == [told["sha256"]]


@pytest.mark.parametrize(
    ("said", "called"),
    [("py", "paste.py"), (" .PY ", "paste.py"), ("python", "paste.py"), ("C++", "paste.cpp"), ("zig", "paste.zig"),
     ("text", "paste.txt"), ("", "paste.txt")],
)  # fmt: skip
def test_a_text_without_a_name_is_called_after_its_language(client, said, called):
    told = client.post("/api/upload", **multipart(field("text", "x = 1\n"), field("language", said))).json

    assert (told["filename"], told["extension"]) == (called, called.partition(".")[2])


@pytest.mark.parametrize(
    ("filename", "called"),
    [("setup", "setup.md"), ("notes.txt", "notes.txt"), ("-", "paste.md"), (".profile", ".profile.md")],
)
def test_a_language_ends_the_name_of_a_text_that_has_no_ending(client, filename, called):
    told = client.post("/api/upload", data=b"x = 1\n", query_string={"filename": filename, "language": "md"}).json

    assert told["filename"] == called


def test_of_several_files_each_text_without_an_ending_has_it(client):
    sent = multipart(file(b"# a", "README"), file(b"\x89\0\xff", "data"), file(b"x", "x.py"), field("language", "md"))
    told = client.post("/api/upload", **sent).json

    assert [each["filename"] for each in told["files"]] == ["README.md", "data", "x.py"]


@pytest.mark.parametrize("said", ["not a language", "../x", "a" * 17, "tar/gz", "\u202epy"])
def test_what_is_no_language_is_refused_and_nothing_is_kept(app, client, said):
    answer = client.post("/api/upload", **multipart(field("text", "x"), field("language", said)))

    assert answer.status_code == 400
    assert answer.json["fields"] == ["language"]
    assert stored(app) == []


def test_the_empty_file_field_of_a_browser_form_is_no_file(client):
    told = client.post("/api/upload", **multipart(file(b"", ""), field("text", "typed"))).json

    assert told["filename"] == "paste.txt"


@pytest.mark.parametrize("parts", [(), (field("name", "x"),), (file(b"", ""),), (field("text", ""),)])
def test_a_form_with_nothing_in_it_is_refused(client, parts):
    answer = client.post("/api/upload", **multipart(*parts))

    assert answer.status_code == 400
    assert answer.json["code"] in ("MISSING_FIELDS_ERROR", "INVALID_FIELDS_ERROR")


def test_a_file_of_no_bytes_is_a_file(client):
    told = upload(client, b"", "empty.txt")

    assert told["size"] == 0
    assert told["sha256"] == hashlib.sha256(b"").hexdigest()
    assert client.get(path_of(told["url"])).data == b""


# ---- fields


def test_filename_names_the_file_and_name_is_what_people_read(client):
    told = upload(client, b"x", "sent.txt", filename="chosen.py", name="  My script  ")

    assert (told["filename"], told["extension"], told["name"]) == ("chosen.py", "py", "My script")


def test_filename_with_several_files_is_refused(client):
    answer = client.post("/api/upload", **multipart(field("filename", "x"), file(b"1"), file(b"2")))

    assert answer.json["fields"] == ["filename"]


def test_fields_may_come_after_the_file(client):
    answer = client.post("/api/upload", **multipart(file(b"x"), field("limit", "3"), field("name", "late")))

    assert (answer.json["limit"], answer.json["name"]) == (3, "late")


def test_fields_may_come_in_the_query_too(client):
    answer = client.post("/api/upload?limit=3&name=asked&expire=1h", **multipart(file(b"x")))

    assert (answer.json["limit"], answer.json["name"]) == (3, "asked")
    assert answer.json["expires"]


def test_an_expiry_is_kept_to_the_second(client):
    told = upload(client, expire="2h")

    remaining = datetime.fromisoformat(told["expires"]) - datetime.fromisoformat(told["uploadedAt"])
    assert abs(remaining - timedelta(hours=2)) < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("expire", "0"),
        ("expire", "2001-01-01"),
        ("expire", "never"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "three"),
        ("limit", "1.5"),
        ("limit", "٣"),
        ("limit", "99999999999"),
        ("limit", "000000000001" + "0" * 5000),
        ("private", "perhaps"),
        ("name", "x" * 256),
        ("name", "two\nlines"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_and_nothing_is_kept(app, client, name, text):
    answer = client.post("/api/upload", **multipart(field(name, text), file(b"x")))

    assert answer.status_code == 400
    assert answer.json["code"] == "INVALID_FIELDS_ERROR"
    assert answer.json["fields"] == [name]
    assert stored(app) == []


def test_empty_fields_ask_for_nothing(client):
    told = upload(client, expire="", limit="", private="", name="", filename="", key="", api="")

    assert (told["expires"], told["limit"], told["isPrivate"], told["name"]) == (None, None, False, None)


def test_unknown_fields_are_ignored(client):
    assert upload(client, colour="green")["status"] is True


# ---- private and limited


def test_private_1_makes_a_key_of_128_bits_and_a_url_that_carries_it(client):
    told = upload(client, private="1")

    assert told["isPrivate"] is True
    assert told["hash"] == told["uuid"]
    assert len(told["privateKey"]) >= 22
    assert "?key=" in told["url"]
    assert told["urls"]["hash"] == f"http://localhost/{told['uuid']}"
    assert client.get(path_of(told["url"])).data == b"hello\n"


def test_private_owner_has_no_key(client, make_key):
    told = upload(client, headers=bearer(make_key()), private="owner")

    assert told["isPrivate"] is True
    assert "privateKey" not in told
    assert "?" not in told["url"]


def test_private_owner_is_refused_where_nobody_would_own_it(client):
    answer = client.post("/api/upload", **multipart(field("private", "owner"), file(b"x")))

    assert answer.status_code == 400
    assert answer.json["fields"] == ["private"]


def test_a_limited_file_is_called_by_its_uuid(client):
    told = upload(client, limit="2")

    assert told["hash"] == told["uuid"]
    assert told["urls"]["ext"] == f"http://localhost/{told['uuid']}.txt"
    assert told["limit"] == 2


# ---- extension and type


@pytest.mark.parametrize(
    ("filename", "content", "extension"),
    [
        ("backup.tar.gz", b"\x1f\x8b\x08\x00rest", "tar.gz"),
        ("backup.TAR.ZST", b"\x28\xb5\x2f\xfdrest", "tar.zst"),
        ("PHOTO.PNG", PNG, "png"),
        ("not-really.txt", PNG, "png"),
        ("report.docx", b"PK\x03\x04rest", "docx"),
        ("report.png", b"PK\x03\x04rest", "zip"),
        ("noname", PNG, "png"),
        ("noname", b"just text", "txt"),
        ("noname", b"\x00\x01\xff\xfe\x80", "bin"),
        ("program.rs", b"fn main() {}", "rs"),
        ("too.longextensionhere", b"text", "txt"),
        ("strange.e-x-t", b"text", "txt"),
    ],
)
def test_the_extension_comes_from_the_name_unless_the_content_says_otherwise(client, filename, content, extension):
    assert upload(client, content, filename)["extension"] == extension


@pytest.mark.parametrize(
    ("rule", "taken"), [("image/*", True), ("image/png", True), (".png", True), ("text/plain", False), (".jpg", False)]
)
def test_allowed_types_are_named_by_type_pattern_or_extension(make_app, rule, taken):
    answer = make_app(ALLOWED_TYPES=rule).test_client().post("/api/upload", **multipart(file(PNG, "dot.png")))

    assert answer.status_code == (201 if taken else 400)


# ---- a body that is the file itself


@pytest.mark.parametrize(
    "declared", ["application/octet-stream", "text/plain", "application/x-www-form-urlencoded", None]
)
@pytest.mark.parametrize("content", [b"a=b&c=d", b"", b"\x00\xff"])
def test_a_body_that_is_no_multipart_form_is_the_file_itself(client, declared, content):
    answer = client.post("/api/upload", data=content, content_type=declared)

    assert answer.status_code == 201
    assert answer.json["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_raw_body_is_called_paste_or_stdin(client):
    assert client.post("/api/upload", data=b"text").json["filename"] == "paste.txt"
    assert client.post("/api/upload", data=b"\x00\xff").json["filename"] == "stdin.bin"


@pytest.mark.parametrize(
    ("query", "header", "filename"),
    [
        ("?filename=a.py", None, "a.py"),
        ("", 'attachment; filename="b.py"', "b.py"),
        ("", "attachment; filename*=UTF-8''gr%C3%BC%C3%9Fe.py", "grüße.py"),
        ("?filename=a.py", 'attachment; filename="b.py"', "a.py"),
    ],
)
def test_a_raw_body_takes_its_name_from_the_query_or_content_disposition(client, query, header, filename):
    headers = {"Content-Disposition": header} if header else {}

    assert client.post(f"/api/upload{query}", data=b"x", headers=headers).json["filename"] == filename


def test_a_raw_body_takes_its_fields_from_the_query(client):
    told = client.post("/api/upload?limit=2&expire=1h&name=N&private=1", data=b"x").json

    assert (told["limit"], told["name"], told["isPrivate"]) == (2, "N", True)


def test_the_headers_expire_and_filename_are_taken_too(client):
    told = client.post("/api/upload", data=b"x", headers={"expire": "10min", "filename": "x.rs"}).json

    assert told["filename"] == "x.rs"
    assert told["expires"]


@pytest.mark.parametrize("size", [0, 1, 300_000])
def test_a_body_of_unknown_length_is_taken_whole(client, size):
    content = bytes(size)
    answer = client.post("/api/upload", input_stream=io.BytesIO(content), **unknown_length())

    assert answer.json["sha256"] == hashlib.sha256(content).hexdigest()


# ---- names that people and attackers invent


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.txt", "x.txt"),
        ("a" * 10_000 + ".txt", "a" * 251 + ".txt"),
        ("\u202egpj.exe", "gpj.exe"),
        ("-", "paste.txt"),
        ("..", "paste.txt"),
        ("Ω≈ç√∫.txt", "Ω≈ç√∫.txt"),
        ("<script>alert(1)</script>.txt", "script>.txt"),
    ],
)
def test_a_name_is_kept_without_what_is_dangerous_in_it(client, sent, kept):
    told = client.post("/api/upload", data=b"x", query_string={"filename": sent}).json

    assert told["filename"] == kept


@pytest.mark.parametrize(
    "sent", ["a\r\nSet-Cookie: x=1", "a\x00b", "\u2028", 'quo"te', "ünï", "%0d%0a", "'; DROP TABLE", "\\"]
)
def test_no_name_gets_into_a_header_as_anything_but_a_name(client, sent):
    told = client.post("/api/upload", data=b"x", query_string={"filename": sent}).json
    answer = client.get(f"/{told['uuid']}")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert client.get(path_of(told["urls"]["full"])).data == b"x"


# ---- bodies that lie or break off


def test_a_raw_body_that_is_cut_short_is_refused_and_nothing_is_kept(app, client):
    answer = client.post("/api/upload", input_stream=StreamedBody(declared=5 * MIB, ends_at=3 * MIB))

    assert answer.status_code == 400
    assert stored(app) == []
    assert open_spools(app) == 0


def test_a_form_that_is_cut_short_is_refused_and_nothing_is_kept(app, client):
    whole = body(file(b"first"), file(bytes(MIB)))
    answer = client.post(
        "/api/upload",
        input_stream=StreamedBody(whole, declared=len(whole), ends_at=len(whole) // 2),
        content_type=content_type(),
    )

    assert answer.status_code == 400
    assert stored(app) == []
    assert open_spools(app) == 0


def test_a_form_that_has_no_end_is_refused_and_nothing_is_kept(app, client):
    whole = body(file(b"first"), file(b"second"))[:-10]
    answer = client.post("/api/upload", data=whole, content_type=content_type())

    assert answer.status_code == 400
    assert answer.json["code"] == "INVALID_FIELDS_ERROR"
    assert stored(app) == []
    assert open_spools(app) == 0


@pytest.mark.parametrize("declared", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_without_a_boundary_is_refused(client, declared):
    assert client.post("/api/upload", data=b"x", content_type=declared).status_code == 400


@pytest.mark.parametrize("kind", ["application/octet-stream", content_type()])
def test_a_declared_length_over_the_bound_is_refused_before_the_body(make_app, kind):
    client = make_app(MAX_FILE_SIZE=MIB, ANONYMOUS_MAX_FILE_SIZE=MIB).test_client()

    answer = client.post("/api/upload", input_stream=UnreadableBody(declared=3 * MIB), content_type=kind)

    assert answer.status_code == 413
    assert answer.json["code"] == "BODY_TOO_LARGE_ERROR"
    assert answer.json["limit"] == MIB


def test_a_form_may_be_a_mebibyte_longer_than_its_files(make_app):
    client = make_app(MAX_FILE_SIZE=100).test_client()

    answer = client.post("/api/upload", **multipart(field("x", "y" * 5000), file(bytes(100))))

    assert answer.status_code == 201


def test_the_files_of_one_request_are_bounded_together(make_app):
    app = make_app(MAX_FILE_SIZE=100)

    answer = app.test_client().post("/api/upload", **multipart(file(bytes(60)), file(bytes(60))))

    assert answer.status_code == 413
    assert stored(app) == []
    assert open_spools(app) == 0


@pytest.mark.parametrize("form", [True, False])
def test_a_body_of_unknown_length_is_refused_when_it_passes_the_bound(make_app, form):
    app = make_app(MAX_FILE_SIZE=2 * MIB)
    endless = StreamedBody(file(b"").removesuffix(b"\r\n") if form else b"")
    answer = app.test_client().post(
        "/api/upload", input_stream=endless, content_type=content_type() if form else "text/plain", **unknown_length()
    )

    assert answer.status_code == 413
    assert endless.taken < 4 * MIB
    assert stored(app) == []
    assert open_spools(app) == 0


@pytest.mark.parametrize("beginning", [b"preamble ", body(file(b"x"))], ids=["before the form", "after its end"])
def test_what_surrounds_a_form_is_bounded_too(make_app, beginning):
    endless = StreamedBody(beginning)
    answer = (
        make_app(MAX_FILE_SIZE=MIB)
        .test_client()
        .post("/api/upload", input_stream=endless, content_type=content_type(), **unknown_length())
    )

    assert answer.status_code in (400, 413)
    assert endless.taken < 4 * MIB


def test_nobody_may_send_less_than_somebody(make_app):
    app = make_app(MAX_FILE_SIZE=2 * MIB, ANONYMOUS_MAX_FILE_SIZE=MIB)
    from pastebin.services import accounts, keys

    with app.app_context():
        key = keys.issue(accounts.create("ann", "correct horse battery")).secret
    big = bytes(MIB + 1)

    assert app.test_client().post("/api/upload", data=big).status_code == 413
    assert app.test_client().post("/api/upload", **multipart(file(big))).status_code == 413
    assert stored(app) == []
    assert app.test_client().post("/api/upload", data=big, headers=bearer(key)).status_code == 201
    assert app.test_client().post("/api/upload", **multipart(field("key", key), file(big))).status_code == 201


def test_a_full_disk_is_told_and_nothing_is_kept(make_app):
    app = make_app(STORAGE_RESERVE=1 << 60)

    for sent in ({"data": b"x"}, multipart(file(b"x"))):
        answer = app.test_client().post("/api/upload", **sent)
        assert answer.status_code == 507
        assert answer.json["code"] == "STORAGE_FULL_ERROR"
    assert stored(app) == []


# ---- refusals before the body


def test_a_key_without_the_scope_is_refused_before_the_body_is_read(client, make_key):
    endless_body = StreamedBody()
    reader_key = make_key("ann", Scope.FILE_READ)

    answer = client.post("/api/upload", input_stream=endless_body, headers=bearer(reader_key))

    assert answer.status_code == 403
    assert answer.json["code"] == "INSUFFICIENT_PERMISSIONS_ERROR"
    assert endless_body.taken == 0


def test_a_key_that_does_not_stand_is_refused_before_the_body_is_read(client):
    answer = client.post("/api/upload", input_stream=UnreadableBody(), headers=bearer("pb_wrong"))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def open_spools(app: Flask) -> int:
    """Nameless files that the application's store still holds open."""
    spools = f"{app.extensions['pastebin.store'].folder().resolve()}/spool/"
    open_now = (Path("/proc/self/fd") / number for number in os.listdir("/proc/self/fd"))
    return sum(os.readlink(each).startswith(spools) for each in open_now if each.is_symlink())
