"""Deleting: by the owner, or by whoever has the token; never somebody else's."""

from __future__ import annotations

import uuid

import pytest

from pastebin.services.actor import Scope
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import upload


def token_of(told) -> dict[str, str]:
    return {"X-Delete-Token": told["deletion_url"].rpartition("/")[2]}


@pytest.mark.parametrize("tail", ["", "/", ".txt"])
def test_the_owner_deletes_by_uuid(client, make_key, tail):
    key = bearer(make_key())
    told = upload(client, headers=key)

    answer = client.delete(f"/{told['uuid']}{tail}", headers=key)

    assert (answer.status_code, answer.data) == (204, b"")
    assert client.get(f"/{told['uuid']}").status_code == 404
    assert client.get(f"/{told['hash']}").status_code == 404
    assert client.delete(f"/{told['uuid']}", headers=key).status_code == 404


@pytest.mark.parametrize("digits", [16, 20, 64])
def test_the_owner_deletes_by_hash(client, make_key, digits):
    key = bearer(make_key())
    told = upload(client, headers=key)

    assert client.delete(f"/{told['sha256'][:digits]}", headers=key).status_code == 204
    assert client.get(f"/{told['uuid']}").status_code == 404


def test_a_hash_with_which_the_owner_has_several_files_is_409_naming_them(client, make_key):
    key = bearer(make_key())
    told = [upload(client, headers=key), upload(client, headers=key, private="1")]

    answer = client.delete(f"/{told[0]['hash']}", headers=key)

    assert answer.status_code == 409
    assert answer.json["code"] == "AMBIGUOUS_FILE_ERROR"
    assert sorted(answer.json["ids"]) == sorted(each["id"] for each in told)
    assert client.get(f"/{told[0]['uuid']}").status_code == 200


def test_deleting_by_hash_removes_the_callers_own_file_alone(client, make_key):
    ann, bob = bearer(make_key("ann")), bearer(make_key("bob"))
    anns, bobs, nobodys = upload(client, headers=ann), upload(client, headers=bob), upload(client)

    assert client.delete(f"/{anns['hash']}", headers=ann).status_code == 204

    assert client.get(f"/{anns['uuid']}").status_code == 404
    assert client.get(f"/{bobs['uuid']}").status_code == 200
    assert client.get(f"/{nobodys['uuid']}").status_code == 200
    assert client.get(f"/{anns['hash']}").status_code == 200


def test_somebody_elses_and_nobodys_files_are_not_there_to_be_deleted(client, make_key):
    ann, bob = bearer(make_key("ann")), bearer(make_key("bob"))
    anns, nobodys = upload(client, headers=ann), upload(client)

    for address in (anns["uuid"], anns["hash"], nobodys["uuid"], nobodys["hash"], uuid.uuid4(), "0" * 64, "nonsense"):
        answer = client.delete(f"/{address}", headers=bob)
        assert answer.status_code == 404, address
        assert answer.json["error"] == "not_found"
    assert client.get(f"/{anns['uuid']}").status_code == 200


def test_nobody_without_a_token_is_401_whatever_the_address(client, make_key):
    told = upload(client, headers=bearer(make_key()))

    for address in (told["uuid"], told["hash"], f"{told['uuid']}.txt", uuid.uuid4(), "0" * 64, "nonsense"):
        answer = client.delete(f"/{address}")
        assert answer.status_code == 401, address
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_token_deletes_from_a_script(client, make_key):
    for headers in ({}, bearer(make_key())):
        told = upload(client, headers=headers)

        assert client.delete(f"/{told['uuid']}", headers=token_of(told)).status_code == 204
        assert client.get(f"/{told['uuid']}").status_code == 404


@pytest.mark.parametrize("token", ["wrong", "", "é", "x" * 10_000])
def test_a_wrong_token_is_404(client, token):
    told = upload(client)

    assert client.delete(f"/{told['uuid']}", headers={"X-Delete-Token": token}).status_code == 404
    assert client.delete(f"/{uuid.uuid4()}", headers={"X-Delete-Token": token}).status_code == 404
    assert client.get(f"/{told['uuid']}").status_code == 200


def test_the_token_of_one_file_does_not_delete_another(client):
    first, second = upload(client), upload(client)

    assert client.delete(f"/{second['uuid']}", headers=token_of(first)).status_code == 404
    assert client.delete(f"/{first['hash']}", headers=token_of(first)).status_code == 404


def test_a_key_without_the_scope_deletes_nothing(client, make_key):
    told = upload(client, headers=bearer(make_key("ann")))

    answer = client.delete(f"/{told['uuid']}", headers=bearer(make_key("ann", Scope.UPLOAD_FILE, Scope.FILE_READ)))

    assert answer.status_code == 403
    assert client.get(f"/{told['uuid']}").status_code == 200


def test_a_browser_deletes_with_its_csrf_token_alone(app, client, make_user):
    browser = log_in(app, make_user())
    told = upload(browser.client, headers=browser.csrf)

    assert browser.client.delete(f"/{told['uuid']}").status_code == 403
    assert browser.client.delete(f"/{told['uuid']}", headers=browser.csrf).status_code == 204


def test_an_expired_file_cannot_be_deleted_any_more(client, expire_now, make_key):
    key = bearer(make_key())
    told = upload(client, headers=key)
    expire_now(told["uuid"])

    assert client.delete(f"/{told['uuid']}", headers=key).status_code == 404
    assert client.delete(f"/{told['uuid']}", headers=token_of(told)).status_code == 404


def test_the_blob_goes_when_no_file_names_it_any_more(client, sweep):
    first, second = upload(client), upload(client)

    client.delete(f"/{first['uuid']}", headers=token_of(first))
    assert sweep().blobs == 0
    client.delete(f"/{second['uuid']}", headers=token_of(second))
    assert sweep().blobs == 1


def test_deleted_content_can_be_uploaded_again_before_and_after_the_sweep(client, sweep):
    for run in (lambda: None, sweep):
        told = upload(client)
        client.delete(f"/{told['uuid']}", headers=token_of(told))
        run()
        assert client.get(f"/{upload(client)['hash']}").data == b"hello\n"
        sweep()
        assert client.get(f"/{told['hash']}").data == b"hello\n"
