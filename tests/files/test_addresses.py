"""Which digits lead to which content: for ever, and to no other."""

from __future__ import annotations

import uuid

import pytest

from tests.conftest import bearer
from tests.forms import upload

# Short contents whose SHA-256 begin with the same eight digits, found by trying a hundred thousand.
FIRST, SECOND = b"content 36680", b"content 28149"
DIGEST_OF_FIRST = "bba800c63153"
DIGEST_OF_SECOND = "bba800c6c553"


@pytest.fixture
def app(make_app):
    return make_app(ADDRESS_LENGTH=8)


def forget(client, sweep, *uploads):
    """Delete these files, and have the sweep take their bytes."""
    for told in uploads:
        token = told["deletion_url"].rpartition("/")[2]
        assert client.delete(f"/{told['uuid']}", headers={"X-Delete-Token": token}).status_code == 204
    assert sweep().blobs == len({told["sha256"] for told in uploads})


def test_an_address_has_as_many_digits_as_the_setting_says(client):
    assert upload(client, FIRST)["hash"] == DIGEST_OF_FIRST[:8]


def test_an_address_has_sixteen_digits_by_default(make_app):
    told = upload(make_app().test_client())

    assert told["hash"] == told["sha256"][:16]


def test_content_that_begins_with_a_published_address_gets_more_digits(client):
    first, second = upload(client, FIRST), upload(client, SECOND)

    assert first["hash"] == DIGEST_OF_FIRST[:8]
    assert second["hash"] == DIGEST_OF_SECOND[:9]
    assert client.get(f"/{first['hash']}").data == FIRST
    assert client.get(f"/{second['hash']}").data == SECOND


def test_the_same_content_again_has_the_same_address(client):
    upload(client, FIRST)
    second = upload(client, SECOND)

    assert upload(client, SECOND)["hash"] == second["hash"]


def test_the_address_of_content_that_is_gone_answers_404_for_ever_and_is_never_given_to_other_content(client, sweep):
    first = upload(client, FIRST)
    forget(client, sweep, first)

    second = upload(client, SECOND)

    assert second["hash"] == DIGEST_OF_SECOND[:9]
    assert client.get(f"/{first['hash']}").status_code == 404
    assert client.get(f"/{second['hash']}").data == SECOND


def test_content_that_comes_back_gets_its_address_back(client, sweep):
    first = upload(client, FIRST)
    forget(client, sweep, first)
    upload(client, SECOND)

    assert upload(client, FIRST)["hash"] == first["hash"]
    assert client.get(f"/{first['hash']}").data == FIRST


def test_the_second_keeps_its_longer_address_when_the_first_is_gone(client, sweep):
    first, second = upload(client, FIRST), upload(client, SECOND)
    forget(client, sweep, first)
    forget(client, sweep, second)

    assert upload(client, SECOND)["hash"] == second["hash"]
    assert client.get(f"/{first['hash']}").status_code == 404


def test_private_content_takes_part_in_who_gets_which_address(client):
    upload(client, FIRST, private="1")

    assert upload(client, SECOND)["hash"] == DIGEST_OF_SECOND[:9]
    assert client.get(f"/{DIGEST_OF_FIRST[:8]}").status_code == 404


@pytest.mark.parametrize("digits", [8, 9, 12, 16, 31, 63, 64])
def test_any_longer_beginning_of_one_digest_leads_there(client, digits):
    told = upload(client, b"alone")

    assert client.get(f"/{told['sha256'][:digits]}").data == b"alone"


def test_a_beginning_that_fits_two_leads_nowhere_unless_it_is_an_address(make_app, tmp_path):
    short = make_app(ADDRESS_LENGTH=10).test_client()
    upload(short, FIRST)
    upload(short, SECOND)

    assert make_app(ADDRESS_LENGTH=8).test_client().get(f"/{DIGEST_OF_FIRST[:8]}").status_code == 404


def test_fewer_digits_than_the_setting_lead_nowhere(make_app):
    client = make_app(ADDRESS_LENGTH=16).test_client()
    told = upload(client)

    assert client.get(f"/{told['sha256'][:15]}").status_code == 404


def test_an_address_stays_when_the_setting_grows(make_app):
    before = upload(make_app(ADDRESS_LENGTH=8).test_client(), FIRST)
    client = make_app(ADDRESS_LENGTH=12).test_client()

    assert client.get(f"/{before['hash']}").data == FIRST
    assert upload(client, FIRST)["hash"] == before["hash"]


def test_one_digit_wrong_in_a_whole_digest_leads_nowhere(client):
    digest = upload(client)["sha256"]
    other = digest[:-1] + ("0" if digest[-1] != "0" else "1")

    assert client.get(f"/{other}").status_code == 404


