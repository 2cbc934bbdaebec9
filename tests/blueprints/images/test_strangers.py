"""Two accounts: what is the one's is to the other as if it did not exist, down to the byte."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import update

from pastebin.extensions import now, transaction
from pastebin.models import FileRow
from pastebin.services import takedowns

ASKED = [
    ("GET", "/api/images/{}", {}),
    ("HEAD", "/api/images/{}", {}),
    ("GET", "/api/proxy/{}", {}),
    ("HEAD", "/api/proxy/{}", {}),
    ("GET", "/api/proxy/{}?scale=50", {}),
    ("DELETE", "/api/delete/{}", {}),
    ("POST", "/api/privacy/{}", {"json": {"isPrivate": True}}),
    ("POST", "/api/privacy/{}", {"json": {"isPrivate": False, "password": "twelve or more"}}),
    ("POST", "/api/privacy/{}", {"json": {"isPrivate": True, "password": "short"}}),
    ("POST", "/api/privacy/{}", {"json": {"isPrivate": "nonsense"}}),
    ("POST", "/api/privacy/{}", {"data": {"isPrivate": "true"}}),
]
_COUNTED = {"Date", "RateLimit-Remaining", "RateLimit-Reset"}


def told(answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer, but for what counts the requests before it."""
    return answer.status_code, [each for each in answer.headers if each[0] not in _COUNTED], answer.data


@pytest.mark.parametrize(
    "fields", [{}, {"private": "1"}, {"private": "owner"}, {"limit": "1"}, {"expire": "7d"}], ids=str
)
def test_somebody_elses_image_is_answered_as_one_that_does_not_exist(client, ann, bob, upload_image, fields):
    anns = upload_image(ann, **fields)
    nothing = str(uuid.uuid4())
    for method, path, body in ASKED:
        for end in ("", ".gif", ".png"):
            theirs = client.open(path.format(anns["uuid"] + end), method=method, headers=bob, **body)
            none = client.open(path.format(nothing + end), method=method, headers=bob, **body)

            assert theirs.status_code in (400, 404)
            assert told(theirs) == told(none), (method, path, end)
            assert list(theirs.headers.keys()) == list(none.headers.keys())

    kept = client.get(f"/api/images/{anns['uuid']}", headers=ann).json
    assert (kept["isPrivate"], kept.get("privateKey")) == (anns["isPrivate"], anns.get("privateKey"))


def test_nor_is_it_in_the_others_list(client, ann, bob, upload_image):
    anns, bobs = upload_image(ann)["uuid"], upload_image(bob)["uuid"]
    upload_image()  # nobody's

    for headers, own in ((ann, anns), (bob, bobs)):
        assert [image["uuid"] for image in client.get("/api/list", headers=headers).json["images"]] == [own]


def test_one_content_of_both_is_hidden_and_deleted_by_each_for_themselves(client, ann, bob):
    pixels = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    anns, bobs = (
        client.post("/api/upload?filename=dot.gif", headers=headers, data=pixels).json for headers in (ann, bob)
    )

    client.post(f"/api/privacy/{anns['uuid']}", headers=ann, json={"isPrivate": True})
    assert client.get(f"/{anns['hash']}").data == pixels
    client.delete(f"/api/delete/{bobs['uuid']}", headers=bob)

    assert client.get(f"/{anns['hash']}").status_code == 404
    assert client.get(f"/api/proxy/{anns['uuid']}", headers=ann).data == pixels
    assert client.get("/api/list", headers=bob).json == {"images": []}


@pytest.mark.parametrize("how", ["deleted", "expired", "taken down"])
def test_an_own_image_that_is_no_more_is_answered_so_too(app, client, ann, upload_image, how):
    gone = upload_image(ann)
    if how == "deleted":
        client.delete(f"/api/delete/{gone['uuid']}", headers=ann)
    elif how == "expired":
        with app.app_context(), transaction() as connection:
            connection.execute(update(FileRow).where(FileRow.id == gone["uuid"]).values(expires_at=now()))
    else:
        with app.app_context():
            takedowns.make(None, gone["sha256"], "x")

    for method, path, body in ASKED:
        own = client.open(path.format(gone["uuid"]), method=method, headers=ann, **body)
        none = client.open(path.format(uuid.uuid4()), method=method, headers=ann, **body)
        assert told(own) == told(none), (method, path)


@pytest.mark.parametrize(
    "text", ["x", "..", "0" * 16, "0" * 64, "%00", "%ff", "ü", "0b7a4a3c-5a0e-1c5e-9d64-1f5d3b9f0c11"]
)
def test_what_is_no_id_is_answered_so_too(client, ann, text):
    for method, path, body in ASKED:
        if body.get("json", {}).get("isPrivate") != "nonsense":
            assert client.open(path.format(text), method=method, headers=ann, **body).status_code in (404, 400)
