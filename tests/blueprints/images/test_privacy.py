"""`POST /api/privacy/ID`: who may read an image, and by which key."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pastebin.services.secrets import encode_key
from tests.forms import field, multipart, path_of

PASSWORD = "twelve or more"


@pytest.fixture
def told(upload_image, ann):
    return upload_image(ann)


@pytest.fixture
def hide(client, ann, told):
    """Set the privacy of ann's image."""
    return lambda **how: client.post(f"/api/privacy/{told['id']}", headers=ann, **how)


def test_a_password_that_is_given_is_the_key_and_stands_in_the_link(client, told, hide):
    answer = hide(json={"isPrivate": True, "password": PASSWORD})

    assert answer.status_code == 200
    assert (answer.json["success"], answer.json["isPrivate"], answer.json["privateKey"]) == (True, True, PASSWORD)
    assert answer.json["url"] == f"http://localhost/{told['uuid']}.gif?key={encode_key(PASSWORD)}"
    assert client.get(path_of(answer.json["url"])).data == client.get(path_of(answer.json["full_link"])).data != b""
    assert client.get(f"/{told['uuid']}").status_code == 404


@pytest.mark.parametrize("body", [{"isPrivate": True}, {"isPrivate": True, "password": None}])
def test_without_one_the_server_makes_one(client, hide, body):
    made = hide(json=body).json

    assert len(made["privateKey"]) >= 22
    assert client.get(path_of(made["url"])).status_code == 200


def test_asked_again_without_one_the_key_stays(hide):
    first = hide(json={"isPrivate": True, "password": PASSWORD}).json

    assert hide(json={"isPrivate": True}).json["url"] == first["url"]


def test_another_password_takes_its_place_at_once_in_every_worker(make_app, client, hide):
    first = hide(json={"isPrivate": True, "password": PASSWORD}).json["url"]
    readers = [client, make_app().test_client()]
    for reader in readers:
        assert [reader.get(path_of(first)).status_code for _ in range(2)] == [200, 200]

    second = hide(json={"isPrivate": True, "password": f"another, {PASSWORD}"}).json["url"]

    assert [reader.get(path_of(first)).status_code for reader in readers] == [404, 404]
    assert [reader.get(path_of(second)).status_code for reader in readers] == [200, 200]


def test_what_was_public_a_moment_ago_is_gone_at_once_in_every_worker_by_every_address(make_app, client, told, hide):
    readers = [client, make_app().test_client()]
    paths = [f"/{told['hash']}", f"/{told['hash']}.gif", f"/{told['uuid']}", f"/{told['uuid']}.gif"]
    for reader in readers:
        assert [reader.get(path).status_code for path in paths * 2] == [200] * 8

    hide(json={"isPrivate": True})

    assert [reader.get(path).status_code for reader in readers for path in paths] == [404] * 8


def test_made_public_again_it_has_no_key_and_its_hash_leads_to_it(client, told, hide):
    hide(json={"isPrivate": True, "password": PASSWORD})

    answer = hide(json={"isPrivate": False}).json

    assert "privateKey" not in answer
    assert answer["url"] == told["url"]
    assert client.get(path_of(told["url"])).status_code == 200


def test_what_its_owner_alone_could_read_gets_a_key(client, upload_image, ann):
    told = upload_image(ann, private="owner")

    made = client.post(f"/api/privacy/{told['id']}", headers=ann, json={"isPrivate": True}).json

    assert client.get(path_of(made["url"])).status_code == 200


@pytest.mark.parametrize("word", ["true", "1", "on", "TRUE"])
def test_a_form_does_as_well(client, hide, word):
    made = hide(data={"isPrivate": word, "password": PASSWORD}).json

    assert (made["isPrivate"], made["privateKey"]) == (True, PASSWORD)
    assert hide(data={"isPrivate": "0"}).json["isPrivate"] is False


def test_a_multipart_form_too(hide):
    assert hide(**multipart(field("isPrivate", "true"))).json["isPrivate"]


def test_a_password_that_was_left_empty_in_a_form_is_none(hide):
    assert len(hide(data={"isPrivate": "true", "password": ""}).json["privateKey"]) >= 22


