"""Kill switches on the wire: who may turn them, and what each of them refuses."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from pastebin.services import keys, switches
from pastebin.services.actor import Scope
from pastebin.services.switches import Switch
from tests.bodies import UnreadableBody
from tests.browsing import log_in
from tests.conftest import PASSWORD, bearer
from tests.forms import upload


@pytest.fixture
def staff(app: Flask, make_user):
    return log_in(app, make_user("root", is_staff=True))


@pytest.fixture
def turn(app: Flask):
    """Turn a switch on, as the command line does."""

    def turn(switch: Switch, *, is_on: bool = True) -> None:
        with app.app_context():
            switches.turn(None, switch, is_on=is_on)

    return turn


def refused(answer) -> bool:
    return answer.status_code == 503 and answer.json["code"] == "SERVICE_UNAVAILABLE_ERROR"


def test_staff_see_and_turn_them(client, staff):
    listed = staff.client.get("/api/killswitches").json
    assert listed["count"] == 6
    assert [(each["id"], each["state"]) for each in listed["items"]] == [(n, False) for n in (0, 4, 5, 6, 7, 8)]

    turned = staff.client.put("/api/killswitches/5", headers=staff.csrf, data=b"ignored").json
    assert {"id": 5, "name": "FILE_CREATE", "state": True} in turned["items"]
    answer = client.post("/api/upload", data=b"x")
    assert refused(answer)
    assert answer.json["feature"] == 5

    turned = staff.client.delete("/api/killswitches/5", headers=staff.csrf).json
    assert {"id": 5, "name": "FILE_CREATE", "state": False} in turned["items"]
    assert client.post("/api/upload", data=b"x").status_code == 201


def test_nobody_else_does(app, client, make_user, make_key, staff):
    ann = log_in(app, make_user("ann"))
    with app.app_context():
        from pastebin.services import accounts

        staff_key = keys.issue(accounts.find("root"), scopes=[*Scope]).secret
    for method, path in (("GET", ""), ("PUT", "/5"), ("DELETE", "/5")):
        ask = {"method": method, "path": f"/api/killswitches{path}"}
        assert client.open(**ask).status_code == 401
        assert ann.client.open(**ask, headers=ann.csrf).status_code == 403
        for key in (make_key("bob"), staff_key):
            assert client.open(**ask, headers=bearer(key)).status_code == 403
    assert staff.client.put("/api/killswitches/5").status_code == 403  # without the CSRF token
    assert staff.client.put("/api/killswitches/1", headers=staff.csrf).status_code == 404


WAYS_IN = [
    ("POST", "/", "multipart"), ("POST", "/upload", "multipart"), ("POST", "/api/upload", "multipart"),
    ("POST", "/api/upload", "raw"), ("PUT", "/", "raw"), ("PUT", "/x", "raw"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "kind"), WAYS_IN)
def test_while_uploading_is_off_nothing_comes_in_and_no_body_is_read(app, client, make_key, turn, method, path, kind):
    key = make_key()
    turn(Switch.FILE_CREATE)
    mimetype = "multipart/form-data; boundary=x" if kind == "multipart" else "application/octet-stream"
    for headers in ({}, bearer(key)):
        answer = client.open(
            path, method=method, headers={**headers, "Content-Type": mimetype}, input_stream=UnreadableBody()
        )
        assert answer.status_code == 503
    assert client.get("/").status_code == 200


def test_staff_upload_all_the_same(app, client, staff, turn):
    turn(Switch.FILE_CREATE)

    form = {"file": (io.BytesIO(b"x"), "x.txt")}
    assert staff.client.post("/api/upload", data=form, headers=staff.csrf).status_code == 201


def test_while_deleting_is_off_nothing_is_deleted_by_owner_or_token(app, client, make_key, turn):
    key = make_key()
    told = upload(client, headers=bearer(key))
    token = told["deletion_url"].rpartition("/")[2]
    turn(Switch.FILE_DELETE)

    for headers in (bearer(key), {"X-Delete-Token": token}):
        assert refused(client.delete(f"/{told['uuid']}", headers=headers))
    assert client.get(f"/delete/{told['uuid']}/{token}").status_code == 200
    assert client.post(f"/delete/{told['uuid']}/{token}").status_code == 503
    assert client.get(f"/{told['uuid']}").status_code == 200


def test_while_making_accounts_is_off_there_is_not_even_the_form(client, turn):
    turn(Switch.ACCOUNT_CREATE)

    assert client.get("/register").status_code == 503
    assert client.post("/register", data={"username": "eve", "password": PASSWORD}).status_code == 503


def test_while_logging_in_is_off_staff_log_in_and_others_are_told_once_they_gave_their_password(app, make_user, turn):
    make_user("ann")
    make_user("root", is_staff=True)
    turn(Switch.ACCOUNT_LOGIN)

    def answer(name: str, password: str) -> int:
        return app.test_client().post("/login", data={"username": name, "password": password}).status_code

    assert answer("ann", "wrong password") == 401
    assert answer("nobody", PASSWORD) == 401
    assert answer("ann", PASSWORD) == 503
    assert answer("root", PASSWORD) == 303


def test_with_everything_off_there_are_health_static_files_and_a_login_for_staff(app, client, make_user, staff, turn):
    ann = log_in(app, make_user("ann"))
    told = upload(client)
    assert client.get(f"/{told['hash']}").status_code == client.get(f"/{told['hash']}").status_code == 200
    turn(Switch.GLOBAL)

    for path in ("/", f"/{told['hash']}", f"/{told['uuid']}", f"/view/{told['hash']}", "/api", "/api/keys", "/nothing"):
        for visitor in (client, ann.client):
            assert visitor.get(path).status_code == 503, path
    assert client.get("/api/x").json["feature"] == 8
    assert client.get("/login").status_code == client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == client.get("/static/style.css").status_code == 200
    assert staff.client.get("/").status_code == staff.client.get(f"/{told['hash']}").status_code == 200
    assert staff.client.delete("/api/killswitches/8", headers=staff.csrf).status_code == 200
    assert client.get(f"/{told['hash']}").data == b"hello\n"


def test_a_browser_is_shown_a_page(client, turn):
    turn(Switch.GLOBAL)

    answer = client.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "Everything on this server is switched off" in answer.text
