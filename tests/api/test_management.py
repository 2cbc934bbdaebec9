"""The management API: one's own files, and for staff anybody's."""

from __future__ import annotations

import io
import os

import pytest
from flask import Flask

from pastebin.extensions import db, transaction
from pastebin.models import FileRow
from pastebin.services import accounts, audit, files, keys
from pastebin.services.actor import Scope
from tests.browsing import log_in
from tests.conftest import PASSWORD, bearer
from tests.forms import upload

MINE = "/api/users/me/files"
NOTHING = "0b7a4a3c-5a0e-4c5e-9d64-1f5d3b9f0c11"


@pytest.fixture
def ann(make_key) -> dict[str, str]:
    return bearer(make_key("ann"))


@pytest.fixture
def bob(make_key) -> dict[str, str]:
    return bearer(make_key("bob"))


@pytest.fixture
def staff(app: Flask, make_user) -> dict[str, str]:
    """A key of staff with all scopes."""
    root = make_user("root", is_staff=True)
    with app.app_context():
        return bearer(keys.issue(root, scopes=[*Scope]).secret)


def uid_of(app: Flask, name: str) -> str:
    with app.app_context():
        return str(accounts.find(name).id)


# ---- listing


def test_own_files_are_listed_newest_first_with_all_that_a_file_is(client, ann, bob):
    told = [upload(client, b"%d" % number, f"{number}.txt", headers=ann) for number in range(3)]
    upload(client, headers=bob)
    upload(client)

    listed = client.get(MINE, headers=ann).json

    assert listed["count"] == 3
    assert [file["id"] for file in listed["items"]] == [each["id"] for each in reversed(told)]
    file = listed["items"][-1]
    assert file["userID"] == client.get("/api/users/me", headers=ann).json["uid"]
    assert file["createdAt"] == file["updatedAt"] == file["uploadedAt"] == told[0]["uploadedAt"]
    assert file["name"] is None
    assert "deletion_url" not in file
    assert {name: file[name] for name in file if name in told[0]} == {n: told[0][n] for n in file if n in told[0]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [4, 3, 2, 1, 0]), ("?limit=2", [4, 3]), ("?limit=2&offset=1", [3, 2]), ("?limit=0", []),
        ("?offset=4", [0]),
        ("?limit=51", [4, 3, 2, 1, 0]), ("?limit=-1", [4, 3, 2, 1, 0]), ("?limit=x&offset=y", [4, 3, 2, 1, 0]),
        ("?limit=" + "9" * 40, [4, 3, 2, 1, 0]), ("?offset=-3", [4, 3, 2, 1, 0]), ("?offset=99", []),
        ("?uid=me&other=1", [4, 3, 2, 1, 0]), ("?sort=created", [0, 1, 2, 3, 4]), ("?sort=-size", [4, 3, 2, 1, 0]),
        ("?sort=size&limit=1", [0]), ("?sort=nonsense", [4, 3, 2, 1, 0]), ("?q=FILE-3", [3]), ("?q=%25", []),
        ("?type=text", [4, 3, 2, 1, 0]), ("?type=text/plain", [4, 3, 2, 1, 0]), ("?type=image", []),
        ("?q=file&limit=1", [4]),
    ],
)  # fmt: skip
def test_parts_of_a_list(client, ann, query, expected):
    told = [upload(client, b"x" * (number + 1), f"file-{number}.txt", headers=ann) for number in range(5)]

    listed = client.get(MINE + query, headers=ann).json

    assert [file["id"] for file in listed["items"]] == [told[number]["id"] for number in expected]
    assert listed["count"] == (
        5 if "q=" not in query and "image" not in query else 5 if "q=file" in query else len(expected)
    )


