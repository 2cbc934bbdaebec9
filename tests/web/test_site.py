"""What browsers, search engines and finders of holes ask a site for."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from PIL import Image

from tests import hushing
from tests.browsing import log_in
from tests.forms import upload
from tests.web import pages

BASE = "https://paste.example.org"
HTML = {"Accept": "text/html"}
PUBLIC = ["/", "/api", "/limits", "/privacy"]


def _robots_tag(client, path: str) -> str | None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code in (200, 303, 404), path
    return answer.headers.get("X-Robots-Tag")


# ---- search engines


@pytest.mark.parametrize("path", PUBLIC)
def test_the_sites_own_pages_are_described_and_may_be_kept(make_app, path):
    client = make_app(BASE_URL=BASE).test_client()
    page = pages.read(client.get(path).text)
    told = {each["name"]: each["content"] for each in page.all("meta")}
    links = {each["rel"]: each["href"] for each in page.all("link")}

    assert 50 <= len(told["description"]) <= 160
    assert links["canonical"] == BASE + path
    assert _robots_tag(client, path) is None


def test_a_page_with_several_paths_is_known_by_one(client):
    page = pages.read(client.get("/upload").text)

    assert [each["href"] for each in page.all("link") if each["rel"] == "canonical"] == ["http://localhost/"]


def test_no_page_or_byte_of_a_file_may_be_kept(app, client, make_user):
    public = upload(client)
    private = upload(client, private="1")
    limited = upload(client, limit="3")
    hush = hushing.upload(client, b"x")
    key = private["url"].partition("?")[2]
    paths = [
        f"/{public['hash']}", f"/{public['uuid']}", f"/{public['uuid']}/name.png", f"/view/{public['hash']}",
        f"/view/{public['uuid']}", f"/{private['uuid']}?{key}", f"/view/{private['uuid']}?{key}",
        f"/view/{limited['uuid']}", f"/{limited['uuid']}", public["deletion_url"].removeprefix("http://localhost"),
        f"/{hush.id}", f"/api/file/{hush.id}/0", "/0123456789abcdef", "/nothing-here", "/login", "/forgot", "/reset/x",
    ]  # fmt: skip

    assert {path: _robots_tag(client, path) for path in paths} == dict.fromkeys(paths, "noindex")
    ann = log_in(app, make_user("ann")).client
    own = ["/files", "/keys", "/account"]
    assert {path: _robots_tag(ann, path) for path in own} == dict.fromkeys(own, "noindex")


def test_an_error_on_a_public_page_tells_search_engines_nothing(make_app):
    client = make_app(BASE_URL=BASE).test_client()
    page = client.get("/", headers={**HTML, "Host": "elsewhere.example"})

    assert page.status_code == 400
    assert 'rel="canonical"' not in page.text


def test_crawlers_are_kept_from_what_is_somebodys_own_and_from_nothing_that_says_noindex(client):
    answer = client.get("/robots.txt")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())

    assert answer.mimetype == "text/plain"
    may = [*PUBLIC, "/static/style.css", "/view/0123456789abcdef", "/delete/x/y", "/fedcba9876543210", "/adadadad"]
    assert [path for path in may if not rules.can_fetch("*", path)] == []
    assert not any(rules.can_fetch("*", path) for path in ("/account", "/admin/users", "/files", "/keys", "/api/list"))


# ---- holes


def test_security_txt_names_the_operator_and_ends_within_a_year(make_app):
    client = make_app(BASE_URL=BASE, OPERATOR_EMAIL="Ann <ann@example.org>").test_client()
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())

    assert answer.content_type == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:ann@example.org"
    assert fields["Canonical"] == f"{BASE}/.well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


def test_without_an_operator_to_write_to_there_is_no_security_txt(client):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_without_an_own_address_it_claims_none(make_app):
    answer = make_app(OPERATOR_EMAIL="ann@example.org").test_client().get("/.well-known/security.txt")

    assert "Canonical" not in answer.text


# ---- icons


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/favicon.ico", (48, 48)),
        ("/apple-touch-icon.png", (180, 180)),
        ("/apple-touch-icon-precomposed.png", (180, 180)),
    ],
)
def test_an_icon_is_where_it_is_asked_for_unseen(client, path, size):
    answer = client.get(path)

    assert answer.mimetype.startswith("image/")
    assert Image.open(io.BytesIO(answer.data)).size == size


def test_every_icon_that_a_page_or_the_manifest_names_is_there_in_the_size_it_says(client):
    manifest = client.get("/manifest.webmanifest")
    named = [(icon["src"], icon["sizes"]) for icon in manifest.get_json()["icons"]]
    linked = [each["href"] for each in pages.read(client.get("/").text).all("link") if "icon" in each["rel"]]

    assert manifest.mimetype == "application/manifest+json"
    assert len(named) == 3
    for source, sizes in named:
        width, height = Image.open(io.BytesIO(client.get(source).data)).size
        assert f"{width}x{height}" == sizes
    assert [client.get(path).status_code for path in linked] == [200] * 3


def test_the_page_of_an_encrypted_file_may_ask_for_the_manifest(client):
    hush = hushing.upload(client, b"x")

    assert re.search(
        r"manifest-src [^;]*manifest\.webmanifest", client.get(f"/{hush.id}").headers["Content-Security-Policy"]
    )


# ---- addresses


@pytest.mark.parametrize("name", ["robots.txt", "favicon.ico", "limits", "privacy", "manifest.webmanifest"])
def test_a_file_may_have_the_name_of_one_of_the_sites_own(client, name):
    link = client.put(f"/{name}", data=b"mine").text.strip()

    assert client.get(link.removeprefix("http://localhost")).data == b"mine"
