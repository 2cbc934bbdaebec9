"""`GET /api/list` and `GET /api/images/ID`: one's own images, all of them, as they are."""

from __future__ import annotations

import io
import uuid

import pytest
from sqlalchemy import update

from pastebin.extensions import now, transaction
from pastebin.models import FileRow
from pastebin.services import switches
from pastebin.services.switches import Switch
from tests.forms import upload

LIST = "/api/list"


def listed(client, headers) -> list[str]:
    return [image["uuid"] for image in client.get(LIST, headers=headers).json["images"]]


def test_all_images_are_listed_newest_first_however_many(client, ann):
    made = []
    for part in range(3):  # more than are read at once, and not a multiple of that
        several = [(io.BytesIO(b"GIF89a\0%d" % number), "dot.gif") for number in range(part * 43, part * 43 + 43)]
        made += [each["uuid"] for each in client.post("/api/upload", headers=ann, data={"file": several}).json["files"]]

    assert listed(client, ann) == made[::-1]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100])
def test_a_list_is_whole_at_the_ends_of_what_is_read_at_once(client, ann, count):
    several = [(io.BytesIO(b"GIF89a\0%d" % number), "dot.gif") for number in range(count)]
    if several:
        client.post("/api/upload", headers=ann, data={"file": several})

    assert len(client.get(LIST, headers=ann).json["images"]) == count


def test_an_image_is_told_of_as_at_its_upload_but_for_what_is_told_once(client, ann, upload_image):
    for fields in ({}, {"private": "1"}, {"private": "owner"}, {"limit": "3", "name": "Straße"}, {"expire": "7d"}):
        told = upload_image(ann, **fields)
        del told["deletion_url"]

        assert client.get(LIST, headers=ann).json["images"][0] == told
        assert client.get(f"/api/images/{told['uuid']}", headers=ann).json == told
        assert client.get(f"/api/images/{told['id']}", headers=ann).json == told


def test_it_is_json_that_nobody_keeps(client, ann, upload_image):
    upload_image(ann)

    answer = client.get(LIST, headers=ann)

    assert answer.content_type == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "RateLimit-Remaining" in answer.headers


def test_head_says_the_same_without_a_body(client, ann, upload_image):
    upload_image(ann)
    whole, head = client.get(LIST, headers=ann), client.head(LIST, headers=ann)

    counted = ("RateLimit-Remaining", "RateLimit-Reset")
    assert (head.status_code, head.data) == (200, b"")
    assert [each for each in head.headers if each[0] not in counted] == [
        each for each in whole.headers if each[0] not in counted
    ]


def test_what_counts_is_the_type_svg_too_whatever_the_content(client, ann, upload_image):
    svg = upload(client, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", headers=ann)["uuid"]
    upload(client, b"text", "a.txt", headers=ann)
    upload(client, b"%PDF-1.7\n", "a.pdf", headers=ann)
    image, renamed = upload_image(ann)["uuid"], upload_image(ann)["uuid"]
    client.put(f"/api/users/me/files/{renamed}/extension", headers=ann, json={"extension": "bin"})

    assert listed(client, ann) == [image, svg]


def test_what_has_expired_is_deleted_or_used_up_is_not_in_it(app, client, ann, upload_image):
    expired, deleted, used_up, here = (upload_image(ann, limit="1")["uuid"] for _ in range(4))
    with app.app_context(), transaction() as connection:
        connection.execute(update(FileRow).where(FileRow.id == expired).values(expires_at=now()))
    client.delete(f"/api/delete/{deleted}", headers=ann)
    client.get(f"/{used_up}")

    assert listed(client, ann) == [here]
    for gone in (expired, deleted, used_up):
        assert client.get(f"/api/images/{gone}", headers=ann).status_code == 404


def test_an_id_has_the_files_own_extension_or_none_whatever_the_letter_case(client, ann, upload_image):
    told = upload_image(ann)

    def status(file_id: str) -> int:
        return client.get(f"/api/images/{file_id}", headers=ann).status_code

    for right in (told["uuid"], told["id"], told["uuid"].upper(), told["id"].upper()):
        assert status(right) == 200
    for wrong in (f"{told['uuid']}.png", f"{told['uuid']}.", f"{told['id']}.gz", told["hash"], told["sha256"], "x"):
        assert status(wrong) == 404


def test_after_another_extension_the_former_id_is_none(client, ann, upload_image):
    told = upload_image(ann)
    new = client.put(f"/api/users/me/files/{told['id']}/extension", headers=ann, json={"extension": "png"}).json["id"]

    assert client.get(f"/api/images/{told['id']}", headers=ann).status_code == 404
    assert client.delete(f"/api/delete/{told['id']}", headers=ann).status_code == 404
    assert client.delete(f"/api/delete/{new}", headers=ann).status_code == 200


def test_what_goes_wrong_before_the_first_byte_is_answered_like_every_error(app, client, ann):
    with app.app_context():
        switches.turn(None, Switch.GLOBAL, is_on=True)

    assert client.get(LIST, headers=ann).json["feature"] == 8
    assert client.get(f"/api/images/{uuid.uuid4()}", headers=ann).status_code == 503
