"""What goes wrong, in the words that the caller understands."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from tests.forms import multipart


@pytest.mark.parametrize("path", ["/api/nothing", "/api/nothing/at/all", "/api/keys/1/2"])
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_under_api_every_error_is_json(client, path, accept):
    answer = client.get(path, headers={"Accept": accept})

    told = answer.json
    assert answer.status_code == 404
    assert told["status"] is False
    assert told["success"] is False
    assert told["code"] == "INVALID_ENDPOINT_ERROR"
    assert told["error"] == told["message"]


def test_a_path_that_only_begins_with_the_letters_api_is_not_the_api(client):
    assert client.get("/apiary").json["code"] == "INVALID_FILE_ERROR"


@pytest.mark.parametrize("path", ["/api/upload", "/0123456789abcdef", "/"])
def test_a_method_that_is_not_taken_is_405_and_says_which_are(client, path):
    answer = client.patch(path)

    assert answer.status_code == 405
    assert answer.json["code"] == "METHOD_NOT_ALLOWED_ERROR"
    assert answer.headers["Allow"]


def test_elsewhere_an_error_is_html_only_where_accept_names_it(client):
    assert client.get("/nothing", headers={"Accept": "text/html,*/*;q=0.8"}).mimetype == "text/html"
    for accept in ("*/*", "application/json", "text/*", ""):
        answer = client.get("/nothing", headers={"Accept": accept})
        assert answer.mimetype == "application/json"
        assert answer.json["error"] == "not_found"


def test_a_script_is_told_in_one_line_even_where_it_accepts_html(client):
    answer = client.post("/?api=1", headers={"Accept": "text/html"}, **multipart())

    assert answer.mimetype == "text/plain"
    assert answer.text.startswith("ERROR ")


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing"])
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_errors_are_kept_by_nobody_and_run_nothing(client, path, accept):
    answer = client.get(path, headers={"Accept": accept})

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/nothing?key=secret", "/delete/11111111-1111-4111-8111-111111111111/token"])
def test_an_address_with_a_secret_in_it_is_no_referrer(client, path):
    assert client.get(path).headers["Referrer-Policy"] == "no-referrer"


def test_a_401_says_how_to_authenticate(client):
    assert client.get("/api/keys").headers["WWW-Authenticate"] == "Bearer"


def test_a_fault_of_the_servers_own_is_500_without_details_and_logged_without_the_url(app, client, caplog):
    @app.before_request
    def fail():
        raise RuntimeError("the details")

    answer = client.get("/nothing?key=secret")

    assert answer.status_code == 500
    assert answer.json["code"] == "INTERNAL_SERVER_ERROR"
    assert "details" not in answer.text
    assert "the details" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ("database or disk is full", 507, "STORAGE_FULL_ERROR"),
        ("database is locked", 503, "SERVICE_UNAVAILABLE_ERROR"),
        ("disk I/O error", 500, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_a_database_that_cannot_is_told_by_what_can_be_done_about_it(app, client, said, status, code):
    @app.before_request
    def fail():
        raise OperationalError("INSERT", {}, Exception(said))

    answer = client.get("/nothing")

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert said not in answer.text