def test_a_file_is_searched_by_its_names_its_address_and_its_uuid(client, ann):
    told = upload(client, b"unlike the others", "Report_1%.txt", headers=ann)
    client.put(f"{MINE}/{told['id']}/name", headers=ann, json={"name": "Yearly"})
    for number in range(60):
        upload(client, b"%d" % number, f"other-{number}.txt", headers=ann)

    def found(query: str) -> tuple[int, list[str]]:
        listed = client.get(MINE, headers=ann, query_string=query).json
        return listed["count"], [file["id"] for file in listed["items"]]

    inside = (told["hash"][4:12], told["hash"].upper(), told["uuid"][:13].upper(), told["uuid"])
    for text in ("report_1%25", "REPORT", "yEARLY", "_1%25.t", *inside):
        assert found(f"q={text}") == (1, [told["id"]])
    assert found(f"q={told['sha256'][20:40]}") == found("q=rep_rt") == found("q=%25%25") == (0, [])
    assert found("q=report&offset=1") == (1, [])
    for query in ("q=other", "q=other&sort=size", "q=OTHER-&sort=-name&type=text"):
        first, second = found(query), found(f"{query}&offset=50")
        assert (first[0], len(first[1]), second[0], len(second[1])) == (60, 50, 60, 10)
        assert len({*first[1], *second[1]}) == 60


def test_files_of_one_form_keep_their_order(client, ann):
    names = [f"{number}.txt" for number in range(40)]
    client.post("/api/upload", headers=ann, data={"file": [(io.BytesIO(b"same"), name) for name in names]})

    listed = client.get(MINE, headers=ann).json["items"]

    assert [file["filename"] for file in listed] == names[::-1]


def test_what_has_expired_is_not_in_the_list(app, client, ann):
    upload(client, headers=ann, expire="1h")
    with app.app_context(), transaction() as connection:
        from sqlalchemy import update

        from pastebin.extensions import now

        connection.execute(update(FileRow).values(expires_at=now()))

    assert client.get(MINE, headers=ann).json == {"count": 0, "items": []}


def test_staff_list_a_users_files_and_everybodys(app, client, ann, bob, staff):
    upload(client, b"1", headers=ann)
    upload(client, b"2", headers=bob)
    nobodys = upload(client, b"3")

    assert client.get(f"/api/users/{uid_of(app, 'ann')}/files", headers=staff).json["count"] == 1
    listed = client.get("/api/files", headers=staff).json
    assert listed["count"] == 3
    assert listed["items"][0]["id"] == nobodys["id"]
    assert listed["items"][0]["userID"] is None


@pytest.mark.parametrize("uid", ["999", "0", "-1", "x", "1" * 30, "١"])
def test_a_user_that_is_not_there(client, staff, uid):
    answer = client.get(f"/api/users/{uid}/files", headers=staff)

    assert (answer.status_code, answer.json["code"]) == (404, "INVALID_USER_ERROR")


# ---- one file


def test_a_file_is_found_by_id_uuid_and_hash(client, ann):
    told = upload(client, headers=ann)

    for reference in (told["id"], told["uuid"], told["uuid"].upper(), told["hash"], told["sha256"]):
        assert client.get(f"{MINE}/{reference}", headers=ann).json["id"] == told["id"]


@pytest.mark.parametrize("reference", [NOTHING, f"{NOTHING}.txt", "0" * 64, "nonsense", "x.y", "%00", "..", "all"])
def test_what_is_not_there_is_not_found(client, ann, reference):
    upload(client, headers=ann)
    answer = client.get(f"{MINE}/{reference}", headers=ann)

    assert answer.status_code == 404
    assert answer.json["code"] in ("INVALID_FILE_ERROR", "INVALID_ENDPOINT_ERROR")


def test_somebody_elses_is_not_found_whatever_is_asked(app, client, ann, bob):
    told = upload(client, headers=bob)

    for method, path, body in (
        ("GET", "", None), ("DELETE", "", None), ("PUT", "/name", {"name": "x"}), ("DELETE", "/name", None),
        ("PUT", "/extension", {"extension": "md"}), ("PATCH", "", {"name": "x"}),
    ):  # fmt: skip
        for reference in (told["id"], told["hash"]):
            answer = client.open(f"{MINE}/{reference}{path}", method=method, headers=ann, json=body)
            assert (answer.status_code, answer.json["code"]) == (404, "INVALID_FILE_ERROR")
    assert client.delete(MINE, headers=ann, json={"ids": [told["id"]]}).status_code == 404
    assert client.get(f"/{told['uuid']}").status_code == 200


