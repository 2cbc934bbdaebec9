"""The lane in front of Flask: what it replays, and that it never replays what is no longer true."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.wsgi import FileWrapper

from pastebin.blueprints.lane import Lane
from pastebin.extensions import derived
from pastebin.services import files, views
from tests.running import Server


@pytest.fixture
def passed_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of requests that the lane left to Flask."""
    seen: list[str] = []
    lane = app.wsgi_app
    assert isinstance(lane, Lane)
    behind = lane._application

    def noting(environ: Any, start_response: Any) -> Any:
        seen.append(environ["PATH_INFO"])
        return behind(environ, start_response)

    monkeypatch.setattr(lane, "_application", noting)
    return seen


def upload(client: FlaskClient, content: bytes = b"hello\n", **fields: str) -> dict[str, Any]:
    answer = client.post("/api/upload", data={**fields, "file": (io.BytesIO(content), "a.txt")})
    assert answer.status_code == 201, answer.text
    return dict(answer.json or {})


def plain(client: FlaskClient, path: str, **headers: str) -> Any:
    return client.get(path, headers=headers)


@pytest.mark.parametrize("name", ["hash", "uuid"])
def test_a_second_get_is_the_same_to_the_letter_and_does_not_reach_flask(
    client: FlaskClient, passed_on: list[str], name: str
) -> None:
    path = f"/{upload(client)[name]}"
    first = plain(client, path)
    passed_on.clear()

    second = plain(client, path)

    assert passed_on == []
    assert (second.status, second.data, list(second.headers)) == (first.status, first.data, list(first.headers))


@pytest.mark.parametrize("name", ["hash", "uuid"])
def test_a_304_is_replayed_too_and_equals_flasks(client: FlaskClient, passed_on: list[str], name: str) -> None:
    about = upload(client)
    path, etag = f"/{about[name]}", f'"{about["sha256"]}"'
    first = plain(client, path, **{"If-None-Match": etag})
    passed_on.clear()

    second = plain(client, path, **{"If-None-Match": etag})

    assert passed_on == []
    assert (second.status_code, list(second.headers)) == (304, list(first.headers))


@pytest.mark.parametrize("name", ["hash", "uuid"])
def test_each_whole_answer_that_is_replayed_is_a_view_and_a_304_is_none(
    app: Flask, client: FlaskClient, passed_on: list[str], name: str
) -> None:
    about = upload(client)
    path, etag = f"/{about[name]}", f'"{about["sha256"]}"'
    plain(client, path, **{"If-None-Match": etag})
    passed_on.clear()

    statuses = [plain(client, path, **condition).status_code for condition in ({}, {"If-None-Match": etag}, {})]

    assert passed_on == []
    assert statuses == [200, 304, 200]
    with app.app_context():
        views.write()
        assert files.get(about["uuid"]).views == 2


def test_after_a_deletion_nothing_is_replayed(client: FlaskClient) -> None:
    about = upload(client)
    path = f"/{about['hash']}"
    assert [plain(client, path).status_code for _ in range(3)] == [200, 200, 200]

    deleted = client.delete(f"/{about['uuid']}", headers={"X-Delete-Token": about["deletion_url"].rsplit("/", 1)[1]})

    assert deleted.status_code == 204
    assert plain(client, path).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"Range": "bytes=0-1"},
        {"If-None-Match": '"other"'},
    ],
)
def test_what_may_be_answered_otherwise_goes_to_flask(
    client: FlaskClient, passed_on: list[str], headers: dict[str, str]
) -> None:
    path = f"/{upload(client)['hash']}"
    plain(client, path)
    passed_on.clear()

    client.get(path, headers=headers)

    assert passed_on == [path]


def test_a_request_with_a_cookie_goes_to_flask(client: FlaskClient, passed_on: list[str]) -> None:
    path = f"/{upload(client)['hash']}"
    plain(client, path)
    passed_on.clear()
    client.set_cookie("pastebin_session", "x")

    plain(client, path)

    assert passed_on == [path]


@pytest.mark.parametrize("fields", [{"private": "1"}, {"limit": "5"}])
def test_private_and_limited_files_never_enter_the_lane(
    client: FlaskClient, passed_on: list[str], fields: dict[str, str]
) -> None:
    path = f"/{upload(client, **fields)['uuid']}"
    passed_on.clear()

    for _ in range(3):
        plain(client, path)

    assert passed_on == [path] * 3


def noise(side: int = 256) -> bytes:
    """A picture whose thumbnail is larger than what the lane keeps in memory; one of 8 pixels has a smaller one."""
    out = io.BytesIO()
    Image.frombytes("L", (side, side), os.urandom(side * side)).convert("RGBA" if side > 8 else "L").save(out, "PNG")
    return out.getvalue()


