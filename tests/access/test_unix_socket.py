"""Behind a Unix socket, which has no addresses, the proxy counts as 127.0.0.1 (docs/operating.md)."""

from __future__ import annotations

PROXY = {"REMOTE_ADDR": ""}


def test_the_scheme_and_the_address_that_it_says_are_both_believed(make_app):
    client = make_app(TRUSTED_PROXIES="127.0.0.1", ANONYMOUS_QUOTA=10).test_client()
    said = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.9"}

    told = client.post("/api/upload", data=b"0123456789", headers=said, environ_overrides=PROXY)
    again = client.post("/api/upload", data=b"1", environ_overrides={"REMOTE_ADDR": "198.51.100.9"})

    assert told.json["urls"]["base"] == "https://localhost/"
    assert again.json["code"] == "STORAGE_LIMIT_ERROR"
