"""How long others may keep what they were given."""

from __future__ import annotations

import re

import pytest

from tests.browsing import COOKIE
from tests.forms import upload


def max_age(answer) -> int:
    found = re.fullmatch(r"public, max-age=(\d+), immutable", answer.headers["Cache-Control"])
    assert found, answer.headers["Cache-Control"]
    return int(found[1])


def test_a_hash_address_is_kept_for_cache_seconds(client):
    assert max_age(client.get(f"/{upload(client)['hash']}")) == 3600


def test_cache_seconds_is_a_setting(make_app):
    client = make_app(CACHE_SECONDS="1d").test_client()

    assert max_age(client.get(f"/{upload(client)['hash']}")) == 86_400


def test_a_hash_address_is_not_kept_beyond_its_expiry(client):
    told = upload(client, expire="90s")

    assert 85 <= max_age(client.get(f"/{told['hash']}")) <= 90


def test_a_hash_address_is_kept_as_long_as_the_last_of_its_public_files(client):
    told = upload(client, expire="90s")
    upload(client, expire="200s")
    upload(client, expire="10s")

    assert 195 <= max_age(client.get(f"/{told['hash']}")) <= 200
    upload(client)
    assert max_age(client.get(f"/{told['hash']}")) == 3600


def test_private_and_limited_files_do_not_prolong_a_hash_address(client):
    told = upload(client, expire="90s")
    upload(client, private="1")
    upload(client, limit="5")

    assert max_age(client.get(f"/{told['hash']}")) <= 90


def test_a_public_uuid_is_asked_for_again_each_time(client):
    answer = client.get(f"/{upload(client)['uuid']}")

    assert answer.headers["Cache-Control"] == "no-cache"
    assert "ETag" in answer.headers


@pytest.mark.parametrize("rule", [{"private": "1"}, {"limit": "3"}, {"private": "1", "limit": "3"}])
def test_private_and_limited_files_are_kept_by_nobody(client, rule):
    told = upload(client, **rule)
    answer = client.get(f"/{told['uuid']}{told['url'].partition('.txt')[2]}")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_what_is_asked_for_with_a_key_is_kept_by_nobody(client):
    told = upload(client)

    for address in (told["uuid"], told["hash"]):
        assert client.get(f"/{address}?key=abc").headers["Cache-Control"] == "private, no-store"


def test_what_everybody_may_keep_carries_no_cookie(client):
    told = upload(client)
    client.set_cookie(COOKIE, "ps_a-login-that-ended")
    answer = client.get(f"/{told['hash']}")

    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
