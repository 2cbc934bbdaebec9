"""What all pages have in common: headers, errors, static files, and the words for sizes and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from pastebin.blueprints.web import wording
from pastebin.extensions import now
from tests.conftest import bearer
from tests.web.visiting import Visitor

PAGES = ["/", "/upload", "/login", "/register", "/api", "/nothing-here"]
OWN_PAGES = ["/files", "/keys", "/account"]


@pytest.mark.parametrize("path", [*PAGES, *OWN_PAGES])
def test_no_page_has_script_or_style_of_its_own(visitor: Visitor, ann: Visitor, path: str) -> None:
    page = (ann if path in OWN_PAGES else visitor).get(path)
    policy = page.headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    without_modules = re.sub(
        r'<script type="module" src="/static/modules/[0-9a-f]{12}/[a-z]+\.js"></script>', "", page.text
    )
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", without_modules)


@pytest.mark.parametrize("path", [*PAGES, *OWN_PAGES])
def test_every_page_names_its_language_its_title_and_one_heading(visitor: Visitor, ann: Visitor, path: str) -> None:
    page = (ann if path in OWN_PAGES else visitor).get(path).text

    assert '<html lang="en">' in page
    assert re.search(r"<title>[^<]+</title>", page)
    assert page.count("<h1") == 1
    assert '<main id="main"' in page


@pytest.mark.parametrize("path", [*OWN_PAGES, "/", "/login", "/register"])
def test_every_field_has_a_label(visitor: Visitor, ann: Visitor, path: str) -> None:
    page = (ann if path in OWN_PAGES else visitor).get(path).text
    page = re.sub(r"<template .*?</template>", "", page, flags=re.DOTALL)  # labelled when it is used
    labelled = set(re.findall(r'<label for="([^"]+)"', page))
    fields = re.findall(r"<(?:input|select|textarea)\b[^>]*>", page)
    seen = [field for field in fields if 'type="hidden"' not in field and " hidden" not in field]

    for field in seen:
        found = re.search(r'\bid="([^"]+)"', field)
        assert found, field
        assert found[1] in labelled, field


# ---- errors


def test_an_error_is_a_page_with_a_way_on(visitor: Visitor) -> None:
    page = visitor.get("/0123456789abcdef")

    assert page.status_code == 404
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert 'href="/"' in page.text


def test_an_error_page_knows_who_is_logged_in_where_no_route_is(ann: Visitor) -> None:
    assert ">ann</a>" in ann.get("/no/such/page").text


def test_an_error_page_is_for_those_who_ask_for_one(visitor: Visitor) -> None:
    answer = visitor.client.get("/0123456789abcdef", headers={"Accept": "*/*"})

    assert answer.json["error"] == "not_found"


@pytest.mark.parametrize("path", ["/login", "/keys", "/"])
def test_a_method_that_a_page_does_not_take_is_405(ann: Visitor, path: str) -> None:
    answer = ann.client.patch(path, headers={"Accept": "text/html"})

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_key_that_does_not_stand_is_an_error_page_and_no_login(visitor: Visitor) -> None:
    answer = visitor.client.get("/files", headers={**bearer("pb_made.up"), "Accept": "text/html"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


# ---- static files


def test_a_static_file_is_kept_for_long_where_its_address_names_its_content(visitor: Visitor) -> None:
    page = visitor.get("/").text
    address = re.search(r'href="(/static/style\.css\?v=[0-9a-f]+)"', page)
    assert address

    versioned, plain, other = (
        visitor.client.get(path) for path in (address[1], "/static/style.css", "/static/style.css?v=0")
    )

    assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Cache-Control"] == other.headers["Cache-Control"] == "public, max-age=300"
    assert versioned.mimetype == "text/css"


def test_there_is_no_way_out_of_the_static_folder(visitor: Visitor) -> None:
    assert visitor.client.get("/static/..%2fviews.py?v=x").status_code == 404


# ---- health


def test_health_is_told_to_any_host(make_app: Callable[..., Flask]) -> None:
    client = make_app(BASE_URL="https://paste.example").test_client()

    assert client.get("/healthz", base_url="http://10.0.0.9:8000").status_code == 200
    assert client.get("/readyz", base_url="http://10.0.0.9:8000").json == {"status": "ok", "failing": []}


# ---- words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        ((1 << 20) - 1, "1 MiB"),
        (512 << 20, "512 MiB"),
        (16 << 30, "16 GiB"),
        (1 << 60, "1024 PiB"),
    ],
)
def test_a_size_is_written_in_its_unit(count: int, words: str) -> None:
    assert wording.size(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "in less than a minute"),
        (59, "in a minute"),
        (600, "in 10 minutes"),
        (3600, "in 60 minutes"),
        (86_400, "in 24 hours"),
        (7 * 86_400, "in 7 days"),
        (400 * 86_400, "in 13 months"),
    ],
)
def test_a_time_to_come_is_written_in_its_unit(seconds: int, words: str) -> None:
    assert wording.until(now() + timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second"), (90, "1 minute"), (7200, "2 hours"), (86_400, "1 day")]
)
def test_a_span_is_written_in_its_largest_whole_unit(seconds: int, words: str) -> None:
    assert wording.span(seconds) == words
