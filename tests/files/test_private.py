"""Private files: for their owner, and for whoever has the key."""

from __future__ import annotations

import base64
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.services.secrets import decode_key, encode_key
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import path_of, upload


def spellings(key: str) -> set[str]:
    standard = base64.b64encode(key.encode()).decode()
    url_safe = base64.urlsafe_b64encode(key.encode()).decode()
    return {standard, url_safe, standard.rstrip("="), url_safe.rstrip("=")}


@given(st.text(min_size=1))
def test_a_private_key_is_understood_in_either_alphabet_padded_or_not(key):
    assert {decode_key(spelling) for spelling in spellings(key)} == {key}
    assert decode_key(encode_key(key)) == key


@given(st.text())
def test_whatever_is_given_as_a_key_is_some_text_or_none(given_key):
    decoded = decode_key(given_key)

    assert decoded is None or isinstance(decoded, str)


def test_the_key_opens_a_private_file_in_every_spelling(client):
    told = upload(client, private="1")

    for spelling in spellings(told["privateKey"]):
        answer = client.get(f"/{told['uuid']}.txt", query_string={"key": spelling})
        assert answer.data == b"hello\n", spelling


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", "?key=%00", "?key=%ff", "?key=ü", "?KEY=x", "?key==="])
def test_without_the_right_key_it_is_as_if_it_did_not_exist(client, query):
    told = upload(client, private="1")

    there, nowhere = client.get(f"/{told['uuid']}{query}"), client.get(f"/{uuid.uuid4()}{query}")

    assert there.status_code == 404
    assert there.data == nowhere.data
    assert str(there.headers) == str(nowhere.headers)


def test_the_key_as_it_stands_is_not_its_base64(client):
    told = upload(client, private="1")

    assert client.get(f"/{told['uuid']}?key={told['privateKey']}").status_code == 404


def test_the_owner_needs_no_key(app, client, make_user, make_key):
    key = bearer(make_key("ann"))
    browser = log_in(app, make_user("bob"))
    for rule in ("1", "owner"):
        anns = upload(client, headers=key, private=rule)
        bobs = upload(browser.client, headers=browser.csrf, private=rule)

        assert client.get(f"/{anns['uuid']}", headers=key).data == b"hello\n"
        assert browser.client.get(f"/{bobs['uuid']}").data == b"hello\n"
        assert browser.client.get(f"/{anns['uuid']}").status_code == 404
        assert client.get(f"/{bobs['uuid']}", headers=key).status_code == 404


def test_what_nobody_uploaded_privately_belongs_to_no_other_nobody(client):
    told = upload(client, private="1")

    assert client.get(f"/{told['uuid']}").status_code == 404


def test_after_twenty_wrong_keys_in_an_hour_not_even_the_right_one_is_compared(client):
    told, other = upload(client, private="1"), upload(client, private="1")
    for number in range(20):
        assert client.get(f"/{told['uuid']}?key={encode_key(str(number))}").status_code == 404

    assert client.get(path_of(told["url"])).status_code == 404
    assert client.get(path_of(other["url"])).status_code == 200
    elsewhere = client.get(path_of(told["url"]), environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_nineteen_wrong_keys_do_not_close_the_door(client):
    told = upload(client, private="1")
    for number in range(19):
        client.get(f"/{told['uuid']}?key={encode_key(str(number))}")

    assert client.get(path_of(told["url"])).status_code == 200


def test_without_rate_limits_every_key_is_compared(make_app):
    client = make_app(RATE_LIMITS=False).test_client()
    told = upload(client, private="1")
    for _ in range(25):
        client.get(f"/{told['uuid']}?key={encode_key('wrong')}")

    assert client.get(path_of(told["url"])).status_code == 200


def test_two_private_files_have_different_keys(client):
    assert upload(client, private="1")["privateKey"] != upload(client, private="1")["privateKey"]