@pytest.mark.parametrize("tail", ["", ".txt", "/name.txt", "/", "?key=x", "/a%3Fb%23c%25d", "/gr%C3%BC%C3%9Fe"])
def test_upper_case_digits_are_a_301_to_lower_case(client, tail):
    told = upload(client)
    answer = client.get(f"/{told['hash'].upper()}{tail}")

    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/{told['hash']}{tail}"


def test_a_redirect_never_leaves_this_server(client):
    for path in (
        f"/{'A' * 16}//evil.example",
        f"/{'A' * 16}/%0dX: y",
        f"/{'A' * 16}/%2F%2Fevil.example",
        "/%2Fevil.example",
    ):
        answer = client.get(path)
        assert answer.status_code in (301, 308, 404)
        assert not answer.headers.get("Location", "/").removeprefix("http://localhost").startswith("//")


def test_upper_case_tells_nothing_of_what_is_there(client):
    private = upload(client, FIRST, private="1")

    there = client.get(f"/{private['sha256'].upper()}")
    nowhere = client.get(f"/{'A' * 64}")

    assert (there.status_code, nowhere.status_code) == (301, 301)


def test_every_upload_has_a_uuid_of_its_own(client):
    told = [upload(client) for _ in range(3)]

    assert len({uuid.UUID(each["uuid"]) for each in told}) == 3


# ---- which files a hash address speaks for


def test_a_hash_address_is_served_while_one_public_file_names_its_blob(client, expire_now):
    first, second = upload(client, expire="30min"), upload(client, expire="40min")

    expire_now(first["uuid"])
    assert client.get(f"/{first['hash']}").status_code == 200
    expire_now(second["uuid"])
    assert client.get(f"/{first['hash']}").status_code == 404


def test_a_hash_address_ends_at_once_with_its_last_file(client):
    told = upload(client)
    assert client.get(f"/{told['hash']}").status_code == 200

    client.delete(f"/{told['uuid']}", headers={"X-Delete-Token": told["deletion_url"].rpartition("/")[2]})

    for address in (told["hash"], told["sha256"], told["uuid"]):
        assert client.get(f"/{address}").status_code == 404


@pytest.mark.parametrize("rule", [{"private": "1"}, {"private": "owner"}, {"limit": "3"}])
def test_private_and_limited_files_are_reached_by_their_uuid_alone(client, make_key, rule):
    told = upload(client, headers=bearer(make_key()), **rule)

    for digits in (8, 16, 64):
        for headers in ({}, bearer(make_key())):
            assert client.get(f"/{told['sha256'][:digits]}", headers=headers).status_code == 404


def test_a_stranger_is_told_the_same_of_private_content_as_of_none(client, make_key):
    told = upload(client, b"secret", headers=bearer(make_key()), private="owner")

    paths = (f"/{told['sha256']}", f"/{told['uuid']}", f"/{'0' * 64}", f"/{uuid.uuid4()}", f"/{told['uuid']}/md5")
    answers = [client.get(path) for path in paths]

    assert {answer.data for answer in answers} == {answers[0].data}
    assert len({str(answer.headers) for answer in answers}) == 1


def test_uploading_what_exists_privately_says_nothing_of_it(client, make_key):
    upload(client, b"secret", "secret-name.txt", headers=bearer(make_key()), private="owner")

    told, fresh = upload(client, b"secret", "mine.txt"), upload(client, b"nobody has this", "mine.txt")

    assert told.keys() == fresh.keys()
    assert "secret-name" not in str(told)
    assert client.get(f"/{told['hash']}").data == b"secret"


def test_a_public_upload_of_private_bytes_leaves_the_private_file_private(client, make_key):
    private = upload(client, headers=bearer(make_key()), private="owner")
    upload(client)

    assert client.get(f"/{private['uuid']}").status_code == 404


# ---- expiry


def test_an_expiry_is_honoured_the_second_it_falls_due_without_a_sweep(client, expire_now):
    told = upload(client, expire="1h")
    expire_now(told["uuid"])

    for address in (told["hash"], told["uuid"], f"{told['uuid']}/md5"):
        assert client.get(f"/{address}").status_code == 404


def test_the_bytes_of_an_expired_file_go_with_the_sweep(client, expire_now, sweep, app):
    told = upload(client, expire="1h")
    expire_now(told["uuid"])

    swept = sweep()

    assert (swept.files, swept.blobs) == (1, 1)
    with app.app_context():
        from pastebin.extensions import store

        assert store.size(told["sha256"]) is None


def test_the_bytes_stay_while_another_file_names_them(client, expire_now, sweep):
    told = upload(client)
    other = upload(client, private="1")
    expire_now(told["uuid"])

    assert sweep().blobs == 0
    assert client.get(f"/{other['uuid']}?{other['url'].partition('?')[2]}").data == b"hello\n"