@pytest.mark.parametrize(
    ("how", "code", "fields"),
    [
        ({"json": {}}, "MISSING_FIELDS_ERROR", ["isPrivate"]),
        ({"data": b""}, "MISSING_FIELDS_ERROR", ["isPrivate"]),
        ({"json": {"password": PASSWORD}}, "MISSING_FIELDS_ERROR", ["isPrivate"]),
        ({"json": {"isPrivate": None}}, "MISSING_FIELDS_ERROR", ["isPrivate"]),
        ({"data": {"password": PASSWORD}}, "MISSING_FIELDS_ERROR", ["isPrivate"]),
        *[({"json": {"isPrivate": value}}, "INVALID_FIELDS_ERROR", ["isPrivate"]) for value in (1, 0, "true", [], {})],
        *[({"data": {"isPrivate": text}}, "INVALID_FIELDS_ERROR", ["isPrivate"]) for text in ("", "yes", "2", "null")],
        *[
            ({"json": {"isPrivate": True, "password": value}}, "INVALID_FIELDS_ERROR", ["password"])
            for value in (5, True, ["x" * 12], "", "x" * 11, "x" * 65, "x" * 12 + "\0", "x" * 12 + "\ud800")
        ],
        ({"json": {"isPrivate": False, "password": "short"}}, "INVALID_FIELDS_ERROR", ["password"]),
        ({"data": {"isPrivate": "1", "password": "short"}}, "INVALID_FIELDS_ERROR", ["password"]),
        *[({"data": body}, "INVALID_FIELDS_ERROR", []) for body in (b"[]", b"{", b"5", b"true", b"[" * 100_000)],
    ],
)
def test_what_cannot_be_used_is_named_and_changes_nothing(client, told, hide, how, code, fields):
    answer = hide(**how)

    assert (answer.status_code, answer.json["code"], answer.json["fields"]) == (400, code, fields)
    assert client.get(f"/{told['uuid']}").status_code == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=12, max_size=64))
def test_any_text_of_12_to_64_characters_opens_it_as_it_stands(client, hide, password):
    made = hide(json={"isPrivate": True, "password": password}).json

    assert made["privateKey"] == password
    assert client.get(path_of(made["url"])).status_code == 200


def test_wrong_passwords_are_counted_as_wrong_keys_are(client, told, hide):
    right = path_of(hide(json={"isPrivate": True, "password": PASSWORD}).json["url"])
    for number in range(20):
        assert client.get(f"/{told['uuid']}.gif?key={encode_key(f'guess number {number}')}").status_code == 404

    assert client.get(right).status_code == 404
    assert client.get(right, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_a_private_image_answers_others_byte_for_byte_as_one_that_is_not_there(client, told, bob, ann, hide):
    hide(json={"isPrivate": True, "password": PASSWORD})
    nothing, no_hash = "0b7a4a3c-5a0e-4c5e-9d64-1f5d3b9f0c11", "f" * 16
    forms = [
        "/{}", "/{}/", "/{}.gif", "/{}.webp", "/{}/dot.gif", "/{}/md5", "/{}/thumb", "/view/{}", "/{}?scale=50",
        "/{}?key=", "/{}.gif?key=wrong", f"/{{}}.gif?key={encode_key('not the right one')}", f"/{{}}?key={PASSWORD}",
        f"/view/{{}}?key={encode_key('not the right one')}",
    ]  # fmt: skip
    for there, not_there in ((told["uuid"], nothing), (told["hash"], no_hash)):
        for form in forms:
            for headers in ({}, bob, {"Accept": "text/html"}, {"If-None-Match": "*"}, {"Range": "bytes=0-1"}):
                for method in ("GET", "HEAD"):
                    asked = {"method": method, "headers": headers}
                    one, other = (client.open(form.format(each), **asked) for each in (there, not_there))
                    assert one.status_code == 404, form
                    assert (one.data, str(one.headers)) == (other.data, str(other.headers)), (form, headers, method)
    assert client.get(f"/{told['uuid']}", headers=ann).status_code == 200
