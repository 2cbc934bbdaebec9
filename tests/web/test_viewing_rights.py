"""Who sees the page of a file, what looking at it costs, and who may delete there (contract sections 1, 2 and 4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pastebin.services.actor import Scope, User
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import path_of, upload
from tests.web.pages import facts_of, lines_of, links_of, read, see

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
MISSING = "/view/00000000-0000-4000-8000-000000000000"
HTML = {"Accept": "text/html"}

# ---- who may see it


def test_a_private_file_is_seen_with_its_key_alone(client: FlaskClient) -> None:
    sent = upload(client, b"private text\n", "hidden.txt", private="1")
    key = sent["url"].partition("?key=")[2]

    assert client.get(f"/view/{sent['uuid']}").status_code == 404
    assert client.get(f"/view/{sent['uuid']}?key=d3Jvbmc").status_code == 404
    assert client.get(f"/view/{sent['sha256']}").status_code == 404
    page = see(client, f"{sent['uuid']}?key={key}")

    assert lines_of(page) == ["private text"]
    assert facts_of(page)["Readable by"] == "anyone with the secret link"
    assert all(f"?key={key}" in facts_of(page)[name] for name in ("Raw", "Direct link", "With name", "To share"))


def test_a_private_image_is_fetched_with_the_key_that_was_given(client: FlaskClient) -> None:
    sent = upload(client, PNG, "hidden.png", private="1")
    key = sent["url"].partition("?key=")[2]

    answer = client.get(f"/view/{sent['uuid']}?key={key}")

    (image,) = read(answer.text).all("img")
    assert image["src"] == f"/{sent['id']}?key={key}"
    assert client.get(image["src"]).data == PNG
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_its_owner_needs_no_key(app: Flask, client: FlaskClient, make_key: Callable[..., str]) -> None:
    sent = upload(client, b"mine alone\n", "mine.txt", bearer(make_key("ann")), private="owner")

    assert client.get(f"/view/{sent['uuid']}", headers=bearer(make_key("bob"))).status_code == 404
    page = see(client, sent["uuid"], headers=bearer(make_key("ann")))

    assert lines_of(page) == ["mine alone"]
    assert "by you" in facts_of(page)["Uploaded"]
    assert "Authorization: Bearer" in facts_of(page)["From a shell"]


def test_a_key_that_may_not_read_sees_what_everybody_sees(client: FlaskClient, make_key: Callable[..., str]) -> None:
    key = make_key("ann", Scope.UPLOAD_FILE)
    public = upload(client, headers=bearer(key))
    private = upload(client, b"mine alone\n", "mine.txt", bearer(key), private="owner")

    assert client.get(f"/view/{public['uuid']}", headers=bearer(key)).status_code == 200
    assert "by you" not in see(client, public["uuid"], headers=bearer(key)).text
    assert client.get(f"/view/{private['uuid']}", headers=bearer(key)).status_code == 404


def test_what_is_not_there_and_what_is_hidden_get_the_same_answer(
    client: FlaskClient, make_key: Callable[..., str]
) -> None:
    private = upload(client, b"one", private="1")
    owners = upload(client, b"two", headers=bearer(make_key()), private="owner")
    limited = upload(client, b"three", limit="1")
    addresses = [
        f"/view/{private['uuid']}", f"/view/{private['sha256'][:16]}", f"/view/{owners['uuid']}",
        f"/view/{limited['sha256'][:16]}", "/view/0123456789abcdef", "/view/nonsense", "/view/..", MISSING,
    ]  # fmt: skip

    answers = [client.get(address, headers=HTML) for address in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1


def test_an_expired_file_has_no_page(client: FlaskClient) -> None:
    sent = upload(client, expire="1s")
    time.sleep(1.1)

    assert client.get(f"/view/{sent['uuid']}").status_code == 404
    assert client.get(f"/view/{sent['hash']}").status_code == 404


def test_a_file_whose_bytes_are_gone_has_no_page(app: Flask, client: FlaskClient) -> None:
    sent = upload(client, bytes(5000))
    (blob,) = Path(app.instance_path).glob(f"blobs/*/{sent['sha256']}")
    blob.unlink()

    assert client.get(f"/view/{sent['uuid']}").status_code == 404


# ---- limited files


def test_looking_at_a_limited_file_spends_nothing_and_shows_nothing_of_it(client: FlaskClient) -> None:
    sent = upload(client, b"the only copy", "once.txt", limit="1")

    for _ in range(5):
        page = see(client, sent["uuid"])
        client.head(f"/view/{sent['uuid']}")

    assert "the only copy" not in page.text
    assert facts_of(page)["Downloads left"] == "1 of 1"
    assert client.get(f"/{sent['uuid']}").data == b"the only copy"
    assert client.get(f"/view/{sent['uuid']}").status_code == 404


@pytest.mark.parametrize("content", [PNG, b"text"], ids=["image", "text"])
def test_nothing_on_the_page_of_a_limited_file_leads_to_its_bytes_unasked(client: FlaskClient, content: bytes) -> None:
    sent = upload(client, content, "once.png", limit="3")

    page = see(client, sent["uuid"])

    assert not page.all("img")
    assert not [link for link in links_of(page) if path_of(link).startswith(f"/{sent['uuid']}")]
    (form,) = [each for each in page.all("form") if sent["uuid"] in each["action"]]
    assert form["method"] == "get"
    assert client.get(form["action"]).data == content
    assert facts_of(see(client, sent["uuid"]))["Downloads left"] == "2 of 3"


def test_the_button_of_a_private_limited_file_sends_its_key(client: FlaskClient) -> None:
    sent = upload(client, b"secret", limit="2", private="1")
    key = sent["url"].partition("?key=")[2]

    page = see(client, f"{sent['uuid']}?key={key}")

    (form,) = [each for each in page.all("form") if sent["uuid"] in each["action"]]
    fields = {each["name"]: each["value"] for each in form.all("input")}
    assert client.get(form["action"], query_string=fields).data == b"secret"


# ---- deleting


def test_its_owner_can_delete_a_file_on_its_page(app: Flask, make_user: Callable[..., User]) -> None:
    browser = log_in(app, make_user("ann"))
    sent = upload(browser.client, headers=browser.csrf)

    page = see(browser.client, sent["uuid"])

    (form,) = [each for each in page.all("form") if each["action"] == f"/files/{sent['uuid']}/delete"]
    fields = {each["name"]: each["value"] for each in form.all("input")}
    assert browser.client.post(form["action"], data=fields).status_code in (200, 303)
    assert browser.client.get(f"/view/{sent['uuid']}").status_code == 404


def test_nobody_else_is_offered_to(app: Flask, client: FlaskClient, make_user: Callable[..., User]) -> None:
    ann, bob = log_in(app, make_user("ann")), log_in(app, make_user("bob"))
    sent = upload(ann.client, headers=ann.csrf)

    for other in (client, bob.client):
        page = see(other, sent["uuid"])

        assert not [each for each in page.all("form") if each["method"] == "post" and sent["uuid"] in each["action"]]
        assert "elete" not in page.text
