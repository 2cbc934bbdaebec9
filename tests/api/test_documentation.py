"""The page `/api`: this server's own addresses, for everybody, and what it hands to clients."""

from __future__ import annotations

import html
import json
import re
import subprocess

import pytest

from pastebin.blueprints import clients
from tests.browsing import log_in
from tests.conftest import bearer
from tests.programs import needs_program

BASE = "https://paste.example.org"


def _page(client, **options) -> str:
    answer = client.get("/api", **options)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    return html.unescape(answer.text)


def _examples(page: str) -> list[str]:
    return re.findall(r"<pre[^>]*><code[^>]*>(.*?)</code></pre>", page, re.DOTALL)


def test_nobody_is_told_of_uploads_and_where_to_get_a_key(client):
    page = _page(client)

    assert "curl -F file=@image.png http://localhost/api/upload" in page
    assert 'href="/login"' in page
    assert "Authorization: Bearer YOUR_KEY" in page


def test_somebody_is_led_to_their_keys(app, make_user):
    browser = log_in(app, make_user("ann"))

    page = _page(browser.client)

    assert "To start using the API you need an API key" in page
    assert '<a href="/keys">' in page
    assert 'href="/login"' not in page


def test_a_key_reads_it_too(client, make_key):
    assert "ann" in _page(client, headers=bearer(make_key("ann")))


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_it_is_there_with_and_without_a_slash(client, path):
    assert client.get(path).status_code == 200


def test_all_its_addresses_are_this_servers_own(make_app):
    page = _page(make_app(BASE_URL=BASE).test_client())

    shown = set(re.findall(r"https?://[^/\s\"<']+", page))
    assert shown == {BASE}


def test_the_example_is_what_an_upload_answers(client):
    example = next(json.loads(text) for text in _examples(_page(client)) if '"deletion_url"' in text)
    answer = client.post("/api/upload", data=b"\x89PNG\r\n\x1a\n", query_string={"filename": "image.png"}).get_json()

    assert example.keys() == answer.keys()
    assert example["urls"]["full"] == f"http://localhost/{example['hash']}/image.png"
    assert example["hash"] == example["sha256"][:16]


def test_it_says_what_else_there_is(client):
    page = _page(client)

    for word in (
        "api=1",
        "OK 9f86d081884c7d65",
        "ERROR",
        "-T notes.txt",
        "expire",
        "limit",
        "private",
        "X-Delete-Token",
    ):
        assert word in page


def test_where_nobody_may_upload_it_says_so(make_app):
    client = make_app(ANONYMOUS_UPLOADS="off").test_client()

    assert "Without a key nothing can be uploaded here." in _page(client)
    assert json.loads(client.get("/api/clients/sharex.sxcu").text)["Headers"] == {"Authorization": "Bearer YOUR_KEY"}


def test_where_registration_is_closed_it_offers_none(make_app):
    client = make_app(REGISTRATION="closed").test_client()

    assert 'href="/register"' not in _page(client)


# ---- what clients are handed


@pytest.mark.parametrize("name", clients.FILES)
def test_client_files_are_for_saving_and_stand_on_the_page(client, name):
    answer = client.get(f"/api/clients/{name}")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.text.strip() in {example.strip() for example in _examples(_page(client))}


def test_the_sharex_uploader_names_what_the_answer_has(make_app):
    client = make_app(BASE_URL=BASE).test_client()

    uploader = json.loads(client.get("/api/clients/sharex.sxcu").text)
    answer = client.post("/api/upload", data=b"\x89PNG\r\n\x1a\n").get_json()
    refusal = client.post("/api/upload", data=b"x", query_string={"limit": "none"}).get_json()

    assert uploader["RequestURL"] == f"{BASE}/api/upload"
    for setting in ("URL", "DeletionURL"):
        assert answer[uploader[setting].removeprefix("{json:").removesuffix("}")].startswith(BASE)
    assert refusal[uploader["ErrorMessage"].removeprefix("{json:").removesuffix("}")].startswith("limit is")


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_shell_function_is_one(client, shell):
    text = client.get("/api/clients/paste.sh").text

    checked = subprocess.run([needs_program(shell), "-n"], input=text, text=True, capture_output=True, check=False)

    assert checked.returncode == 0, checked.stderr


def test_another_name_is_no_endpoint(client):
    answer = client.get("/api/clients/passwd")

    assert answer.status_code == 404
    assert answer.get_json()["code"] == "INVALID_ENDPOINT_ERROR"
