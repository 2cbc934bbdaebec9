"""The reference for people: what the OpenAPI document says, all of it, with this server's own address."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pastebin.blueprints import examples
from pastebin.blueprints.api import openapi, reference
from tests.browsing import log_in
from tests.web import pages

BASE = "https://paste.example.org"


@pytest.fixture
def sections(app) -> tuple[reference.Section, ...]:
    with app.app_context():
        return reference.sections()


def test_every_operation_of_the_document_stands_in_one_section(app, client, sections):
    document = client.get("/api/openapi.json").get_json()
    written = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    shown = [f"{each.method} {each.path}" for section in sections for each in section.operations]

    assert len(shown) == len(set(shown))
    assert written <= set(shown)
    beside = {"POST /", "POST /upload", "PUT /", "PUT /{name}", "GET /{segment}", "GET /{segment}/{name}",
              "DELETE /{segment}", "GET /{segment}/md5", "GET /{segment}/thumb"}  # fmt: skip
    assert set(shown) - written == beside


def test_the_index_leads_to_every_operation_and_each_is_there(client, sections):
    index = pages.read(client.get("/api/reference").text)
    wanted = {
        link.partition("#")[::2] for link in pages.links_of(index) if link.startswith("/api/reference/") and "#" in link
    }
    there = {
        (f"/api/reference/{section.name}", heading["id"])
        for section in sections
        for heading in pages.read(client.get(f"/api/reference/{section.name}").text).all("h2")
    }

    assert len(wanted) > 60
    assert wanted == there


def test_a_page_shows_what_is_known_of_each_operation(make_app):
    client = make_app(BASE_URL=BASE).test_client()
    text = " ".join(pages.read(client.get("/api/reference/files").text).text.split())

    assert "DELETE /api/users/me/files Delete several files of one's own." in text
    assert "You, logged in or with a key with FILE_MODIFY." in text
    assert f"{BASE}/api/users/me/files" in text
    assert "a list: text; in the JSON" in text
    assert "BODY_TOO_LARGE_ERROR The upload is too large." in text
    assert '"code": "DELETE_FILES_SUCCESS"' in text


def test_no_other_address_than_this_servers_own_is_shown(make_app, sections):
    client = make_app(BASE_URL=BASE).test_client()
    texts = [client.get(f"/api/reference/{section.name}").text for section in sections]

    assert {found for text in texts for found in re.findall(r"https?://[^/\s\"<'&]+", text)} == {BASE}
    assert examples.HOST not in "".join(texts)


def test_who_may_call_it_is_said_in_words(sections):
    said = {f"{each.method} {each.path}": each.who for section in sections for each in section.operations}

    assert said["POST /api/upload"] == "Anyone. A key needs `UPLOAD_FILE`."
    assert said["GET /api/keys"] == "You, logged in. API keys are refused."
    assert said["GET /api/users/me"] == "You, logged in or with any API key."
    assert said["POST /api/takedowns"] == "Staff, logged in or with a key with `STAFF_MODIFY_FILES`."
    assert said["PUT /api/killswitches/{number}"] == "Staff, logged in. API keys are refused."
    assert said["POST /api/file"] == "Anyone. Keys and logins are not looked at."


def test_what_staff_may_do_stands_by_itself(sections):
    assert {
        each.who.partition(",")[0] for section in sections if section.name == "staff" for each in section.operations
    } == {"Staff"}
    assert not [
        each for section in sections if section.name != "staff" for each in section.operations if "Staff" in each.who
    ]


def test_every_error_code_is_listed(client):
    page = client.get("/api/reference").text

    assert {error.code for error in reference.error_codes()} <= set(re.findall(r"<code>([A-Z_]+)</code>", page))
    assert "STORAGE_FULL_ERROR" in page


def test_backticks_are_code_and_markup_is_text(app):
    shown = app.jinja_env.filters["in_code"]("<b>`a < b`</b>")

    assert shown == "&lt;b&gt;<code>a &lt; b</code>&lt;/b&gt;"


def test_an_unknown_part_is_none(client):
    answer = client.get("/api/reference/nothing")

    assert answer.status_code == 404
    assert answer.get_json()["code"] == "INVALID_ENDPOINT_ERROR"


def test_it_is_made_once(app):
    with app.app_context():
        assert reference.sections() is reference.sections()


# ---- examples


def _properties(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{name}.{field}", said)
        for name, schema in document["components"]["schemas"].items()
        for field, said in schema.get("properties", {}).items()
    ]


def test_every_example_fits_its_own_schema(app, client):
    properties = _properties(openapi.document_for_people(app))
    wrong = [
        name
        for name, said in properties
        for each in said.get("examples", ())
        if not Draft202012Validator(said).is_valid(each)
    ]

    assert wrong == []
    assert sum("examples" in said for _name, said in properties) > 100


def test_every_example_of_an_answer_fits_the_answers_schema(app):
    document = openapi.document_for_people(app)
    resolver = reference.Resolver(document["components"]["schemas"])
    for name in ("Upload", "ManagedFiles", "ApiKeys", "Switches", "EncryptedFile", "Login", "Account", "ServerInfo"):
        schema = {"$ref": f"#/components/schemas/{name}"}
        validator = Draft202012Validator({**schema, "components": document["components"]})

        assert [each.message for each in validator.iter_errors(resolver.example(schema))] == [], name


def test_an_example_of_an_upload_has_what_a_real_one_has(app, client):
    document = openapi.document_for_people(app)
    resolver = reference.Resolver(document["components"]["schemas"])
    answer = client.post("/api/upload", data=b"test", query_string={"filename": "x.txt"}).get_json()

    assert resolver.example({"$ref": "#/components/schemas/Upload"}).keys() == answer.keys()


# ---- the way through


@pytest.mark.parametrize("path", ["/api", "/api/reference", "/api/reference/files"])
def test_every_link_of_the_contents_leads_somewhere(client, path):
    page = pages.read(client.get(path).text)
    ids = {each["id"] for tag in ("h1", "h2", "h3", "div", "section") for each in page.all(tag)}
    (contents,) = [each for each in page.all("div") if each["class"] == "contents"]
    links = pages.links_of(contents)

    assert {link[1:] for link in links if link.startswith("#")} <= ids
    assert {client.get(link).status_code for link in links if not link.startswith("#")} == {200}
    assert len([each for each in contents.all("a") if each["aria-current"] == "page"]) == 2


@pytest.mark.parametrize("path", ["/api", "/api/reference", "/api/reference/pastebin", "/keys", "/limits", "/privacy"])
def test_no_id_is_given_twice_and_no_heading_level_is_skipped(app, make_user, path):
    text = log_in(app, make_user("ann")).client.get(path).text
    ids = re.findall(r'\sid="([^"]+)"', text)
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]

    assert len(ids) == len(set(ids))
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
