"""Conditional requests and byte ranges (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import pytest

from tests.forms import upload

CONTENT = bytes(range(200)) * 50  # 10,000 bytes


@pytest.fixture(params=["hash", "uuid"])
def told(request, client):
    made = upload(client, CONTENT, "x.bin")
    return {**made, "at": f"/{made[request.param]}", "etag": f'"{made["sha256"]}"'}


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=9999-", 9999, 10_000),
        ("bytes=500-", 500, 10_000),
        ("bytes=-1", 9999, 10_000),
        ("bytes=-20000", 0, 10_000),
        ("bytes=100-99999", 100, 10_000),
        ("bytes=0-", 0, 10_000),
    ],
)
def test_one_range_is_answered_with_206(client, told, asked, start, stop):
    answer = client.get(told["at"], headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.data == CONTENT[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/10000"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.headers["ETag"] == told["etag"]


@pytest.mark.parametrize("asked", ["bytes=10000-", "bytes=20000-30000"])
def test_a_range_outside_of_the_bytes_is_416(client, told, asked):
    answer = client.get(told["at"], headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */10000"
    assert answer.data == b""


@pytest.mark.parametrize(
    "asked", ["bytes=5-3", "bytes=-0", "bytes=a-b", "lines=0-5", "bytes", "bytes=", "bytes=0-1,5-6", "bytes=--5"]
)
def test_nonsense_other_units_and_several_ranges_get_the_whole(client, told, asked):
    answer = client.get(told["at"], headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.data == CONTENT


def test_no_range_of_an_empty_file_can_be_satisfied(client):
    told = upload(client, b"", "empty.bin")

    assert client.get(f"/{told['hash']}", headers={"Range": "bytes=0-"}).status_code == 416
    assert client.get(f"/{told['hash']}").status_code == 200


@pytest.mark.parametrize("asked", ["bytes=0-3", "bytes=20000-"])
def test_a_range_is_nothing_to_head(client, told, asked):
    answer = client.head(told["at"], headers={"Range": asked})

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == "10000"
    assert "Content-Range" not in answer.headers


def test_ranges_are_offered(client, told):
    assert client.get(told["at"]).headers["Accept-Ranges"] == "bytes"


def test_if_range_with_the_etag_resumes(client, told):
    answer = client.get(told["at"], headers={"Range": "bytes=5-", "If-Range": told["etag"]})

    assert answer.status_code == 206


@pytest.mark.parametrize("condition", ['"other"', "W/{etag}", "Sat, 21 Nov 2026 10:00:00 GMT", "nonsense"])
def test_if_range_with_anything_else_begins_anew(client, told, condition):
    headers = {"Range": "bytes=5-", "If-Range": condition.format(etag=told["etag"])}

    assert client.get(told["at"], headers=headers).status_code == 200


@pytest.mark.parametrize("condition", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_if_none_match_with_the_etag_is_304_without_a_body(client, told, condition, method):
    answer = getattr(client, method)(told["at"], headers={"If-None-Match": condition.format(etag=told["etag"])})

    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == told["etag"]
    assert "Cache-Control" in answer.headers
    assert "Content-Type" not in answer.headers


def test_if_none_match_with_another_etag_gets_the_bytes(client, told):
    assert client.get(told["at"], headers={"If-None-Match": '"other"'}).status_code == 200


def test_if_none_match_goes_before_the_range(client, told):
    answer = client.get(told["at"], headers={"If-None-Match": told["etag"], "Range": "bytes=0-5"})

    assert answer.status_code == 304


def test_a_304_says_the_caching_that_a_200_says(client, told):
    whole = client.get(told["at"])
    unmodified = client.get(told["at"], headers={"If-None-Match": told["etag"]})

    for name in ("Cache-Control", "Vary", "Repr-Digest", "X-Content-Type-Options", "Access-Control-Allow-Origin"):
        assert unmodified.headers.get(name) == whole.headers.get(name)
