"""Takedowns: a content goes for good, and its links say so, but for what was private of it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from pastebin.services import accounts, audit, files, keys, takedowns, upkeep
from pastebin.services.actor import Scope
from tests.conftest import PASSWORD, bearer
from tests.contents import stored
from tests.forms import upload

BAD = b"what must not be here\n"
DIGEST = hashlib.sha256(BAD).hexdigest()


@pytest.fixture
def ann(make_key) -> dict[str, str]:
    return bearer(make_key("ann"))


@pytest.fixture
def staff(app: Flask) -> dict[str, str]:
    with app.app_context():
        user = accounts.create("root", PASSWORD, is_staff=True)
        return bearer(str(keys.issue(user, scopes=[*Scope]).secret))


def take_down(client, staff, digest=DIGEST, reason="A court said so."):
    return client.post("/api/takedowns", headers=staff, json={"digest": digest, "reason": reason})


def test_every_file_of_a_content_goes_whoevers_it_is(app, client, ann, staff):
    public, owned = upload(client, BAD), upload(client, BAD, headers=ann)
    other = upload(client, b"something else")

    answer = take_down(client, staff)

    assert answer.status_code == 201
    assert answer.json["digest"] == DIGEST
    assert answer.json["count"] == 2
    for reference in (public["hash"], DIGEST, public["uuid"], owned["uuid"]):
        for path in (f"/{reference}", f"/{reference}.txt", f"/{reference}/a-name", f"/view/{reference}"):
            refused = client.get(path)
            assert refused.status_code == 451
            assert refused.json["code"] == "CONTENT_REMOVED_ERROR"
            assert refused.json["reason"] == "A court said so."
            assert refused.headers["Cache-Control"] == "no-store"
    assert client.get(f"/{public['uuid']}/md5").status_code == 451
    assert client.get("/api/users/me/files", headers=ann).json["count"] == 0
    assert client.get("/api/users/me", headers=ann).json["usedBytes"] == 0
    assert client.get(f"/{other['hash']}").status_code == 200


def test_what_was_private_is_simply_not_there(client, ann, staff):
    by_key = upload(client, BAD, headers=ann, private="1")
    by_owner = upload(client, BAD, headers=ann, private="owner")

    assert take_down(client, staff).json["count"] == 2

    for reference in (by_key["uuid"], by_owner["uuid"], DIGEST, DIGEST[:16]):
        assert client.get(f"/{reference}").status_code == 404
        assert client.get(f"/{reference}", headers=ann).status_code == 404
    assert client.get(by_key["url"].removeprefix("http://localhost")).status_code == 404


def test_a_limited_file_is_told_of_by_its_uuid_alone(client, staff):
    limited = upload(client, BAD, limit="3")

    take_down(client, staff)

    assert client.get(f"/{limited['uuid']}").status_code == 451
    assert client.get(f"/{DIGEST}").status_code == 404


def test_what_had_been_deleted_before_stays_not_found(client, ann, staff):
    gone = upload(client, BAD, headers=ann)
    client.delete(f"/{gone['uuid']}", headers=ann)

    assert take_down(client, staff).json["count"] == 0

    assert client.get(f"/{gone['uuid']}").status_code == 404
    assert client.get(f"/{DIGEST}").status_code == 404


@pytest.mark.parametrize("private", ["0", "1"])
def test_it_cannot_be_uploaded_again(client, ann, staff, private):
    take_down(client, staff)

    answer = client.post("/api/upload", headers=ann, data=BAD, query_string={"private": private})

    assert answer.status_code == 451
    assert "A court said so." in answer.json["message"]
    assert client.get("/api/users/me/files", headers=ann).json["count"] == 0
    line = client.put("/bad.txt", data=BAD)
    assert (line.status_code, line.text.count("\n")) == (451, 1)
    script = client.post("/", data={"text": BAD.decode(), "api": "1"})
    assert script.text.startswith("ERROR This content was taken down")


@pytest.mark.parametrize("content", [BAD, BAD * 1000], ids=["staged", "in the store"])
def test_its_bytes_go_with_the_next_sweep(app, client, staff, content):
    upload(client, content)

    take_down(client, staff, hashlib.sha256(content).hexdigest())
    client.post("/api/upload", data=content)
    with app.app_context():
        upkeep.sweep()

    assert stored(app) == []


def test_lifting_lets_it_be_uploaded_again_and_brings_nothing_back(client, staff):
    old = upload(client, BAD)
    take_down(client, staff)

    assert client.delete(f"/api/takedowns/{DIGEST.upper()}", headers=staff).status_code == 200

    assert client.get(f"/{old['uuid']}").status_code == 404
    assert upload(client, BAD)["hash"] == old["hash"]
    assert client.get(f"/{old['hash']}").status_code == 200
    assert client.delete(f"/api/takedowns/{DIGEST}", headers=staff).json["code"] == "INVALID_TAKEDOWN_ERROR"


def test_a_second_takedown_forgets_nothing(client, staff):
    upload(client, BAD)
    take_down(client, staff)

    again = take_down(client, staff, reason="Another reason.")

    assert (again.status_code, again.json["count"]) == (201, 0)
    assert client.get(f"/{DIGEST}").json["reason"] == "Another reason."
    listed = client.get("/api/takedowns", headers=staff).json
    assert listed["count"] == 1
    assert listed["items"][0]["digest"] == DIGEST


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": "x"}, "digest"), ({"digest": DIGEST}, "reason"), ({"digest": DIGEST[:16], "reason": "x"}, "digest"),
        ({"digest": "g" * 64, "reason": "x"}, "digest"), ({"digest": DIGEST, "reason": " "}, "reason"),
        ({"digest": DIGEST, "reason": "x" * 1001}, "reason"), ({"digest": DIGEST, "reason": "a\nb"}, "reason"),
        ({"digest": 5, "reason": "x"}, "digest"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_down(client, staff, body, field):
    answer = client.post("/api/takedowns", headers=staff, json=body)

    assert answer.status_code == 400
    assert answer.json["fields"] == [field]


def test_it_is_in_the_audit_log(app, client, staff):
    upload(client, BAD)
    take_down(client, staff)
    client.delete(f"/api/takedowns/{DIGEST}", headers=staff)

    with app.app_context():
        _count, acts = audit.listing()
    assert [(act.act, act.actor_name, act.facts["digest"]) for act in acts] == [
        ("lift takedown", "root", DIGEST), ("takedown", "root", DIGEST),
    ]  # fmt: skip
    assert acts[1].facts["count"] == 1


@pytest.mark.parametrize("round_", range(5))
def test_no_upload_slips_by_at_the_same_moment(app, client, staff, round_):
    content = b"%d" % round_ * 3
    digest = hashlib.sha256(content).hexdigest()

    def try_upload(_number: int) -> int:
        return int(app.test_client().post("/api/upload", data=content).status_code)

    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(try_upload, number) for number in range(8)]
        taken_down = pool.submit(take_down, app.test_client(), staff, digest)
        tries += [pool.submit(try_upload, number) for number in range(16)]
        statuses = {future.result() for future in tries}

    assert taken_down.result().status_code == 201
    assert statuses <= {201, 451}
    assert client.get(f"/{digest}").status_code in (404, 451)
    assert client.get("/api/files", headers=staff).json["count"] == 0


def test_what_was_cut_off_is_finished_by_the_sweep(app, client, staff, monkeypatch):
    told = [upload(client, BAD) for _ in range(5)]
    monkeypatch.setattr(files, "_BATCH", 2)
    remove = takedowns.remove_within

    def cut_off(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, app.app_context(), pytest.raises(KeyboardInterrupt):
        patched.setattr(takedowns, "remove_within", cut_off)
        takedowns.make(None, DIGEST, "x")
    assert client.post("/api/upload", data=BAD).status_code == 451
    assert client.get(f"/{told[0]['uuid']}").status_code == 200
    assert remove is takedowns.remove_within
    with app.app_context():
        upkeep.sweep()

    assert {client.get(f"/{each['uuid']}").status_code for each in told} == {451}
    assert client.get(f"/{DIGEST}").status_code == 451
    assert stored(app) == []