def test_a_thumbnail_is_replayed_while_it_is_kept_and_made_again_when_it_is_not(
    app: Flask, client: FlaskClient, passed_on: list[str]
) -> None:
    about = upload(client, noise())
    path = f"/{about['uuid']}/thumb"
    as_served: Any = {"environ_overrides": {"wsgi.file_wrapper": FileWrapper}}
    assert client.get(path, **as_served).content_length > 64 * 1024
    passed_on.clear()
    replayed = client.get(path, **as_served)
    assert passed_on == []
    with app.app_context():
        derived.sweep(lambda _names: set())

    made_again = client.get(path, **as_served)

    assert (replayed.status_code, made_again.status_code) == (200, 200)
    assert passed_on == [path]


@pytest.mark.parametrize("side", [8, 256])
def test_a_thumbnail_that_cannot_be_kept_is_made_each_time(make_app: Callable[..., Flask], side: int) -> None:
    client = make_app(DERIVED_CACHE_SIZE=1).test_client()
    path = f"/{upload(client, noise(side))['uuid']}/thumb"

    assert [plain(client, path).status_code for _ in range(2)] == [200, 200]


def test_an_svg_is_not_replayed_because_it_depends_on_who_asks(client: FlaskClient) -> None:
    about = upload(client, b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    path = f"/{about['hash']}.svg"

    as_page = plain(client, path)
    as_image = plain(client, path, **{"Sec-Fetch-Dest": "image"})

    assert as_page.mimetype == "text/plain"
    assert as_image.mimetype == "image/svg+xml"


def test_a_leading_part_that_may_come_to_fit_two_contents_is_asked_anew_each_time(
    client: FlaskClient, passed_on: list[str]
) -> None:
    path = f"/{upload(client)['sha256'][:30]}"
    passed_on.clear()

    assert [plain(client, path).status_code for _ in range(2)] == [200, 200]

    assert passed_on == [path] * 2


def test_what_expires_is_replayed_only_while_max_age_does_not_shrink(client: FlaskClient, passed_on: list[str]) -> None:
    soon, late = upload(client, b"soon", expire="30min")["hash"], upload(client, b"late", expire="2h")["hash"]
    for name in (soon, late):
        plain(client, f"/{name}")
    passed_on.clear()

    for name in (soon, late):
        plain(client, f"/{name}")

    assert passed_on == [f"/{soon}"]


def test_another_host_name_is_judged_by_flask(client: FlaskClient) -> None:
    path = f"/{upload(client)['hash']}"
    plain(client, path)

    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_no_worker_replays_what_another_has_deleted(make_server: Callable[..., Server]) -> None:
    """Readers on many connections, so on every worker, ask without pause; a deletion is seen by all at once."""
    server = make_server(RATE_LIMITS="off")

    for round_number in range(15):
        with requests.post(
            f"{server.url}/api/upload", files={"file": ("a", f"round {round_number}")}, timeout=10
        ) as up:
            about = up.json()
        stale = _stale_after_deletion(server, about)
        assert stale == 0


def _stale_after_deletion(server: Server, about: dict[str, Any]) -> int:
    sessions = [requests.Session() for _ in range(8)]
    for session in sessions * 3:
        assert session.get(f"{server.url}/{about['hash']}", timeout=10).status_code == 200
    token = about["deletion_url"].rsplit("/", 1)[1]
    headers = {"X-Delete-Token": token}
    assert requests.delete(f"{server.url}/{about['uuid']}", headers=headers, timeout=10).status_code == 204
    answers: list[int] = []

    def ask(session: requests.Session) -> None:
        answers.append(session.get(f"{server.url}/{about['hash']}", timeout=10).status_code)
        session.close()

    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(status != 404 for status in answers)


def test_what_the_server_gives_again_by_itself_is_whole_and_gone_with_its_file(
    make_server: Callable[..., Server],
) -> None:
    content = os.urandom(300_000)  # more than is kept in memory
    server = make_server(WORKERS=2)
    sent = requests.post(f"{server.url}/api/upload", files={"file": ("a.bin", content)}, timeout=10).json()
    link = f"{server.url}/{sent['uuid']}"
    with requests.Session() as one, requests.Session() as other:
        got = [session.get(link, timeout=10).content for _ in range(10) for session in (one, other)]
        token = sent["deletion_url"].rsplit("/", 1)[1]
        removed = requests.delete(link, headers={"X-Delete-Token": token}, timeout=10)
        after = [session.get(link, timeout=10).status_code for _ in range(5) for session in (one, other)]

    assert got == [content] * 20
    assert removed.status_code == 204
    assert after == [404] * 10
