"""The image host as its documentation tells it: log in, upload, list, look, hide, show, delete (seed 001)."""

from __future__ import annotations

import base64
import io

from tests.conftest import PASSWORD, bearer
from tests.forms import file, multipart, path_of

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


def test_a_page_with_the_cookie_and_its_csrf_token(app, client, make_user):
    make_user("ann")
    visitor = app.test_client()

    login = client.post("/api/login", json={"username": "ann", "password": PASSWORD})
    csrf = {"X-CSRF-Token": login.json["csrf_token"]}
    made = client.post("/api/upload", headers=csrf, **multipart(file(GIF, "dot.gif"))).json
    uuid = made["uuid"]

    listed = client.get("/api/list").json
    assert [image["id"] for image in listed["images"]] == [f"{uuid}.gif"]
    assert client.get(f"/api/images/{uuid}").json == listed["images"][0]
    assert client.get(f"/api/proxy/{uuid}.gif").data == GIF
    assert visitor.get(f"/{uuid}.gif").data == GIF

    csrf = {"X-CSRF-Token": client.post("/api/refresh").json["csrf_token"]}
    hidden = client.post(
        f"/api/privacy/{uuid}", headers=csrf, json={"isPrivate": True, "password": "correct horse"}
    ).json
    key = base64.b64encode(b"correct horse").decode()
    assert (hidden["success"], hidden["isPrivate"], hidden["privateKey"]) == (True, True, "correct horse")
    assert visitor.get(f"/{uuid}.gif").status_code == 404
    assert visitor.get(f"/{uuid}.gif", query_string={"key": key}).data == GIF
    assert visitor.get(path_of(hidden["url"])).data == GIF
    assert client.get("/api/list").json["images"][0]["privateKey"] == "correct horse"
    assert client.get(f"/api/proxy/{uuid}.gif").data == GIF

    shown = client.post(f"/api/privacy/{uuid}", headers=csrf, json={"isPrivate": False}).json
    assert (shown["success"], shown["isPrivate"], "privateKey" in shown) == (True, False, False)
    assert visitor.get(f"/{uuid}.gif").data == GIF

    deleted = client.delete(f"/api/delete/{uuid}", headers=csrf)
    assert deleted.status_code == 200
    assert deleted.json == {"status": True, "success": True, "message": "Image deleted successfully"}
    assert client.get("/api/list").json == {"images": []}
    assert visitor.get(f"/{uuid}.gif").status_code == client.delete(f"/api/delete/{uuid}", headers=csrf).status_code
    assert client.post("/api/logout", headers=csrf).status_code == 200
    assert client.get("/api/list").status_code == 401


def test_a_program_with_the_token_of_its_login(app, client, make_user):
    make_user("ann")
    login = app.test_client().post("/api/login", data={"username": "ann", "password": PASSWORD}).json
    headers = bearer(login["token"])

    uuid = client.post("/api/upload", headers=headers, **multipart(file(GIF, "dot.gif", "img"))).json["uuid"]

    assert client.post(f"/api/privacy/{uuid}.gif", headers=headers, data={"isPrivate": "true"}).json["isPrivate"]
    assert client.get(f"/api/images/{uuid}.gif", headers=headers).json["isPrivate"]
    assert client.delete(f"/api/delete/{uuid}.gif", headers=headers).json["success"]


def test_a_screenshot_tool_that_sends_its_key_as_a_field_finds_its_image_in_the_list(client, make_key):
    key = make_key("ann")
    made = client.post("/api/upload", data={"key": key, "img": (io.BytesIO(GIF), "shot.gif")}).json

    listed = client.get("/api/list", headers=bearer(key)).json["images"]

    assert [image["uuid"] for image in listed] == [made["uuid"]]


def test_what_is_no_image_is_managed_all_the_same_but_not_listed(client, ann):
    uuid = client.post("/api/upload?filename=notes.txt", data=b"a text", headers=ann).json["uuid"]

    assert client.get("/api/list", headers=ann).json == {"images": []}
    assert client.get(f"/api/images/{uuid}", headers=ann).json["filename"] == "notes.txt"
    assert client.get(f"/api/proxy/{uuid}", headers=ann).data == b"a text"
    assert client.post(f"/api/privacy/{uuid}", headers=ann, json={"isPrivate": True}).json["isPrivate"]
    assert client.delete(f"/api/delete/{uuid}", headers=ann).status_code == 200
    assert client.get(f"/{uuid}", headers=ann).status_code == 404