def test_a_hash_of_several_is_ambiguous_and_names_them(client, ann):
    first, second = upload(client, headers=ann), upload(client, headers=ann)

    answer = client.get(f"{MINE}/{first['hash']}", headers=ann)

    assert (answer.status_code, answer.json["code"]) == (409, "AMBIGUOUS_FILE_ERROR")
    assert sorted(answer.json["ids"]) == sorted([first["id"], second["id"]])


def test_a_private_key_is_its_owners_to_see_and_never_staffs(app, client, ann, staff):
    told = upload(client, headers=ann, private="1")

    own = client.get(f"{MINE}/{told['id']}", headers=ann).json
    assert own["privateKey"] == told["privateKey"]
    assert "?key=" in own["url"]
    for path in (f"/api/files/{told['id']}", f"/api/users/{uid_of(app, 'ann')}/files/{told['id']}"):
        seen = client.get(path, headers=staff)
        assert seen.json["isPrivate"] is True
        assert "privateKey" not in seen.json
        assert told["privateKey"] not in seen.text
        assert "key=" not in seen.text


# ---- names and extensions


def test_a_display_name_is_given_and_removed(client, ann):
    told = upload(client, headers=ann)
    url = f"{MINE}/{told['id']}/name"

    named = client.put(url, headers=ann, json={"name": "  My file  "})
    assert (named.status_code, named.json["name"]) == (200, "My file")
    assert named.json["updatedAt"] >= named.json["createdAt"]
    assert client.delete(url, headers=ann).json["name"] is None
    assert client.delete(url, headers=ann).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MISSING_FIELDS_ERROR"), ({"name": None}, "MISSING_FIELDS_ERROR"), ({"name": 5}, "INVALID_FIELDS_ERROR"),
        ({"name": ""}, "INVALID_FIELDS_ERROR"), ({"name": "  "}, "INVALID_FIELDS_ERROR"),
        ({"name": "x" * 256}, "INVALID_FIELDS_ERROR"), ({"name": "a\nb"}, "INVALID_FIELDS_ERROR"),
        ({"name": "a\u0000b"}, "INVALID_FIELDS_ERROR"), ({"name": ["x"]}, "INVALID_FIELDS_ERROR"),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be(client, ann, body, code):
    told = upload(client, headers=ann)

    answer = client.put(f"{MINE}/{told['id']}/name", headers=ann, json=body)

    assert (answer.status_code, answer.json["code"], answer.json["fields"]) == (400, code, ["name"])


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object(client, ann, body):
    told = upload(client, headers=ann)

    assert client.put(f"{MINE}/{told['id']}/name", headers=ann, data=body).status_code == 400


def test_half_a_character_is_no_name(client, ann):
    told = upload(client, headers=ann)

    answer = client.put(f"{MINE}/{told['id']}/name", headers=ann, data=b'{"name": "\\ud800"}')
    assert answer.status_code == 400


