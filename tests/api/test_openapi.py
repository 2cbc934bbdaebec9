"""`/api/openapi.json` says what the application does: routes, and the shape of real answers."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from pastebin.access import session_cookie
from pastebin.blueprints.api import openapi
from pastebin.services.actor import Scope
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import upload


@pytest.fixture
def document(client) -> dict[str, Any]:
    """The document as a client gets it."""
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.get_json()


def test_it_is_valid_openapi_3_1(document):
    OpenAPIV31SpecValidator(document).validate()

    assert document["openapi"].startswith("3.1.")


def test_it_names_the_server_as_its_links_do(make_app):
    with_base_url = make_app(BASE_URL="https://paste.example.org").test_client()

    answer = with_base_url.get("/api/openapi.json")

    assert answer.get_json()["servers"] == [{"url": "https://paste.example.org"}]


def test_every_route_under_api_stands_in_it_with_every_method(app: Flask, document):
    routes = {
        (openapi.path_of(rule), method.lower())
        for rule in app.url_map.iter_rules()
        if (rule.rule == "/api" or rule.rule.startswith("/api/")) and not rule.endpoint.endswith(".unknown")
        for method in openapi.methods(rule)
    }
    written = {(path, method) for path, methods in document["paths"].items() for method in methods}

    assert written == routes
    assert ("/api/upload", "post") in written


def test_every_variable_of_a_path_is_described(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            described = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert described == set(re.findall(r"{(\w+)}", path))


def test_a_session_is_asked_for_where_keys_are_refused(document):
    ways = document["paths"]["/api/keys"]["post"]["security"]

    assert ways == [{"sessionToken": []}, {"session": [], "csrfToken": []}]


def test_a_scope_is_named_where_a_key_needs_one(document):
    ways = document["paths"]["/api/upload"]["post"]["security"]

    assert {} in ways
    assert {"apiKey": ["UPLOAD_FILE"]} in ways


def test_the_cookie_has_the_name_it_says(app, document):
    with app.test_request_context("/") as context:
        name = session_cookie.cookie_name(context.request)

    assert document["components"]["securitySchemes"]["session"]["name"] == name


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Changes", ["name", "filename", "extension", "expire", "limit", "private"]),
        ("UploadForm", ["file", "img", "text"]),
    ],
)
def test_of_which_fields_one_is_needed_is_written(document, name, fields):
    assert document["components"]["schemas"][name]["anyOf"] == [{"required": [field]} for field in fields]


@pytest.mark.parametrize("extension", ["png", ".md", "TAR", "tar.gz", ".tar.zst", "", "a.b", "x" * 17, "é", "a b"])
def test_the_pattern_of_an_extension_fits_what_is_taken(client, document, make_key, extension):
    headers = bearer(make_key("ann"))
    told = upload(client, headers=headers)
    pattern = document["components"]["schemas"]["Extension"]["properties"]["extension"]["pattern"]

    answer = client.put(f"/api/users/me/files/{told['id']}/extension", json={"extension": extension}, headers=headers)

    assert (answer.status_code == 200) is bool(re.search(pattern, extension))


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/users/me", {"DELETE", "GET", "HEAD", "OPTIONS"}),
        ("/api/keys", {"DELETE", "GET", "HEAD", "OPTIONS", "POST"}),
        ("/api/upload", {"OPTIONS", "POST"}),
        ("/api/nothing", set()),
    ],
)
def test_options_and_a_wrong_method_name_the_methods_that_are_taken(client, path, methods):
    allowed = client.options(path).headers["Allow"]
    refused = client.patch(path)

    assert set(allowed.split(", ")) - {""} == methods
    assert set(refused.headers.get("Allow", "").split(", ")) - {""} == methods
    assert refused.status_code == (405 if methods else 404)


# ---- real answers


class Wire:
    """Makes requests and holds what comes against the document."""

    def __init__(self, client: Any, document: dict[str, Any]) -> None:
        self._client = client
        self._document = document

    def ask(self, method: str, path: str, template: str | None = None, **options: Any) -> TestResponse:
        """Send a request; its answer has been compared with what is written of *template*."""
        answer = self._client.open(path, method=method, **options)
        operation = self._document["paths"][template or path][method.lower()]
        written = operation["responses"][str(answer.status_code)]
        assert answer.mimetype in written["content"]
        assert set(written.get("headers", ())) <= set(answer.headers.keys())
        if answer.mimetype == "application/json":
            self._hold(answer.get_json(), written["content"][answer.mimetype]["schema"])
        return answer

    def _hold(self, body: object, schema: dict[str, Any]) -> None:
        whole = {**_closed(schema), "components": _closed(self._document["components"])}
        Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)


def _closed(schema: Any) -> Any:
    """A schema in which nothing may stand that is not written down, but where it says so (errors have facts)."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed


@pytest.fixture
def wire(client, document) -> Wire:
    return Wire(client, document)


def _form(*names: str, **fields: str) -> dict[str, Any]:
    files = [(io.BytesIO(b"the bytes of " + name.encode()), name) for name in names]
    return {"data": {"file": files, **fields}, "content_type": "multipart/form-data"}


@pytest.mark.parametrize(
    "fields",
    [{}, {"expire": "7d"}, {"limit": "3"}, {"private": "1"}, {"name": "Straße"}],
    ids=lambda fields: "=".join(*fields.items()) if fields else "plain",
)
def test_an_upload_answers_as_written(wire, fields):
    answer = wire.ask("POST", "/api/upload", **_form("notes.txt", **fields))

    assert answer.status_code == 201


