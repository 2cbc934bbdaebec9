"""Whatever changes what a UUID answers is seen by the very next request, though the lane replayed it until then."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from pastebin.extensions import store
from pastebin.services import accounts, closing, fsck, keys, switches, takedowns
from pastebin.services.actor import Scope
from pastebin.services.switches import Switch
from tests.browsing import Browser, log_in
from tests.conftest import PASSWORD, bearer
from tests.forms import upload

MINE = "/api/users/me/files"


@pytest.fixture
def ann(app: Flask, make_user: Callable[..., Any]) -> Browser:
    return log_in(app, make_user("ann"))


@pytest.fixture
def staff(app: Flask, make_user: Callable[..., Any]) -> dict[str, str]:
    """A key of staff with all scopes."""
    root = make_user("root", is_staff=True)
    with app.app_context():
        return bearer(str(keys.issue(root, scopes=[*Scope]).secret))


@pytest.fixture
def read(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Read a file as nobody by its UUID; *replayed*: it must be the lane that answers, else the test shows nothing."""
    lane: Any = app.wsgi_app
    behind = lane._application
    reached: list[str] = []

    def noting(environ: Any, start_response: Any) -> Any:
        reached.append(environ["PATH_INFO"])
        return behind(environ, start_response)

    monkeypatch.setattr(lane, "_application", noting)

    def read(told: dict[str, Any], tail: str = "", *, replayed: bool = False) -> Any:
        reached.clear()
        answer = client.get(f"/{told['uuid']}{tail}")
        assert replayed is (reached == [])
        return answer

    return read


@pytest.fixture
def told(ann: Browser, read: Callable[..., Any]) -> dict[str, Any]:
    """A public file of Ann's that the lane replays."""
    made = upload(ann.client, b'{"a": 1}\n', "a.txt", headers=ann.csrf)
    assert read(made).status_code == 200
    assert read(made, replayed=True).mimetype == "text/plain"
    return made


def change(ann: Browser, told: dict[str, Any], **changes: object) -> None:
    answer = ann.client.patch(f"{MINE}/{told['uuid']}", json=changes, headers=ann.csrf)
    assert answer.status_code == 200, answer.text


# ---- changes by its owner


def test_another_extension(ann, told, read):
    change(ann, told, extension="zip")

    answer = read(told)
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a.zip"'


def test_another_extension_given_by_staff(app, ann, told, staff, read):
    with app.app_context():
        uid = accounts.find("ann").id
    path = f"/api/users/{uid}/files/{told['uuid']}/extension"
    assert app.test_client().put(path, json={"extension": "zip"}, headers=staff).status_code == 200

    assert read(told).mimetype == "application/zip"


def test_another_file_name(ann, told, read):
    change(ann, told, filename="b.txt")

    assert read(told).headers["Content-Disposition"] == 'inline; filename="b.txt"'


def test_another_file_name_given_on_its_page(ann, told, read):
    form = {"filename": "b.txt", "extension": "txt", "private": "0", "csrf_token": next(iter(ann.csrf.values()))}
    assert ann.client.post(f"/files/{told['uuid']}", data=form).status_code == 200

    assert read(told).headers["Content-Disposition"] == 'inline; filename="b.txt"'


@pytest.mark.parametrize("private", ["1", "owner"])
def test_it_becomes_private(ann, told, read, private):
    change(ann, told, private=private)

    assert read(told).status_code == 404
    assert read(told).status_code == 404


def test_its_thumbnail_becomes_private_with_it(ann, read):
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "PNG")
    image = upload(ann.client, out.getvalue(), "a.png", headers=ann.csrf)
    before = [read(image, "/thumb").status_code, read(image, "/thumb", replayed=True).status_code]

    change(ann, image, private="1")

    assert before == [200, 200]
    assert read(image, "/thumb").status_code == 404


def test_it_becomes_public_again(ann, told, read):
    change(ann, told, private="1")
    change(ann, told, private="0")

    assert read(told).status_code == 200
    assert read(told, replayed=True).status_code == 200


def test_it_gets_a_limit(ann, told, read):
    change(ann, told, limit=2)

    answers = [read(told) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 404]
    assert answers[0].headers["Cache-Control"] == "private, no-store"


def test_its_expiry_comes_nearer_and_is_kept_to_the_second(ann, told, read):
    """Unlike by hash the answer says nothing of an age, and so is replayed to the last."""
    change(ann, told, expire="1s")
    before = [read(told).status_code, read(told, replayed=True).status_code]

    time.sleep(1)

    assert before == [200, 200]
    assert read(told).status_code == 404


# ---- its end


def test_it_is_deleted_with_its_token(client, told, read):
    token = {"X-Delete-Token": told["deletion_url"].rsplit("/", 1)[1]}
    assert client.delete(f"/{told['uuid']}", headers=token).status_code == 204

    assert read(told).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{MINE}/{{}}", None),
        (MINE, {"ids": ["{}"]}),
        (f"{MINE}/all", {"password": PASSWORD}),
        ("/{}", None),
        ("/api/users/me", {"password": PASSWORD}),
    ],
)
def test_its_owner_deletes_it(ann, told, read, path, body):
    named = {**body, "ids": [told["uuid"]]} if body and "ids" in body else body
    assert ann.client.delete(path.format(told["uuid"]), json=named, headers=ann.csrf).status_code in (200, 204)

    assert read(told).status_code == 404


def test_staff_delete_it(app, told, staff, read):
    assert app.test_client().delete("/api/files", json={"ids": [told["uuid"]]}, headers=staff).status_code == 200

    assert read(told).status_code == 404


def test_its_owners_account_is_closed(app, told, read):
    with app.app_context():
        closing.close(None, accounts.find("ann").id)

    assert read(told).status_code == 404


def test_it_is_taken_down(app, told, read):
    with app.app_context():
        takedowns.make(None, told["sha256"], "no")

    assert read(told).status_code == 451


def test_its_bytes_were_lost_and_that_is_mended(app, ann, read):
    large = upload(ann.client, bytes(40_000), "large.bin", headers=ann.csrf)
    assert [read(large).status_code, read(large, replayed=True).status_code] == [200, 200]
    with app.app_context():
        store.remove(large["sha256"])
        fsck.check(repair=True)

    assert read(large).status_code == 404


def test_everything_is_switched_off_and_on_again(app, told, read):
    with app.app_context():
        switches.turn(None, Switch.GLOBAL, is_on=True)
    while_off = read(told)
    with app.app_context():
        switches.turn(None, Switch.GLOBAL, is_on=False)

    assert while_off.status_code == 503
    assert read(told).status_code == 200