def test_a_new_extension_changes_id_and_type_and_old_links_keep_working(client, ann, caplog):
    told = upload(client, b"# Title\n", "notes.txt", headers=ann)

    with caplog.at_level("INFO"):
        answer = client.put(f"{MINE}/{told['id']}/extension", headers=ann, json={"extension": ".MD"})

    assert answer.status_code == 200
    assert (answer.json["id"], answer.json["extension"]) == (f"{told['uuid']}.md", "md")
    assert (answer.json["type"], answer.json["filename"]) == ("text/markdown", "notes.md")
    assert "changed from txt to md" in caplog.text
    assert client.get(f"{MINE}/{told['id']}", headers=ann).status_code == 404
    assert client.get(f"{MINE}/{told['uuid']}.md", headers=ann).status_code == 200
    for path in (f"/{told['id']}", f"/{told['hash']}.txt", f"/{told['uuid']}.md"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("extension", ["", ".", "a b", "x" * 17, "é", "../x", "a.b", "p/g", "tar.gz.x"])
def test_an_extension_that_cannot_be(client, ann, extension):
    told = upload(client, headers=ann)

    answer = client.put(f"{MINE}/{told['id']}/extension", headers=ann, json={"extension": extension})
    assert (answer.status_code, answer.json["fields"]) == (400, ["extension"])


def test_what_could_run_in_a_browser_does_not_by_another_extension(client, ann):
    told = upload(client, b"<script>alert(1)</script>", "x.txt", headers=ann)

    client.put(f"{MINE}/{told['id']}/extension", headers=ann, json={"extension": "html"})
    answer = client.get(f"/{told['uuid']}")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


# ---- PATCH


def test_several_things_are_changed_at_once(client, ann):
    told = upload(client, b"hello\n", "hello.txt", headers=ann)
    body = {"name": "N", "filename": "../other.log", "extension": "md", "expire": "7d", "limit": 3, "private": True}

    file = client.patch(f"{MINE}/{told['id']}", headers=ann, json=body).json

    assert (file["name"], file["filename"], file["extension"]) == ("N", "other.log", "md")
    assert (file["limit"], file["isPrivate"]) == (3, True)
    assert file["expires"] > told["uploadedAt"]
    assert file["hash"] == told["uuid"]
    assert file["privateKey"] in file["url"] or "?key=" in file["url"]
    assert client.get(f"/{told['hash']}").status_code == client.get(f"/{told['uuid']}").status_code == 404
    back = {"name": None, "expire": None, "limit": None, "private": False}
    file = client.patch(f"{MINE}/{told['uuid']}", headers=ann, json=back).json
    assert (file["name"], file["expires"], file["limit"], file["isPrivate"]) == (None, None, None, False)
    assert client.get(f"/{told['hash']}").data == b"hello\n"


def test_a_whole_number_may_be_written_as_any_json_number(client, ann):
    told = upload(client, headers=ann)

    body = b'{"limit": 705.0, "expire": 864e2}'
    answer = client.patch(f"{MINE}/{told['id']}", headers={**ann, "Content-Type": "application/json"}, data=body)

    assert (answer.status_code, answer.json["limit"]) == (200, 705)


def test_what_becomes_private_is_gone_at_once_also_where_it_was_just_read(app, client, make_app, ann):
    told = upload(client, headers=ann)
    other = make_app().test_client()
    for reader in (client, other):
        assert [reader.get(f"/{told['hash']}").status_code for _ in range(3)] == [200] * 3

    client.patch(f"{MINE}/{told['id']}", headers=ann, json={"private": "owner"})

    assert [reader.get(f"/{told['hash']}").status_code for reader in (client, other)] == [404, 404]
    assert client.get(f"/{told['uuid']}", headers=ann).status_code == 200


def test_a_key_stays_what_it_was_and_a_new_one_is_made_where_there_was_none(client, ann):
    told = upload(client, headers=ann, private="1")
    change = {"headers": ann, "path": f"{MINE}/{told['uuid']}", "method": "PATCH"}

    assert client.open(**change, json={"private": "1"}).json["privateKey"] == told["privateKey"]
    assert "privateKey" not in client.open(**change, json={"private": "owner"}).json
    assert client.open(**change, json={"private": True}).json["privateKey"] != told["privateKey"]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"other": 1}, {"limit": 0}, {"limit": -1}, {"limit": True}, {"limit": "3"}, {"limit": 1.5},
        {"limit": 2**40},
        {"expire": True}, {"expire": []}, {"expire": "nonsense"}, {"expire": 0}, {"private": 2}, {"private": None},
        {"private": "yes"}, {"filename": ""}, {"filename": "-"}, {"filename": None}, {"extension": None},
        {"name": 1},
    ],
)  # fmt: skip
def test_changes_that_cannot_be_change_nothing(client, ann, body):
    told = upload(client, headers=ann)
    before = client.get(f"{MINE}/{told['id']}", headers=ann).json

    answer = client.patch(f"{MINE}/{told['id']}", headers=ann, json={**body})
    assert answer.status_code == 400
    assert set(answer.json["fields"]) <= set(body)
    assert client.get(f"{MINE}/{told['id']}", headers=ann).json == before