def test_an_image_a_body_and_several_files_answer_as_written(wire):
    wire.ask("POST", "/api/upload", data=b"\x89PNG\r\n\x1a\n" + bytes(40), query_string={"filename": "a.png"})
    several = wire.ask("POST", "/api/upload", **_form("one.txt", "two.tar.gz"))

    assert len(several.get_json()["files"]) == 2


def test_what_the_document_asks_of_an_upload_is_what_is_taken(document):
    content = document["paths"]["/api/upload"]["post"]["requestBody"]["content"]
    form = document["components"]["schemas"]["UploadForm"]["properties"]

    assert set(content) == {"multipart/form-data", "application/octet-stream"}
    assert {"file", "text", "expire", "limit", "private", "name", "filename", "key", "csrf_token"} <= set(form)


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("INVALID_SESSION_ERROR", {"headers": bearer("pb_mistyped"), "data": b"x"}),
        ("INVALID_FIELDS_ERROR", {"data": b"x", "query_string": {"expire": "yesterday"}}),
        ("INVALID_FIELDS_ERROR", {"data": b"x", "content_type": "multipart/form-data"}),
        ("MISSING_FIELDS_ERROR", _form(expire="7d")),
        ("CROSS_SITE_ERROR", {"data": b"x", "headers": {"Origin": "https://elsewhere.example"}}),
        ("UNTRUSTED_HOST_ERROR", {"data": b"x", "headers": {"Host": "elsewhere.example"}}),
        ("BODY_TOO_LARGE_ERROR", {"data": b"x" * 600}),
    ],
)
def test_a_refused_upload_answers_as_written(make_app, document, code, options):
    client = make_app(MAX_FILE_SIZE=512).test_client()

    answer = Wire(client, document).ask("POST", "/api/upload", **options)

    assert answer.get_json()["code"] == code


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"ALLOWED_TYPES": "image/*"}, "FILE_TYPE_NOT_ALLOWED_ERROR"),
        ({"ANONYMOUS_QUOTA": "2"}, "STORAGE_LIMIT_ERROR"),
        ({"ANONYMOUS_UPLOADS": "off"}, "INVALID_SESSION_ERROR"),
        ({"STORAGE_RESERVE": "1000000TiB"}, "STORAGE_FULL_ERROR"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_upload_that_the_settings_refuse_answers_as_written(make_app, document, settings, code):
    client = make_app(**settings).test_client()

    answer = Wire(client, document).ask("POST", "/api/upload", data=b"some text")

    assert answer.get_json()["code"] == code


def test_a_key_without_the_scope_is_told_so_as_written(wire, make_key):
    reader = make_key("ann", Scope.FILE_READ)

    answer = wire.ask("POST", "/api/upload", data=b"x", headers=bearer(reader))

    assert answer.get_json()["scope"] == "UPLOAD_FILE"


def test_keys_answer_as_written(app, document, make_user):
    browser = log_in(app, make_user("ann"))
    wire, headers = Wire(browser.client, document), browser.csrf

    made = wire.ask("POST", "/api/keys", json={"name": "laptop", "expire": "30d"}, headers=headers).get_json()
    listed = wire.ask("GET", "/api/keys").get_json()
    wire.ask("DELETE", f"/api/keys/{made['id']}", "/api/keys/{key_id}", headers=headers)
    gone = wire.ask("DELETE", f"/api/keys/{made['id']}", "/api/keys/{key_id}", headers=headers)
    wire.ask("POST", "/api/keys", headers=headers)
    every = wire.ask("DELETE", "/api/keys", headers=headers).get_json()

    assert listed["count"] == 1
    assert "key" not in listed["items"][0]
    assert gone.get_json()["code"] == "INVALID_KEY_ERROR"
    assert every["count"] == 1


def test_refused_key_requests_answer_as_written(app, document, make_user, make_key):
    browser = log_in(app, make_user("ann"))
    wire = Wire(browser.client, document)

    codes = [
        wire.ask("POST", "/api/keys", json={}).get_json()["code"],
        wire.ask("POST", "/api/keys", json={}, headers={"X-CSRF-Token": "wrong"}).get_json()["code"],
        wire.ask("POST", "/api/keys", json={"scopes": ["ALL"]}, headers=browser.csrf).get_json()["code"],
        wire.ask("GET", "/api/keys", headers=bearer(make_key("ann"))).get_json()["code"],
    ]

    assert codes == [
        "INVALID_CSRF_TOKEN_ERROR",
        "INVALID_CSRF_TOKEN_ERROR",
        "INVALID_FIELDS_ERROR",
        "INSUFFICIENT_PERMISSIONS_ERROR",
    ]


def test_nobody_has_no_keys_as_written(wire):
    assert wire.ask("GET", "/api/keys").status_code == 401


def test_the_rest_of_the_api_answers_as_written(wire):
    wire.ask("GET", "/api")
    wire.ask("GET", "/api/openapi.json")
    found = wire.ask("GET", "/api/clients/sharex.sxcu", "/api/clients/{name}")
    missing = wire.ask("GET", "/api/clients/wget.exe", "/api/clients/{name}")

    assert json.loads(found.text)["FileFormName"] == "file"
    assert missing.status_code == 404