def test_one_wrong_field_keeps_all_from_changing(client, ann):
    told = upload(client, headers=ann)

    assert client.patch(f"{MINE}/{told['id']}", headers=ann, json={"name": "x", "limit": 0}).status_code == 400
    assert client.get(f"{MINE}/{told['id']}", headers=ann).json["name"] is None


def test_a_limit_below_what_was_downloaded_is_refused(client, ann):
    told = upload(client, headers=ann, limit="5")
    for _ in range(2):
        client.get(f"/{told['uuid']}")

    assert client.patch(f"{MINE}/{told['uuid']}", headers=ann, json={"limit": 2}).status_code == 400
    assert client.patch(f"{MINE}/{told['uuid']}", headers=ann, json={"limit": 3}).status_code == 200
    assert [client.get(f"/{told['uuid']}").status_code for _ in range(2)] == [200, 404]


# ---- deleting


def test_one_is_deleted(client, ann):
    told = upload(client, headers=ann)

    answer = client.delete(f"{MINE}/{told['id']}", headers=ann)

    assert answer.json == {"code": "DELETE_FILE_SUCCESS", "message": "File Successfully Deleted"}
    assert client.get(f"/{told['uuid']}").status_code == 404
    assert client.delete(f"{MINE}/{told['id']}", headers=ann).status_code == 404


def test_several_are_deleted_and_unknown_ones_passed_over(client, ann, bob):
    told = [upload(client, b"%d" % number, headers=ann) for number in range(3)]
    other = upload(client, b"other", headers=bob)
    ids = [
        told[0]["id"],
        told[1]["hash"],
        told[1]["uuid"],
        NOTHING,
        "nonsense",
        "",
        other["id"],
        f"{told[2]['uuid']}.png",
    ]

    answer = client.delete(MINE, headers=ann, json={"ids": ids})

    assert answer.json == {"code": "DELETE_FILES_SUCCESS", "message": "Files Successfully Deleted", "count": 2}
    assert [client.get(f"/{each['uuid']}").status_code for each in (*told, other)] == [404, 404, 200, 200]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"ids": []}, 400), ({"ids": "x"}, 400), ({"ids": [1]}, 400), ({"ids": None}, 400), ([], 400),
        ({"ids": [NOTHING] * 50}, 404), ({"ids": [NOTHING] * 51}, 413),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be(client, ann, body, status):
    assert client.delete(MINE, headers=ann, json=body).status_code == status


def test_all_are_deleted_by_session_and_password(app, client, make_user, ann, bob):
    with app.app_context():
        user = accounts.find("ann")
    told = [upload(client, b"%d" % number, headers=ann) for number in range(3)]
    other = upload(client, b"0", headers=bob)
    browser = log_in(app, user)

    def ask(body: object) -> tuple[int, str]:
        answer = browser.client.delete(f"{MINE}/all", headers=browser.csrf, json=body)
        return answer.status_code, answer.json["code"]

    assert client.delete(f"{MINE}/all", headers=ann, json={"password": PASSWORD}).status_code == 403
    assert ask({}) == (400, "MISSING_FIELDS_ERROR")
    assert ask({"password": "wrong password"}) == (401, "INVALID_PASSWORD_ERROR")
    answer = browser.client.delete(f"{MINE}/all", headers=browser.csrf, json={"password": PASSWORD})
    assert answer.json == {"code": "DELETE_FILES_SUCCESS", "message": "Files Successfully Deleted", "count": 3}
    assert [client.get(f"/{each['uuid']}").status_code for each in (*told, other)] == [404, 404, 404, 200]
    assert ask({"password": PASSWORD})[0] == 429


def test_more_than_a_batch_is_deleted(app, client, ann, make_user, monkeypatch):
    monkeypatch.setattr(files, "_BATCH", 2)
    with app.app_context():
        browser = log_in(app, accounts.find("ann"))
    for number in range(5):
        upload(client, b"%d" % number, headers=ann)

    answer = browser.client.delete(f"{MINE}/all", headers=browser.csrf, json={"password": PASSWORD})
    assert answer.json["count"] == 5


# ---- staff


def test_staff_change_and_delete_anybodys_files_and_it_is_written_down(app, client, ann, staff):
    told = [upload(client, b"%d" % number, headers=ann) for number in range(6)]
    nobodys = upload(client, b"nobody's")
    theirs = f"/api/users/{uid_of(app, 'ann')}/files"

    assert client.put(f"{theirs}/{told[0]['id']}/name", headers=staff, json={"name": "x"}).json["name"] == "x"
    assert client.delete(f"{theirs}/{told[0]['id']}/name", headers=staff).json["name"] is None
    changed = client.put(f"{theirs}/{told[0]['id']}/extension", headers=staff, json={"extension": "md"})
    assert changed.json["extension"] == "md"
    assert client.delete(f"{theirs}/{told[1]['id']}", headers=staff).status_code == 200
    assert client.delete(theirs, headers=staff, json={"ids": [told[2]["id"], nobodys["id"]]}).json["count"] == 1
    assert client.delete("/api/files", headers=staff, json={"ids": [told[3]["id"], nobodys["id"]]}).json["count"] == 2
    with app.app_context():
        browser = log_in(app, accounts.find("root"))
    everything = browser.client.delete(f"{theirs}/all", headers=browser.csrf, json={"password": PASSWORD})
    assert everything.json["count"] == 3

    with app.app_context():
        count, acts = audit.listing()
    assert count == 7
    assert {act.actor_name for act in acts} == {"root"}
    assert [act.act for act in acts] == ["delete"] * 4 + ["change"] * 3
    assert acts[-1].facts == {"owner": int(uid_of(app, "ann")), "uuid": told[0]["uuid"], "fields": ["name"]}


def test_what_owners_do_is_not_in_the_audit_log(app, client, ann):
    told = upload(client, headers=ann)
    client.put(f"{MINE}/{told['id']}/name", headers=ann, json={"name": "x"})
    client.delete(f"{MINE}/{told['id']}", headers=ann)

    with app.app_context():
        assert audit.listing()[0] == 0


def test_who_is_no_longer_staff_is_none_at_the_next_request(app, client, staff):
    assert client.get("/api/files", headers=staff).status_code == 200
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE users SET is_staff = 0")

    assert client.get("/api/files", headers=staff).status_code == 403


# ---- rates


def test_names_have_a_limit_of_their_own_and_what_was_in_vain_counts(client, ann):
    told = upload(client, headers=ann)
    url = f"{MINE}/{told['id']}/name"
    statuses = [client.put(url, headers=ann, json={"name": "x"} if n % 2 else {}).status_code for n in range(21)]

    assert statuses == [400, 200] * 10 + [429]
    assert client.delete(url, headers=ann).headers["RateLimit-Remaining"] == "19"
    answer = client.put(f"{MINE}/{told['id']}/extension", headers=ann, json={"extension": "md"})
    assert answer.headers["RateLimit-Limit"] == "20"


def test_of_bulk_deletions_those_in_vain_do_not_count(client, ann):
    told = upload(client, headers=ann)
    for body in ({}, {"ids": [NOTHING]}, {"ids": [NOTHING] * 51}):
        client.delete(MINE, headers=ann, json=body)

    answer = client.delete(MINE, headers=ann, json={"ids": [told["id"]]})
    assert (answer.status_code, answer.headers["RateLimit-Remaining"]) == (200, "19")


def test_staff_have_no_such_limits(app, client, ann, staff):
    told = upload(client, os.urandom(8), headers=ann)
    url = f"/api/users/{uid_of(app, 'ann')}/files/{told['id']}/name"

    assert {client.put(url, headers=staff, json={"name": "x"}).status_code for _ in range(25)} == {200}
