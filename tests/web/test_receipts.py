"""What an uploader is shown once, on the page that follows: the deletion links (contract section 3)."""

from __future__ import annotations

import base64
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.forms import field, file, multipart, path_of, upload
from tests.web.pages import Element, read


def send(client: FlaskClient, *parts: bytes) -> str:
    """Upload by the browser's form; the path that it is led to."""
    answer = client.post("/upload", **multipart(*parts))
    assert answer.status_code == 303
    return path_of(answer.location)


def deletions(page: Element) -> list[str]:
    return re.findall(r"https?://[^/]+(/delete/[^\s]+)", page.text)


def test_after_an_upload_the_deletion_link_is_shown_once(client: FlaskClient) -> None:
    where = send(client, file(b"hello", "a.txt"))

    first, second = read(client.get(where).text), read(client.get(where).text)

    (deletion,) = deletions(first)
    assert "Uploaded" in [each.text for each in first.all("h2")]
    assert client.get(deletion).status_code == 200
    assert not deletions(second)
    assert "Uploaded" not in [each.text for each in second.all("h2")]


def test_the_receipt_of_several_files_lists_them_all(client: FlaskClient) -> None:
    where = send(client, file(b"one", "1.txt"), file(b"two", "2.txt"), file(b"three", "3.txt"))

    page = read(client.get(where).text)

    links = deletions(page)
    assert len(set(links)) == 3
    assert {"1.txt", "2.txt", "3.txt"} <= {each.text for each in page.all("h3")}
    for link in links:
        assert client.post(link).status_code in (200, 303)
    assert client.get(where).status_code == 404


def test_a_receipt_is_only_for_the_browser_that_uploaded(app: Flask, client: FlaskClient) -> None:
    where = send(client, file(b"hello", "a.txt"))

    assert not deletions(read(app.test_client().get(where).text))
    assert deletions(read(client.get(where).text))


def test_a_look_ahead_does_not_use_the_receipt_up(client: FlaskClient) -> None:
    where = send(client, file(b"hello", "a.txt"))
    client.head(where)

    assert deletions(read(client.get(where).text))


def test_a_receipt_of_a_private_file_leads_to_its_page_with_the_key(client: FlaskClient) -> None:
    where = send(client, field("private", "1"), file(b"hello", "a.txt"))

    assert "?key=" in where
    assert deletions(read(client.get(where).text))


@pytest.mark.parametrize("forged", ["nonsense", "!!!", "A" * 4000, "", "AAAA", "é"])
def test_a_forged_receipt_says_nothing(client: FlaskClient, forged: str) -> None:
    sent = upload(client)
    client.set_cookie("pastebin_receipt", forged)

    page = read(client.get(f"/view/{sent['uuid']}").text)

    assert not deletions(page)


def test_a_receipt_with_a_wrong_token_says_nothing(client: FlaskClient) -> None:
    sent = upload(client)
    client.set_cookie("pastebin_receipt", base64.urlsafe_b64encode(uuid.UUID(sent["uuid"]).bytes + bytes(16)).decode())

    assert not deletions(read(client.get(f"/view/{sent['uuid']}").text))


def test_who_has_a_deletion_link_alone_cannot_write_a_receipt_and_learn_the_key(client: FlaskClient) -> None:
    secret, mine = upload(client, private="1"), upload(client)
    token = secret["deletion_url"].rpartition("/")[2]
    entry = uuid.UUID(secret["uuid"]).bytes + base64.urlsafe_b64decode(token + "==")
    for written in (base64.urlsafe_b64encode(entry).decode(), base64.urlsafe_b64encode(entry).decode().rstrip("=")):
        client.set_cookie("pastebin_receipt", written, path=f"/view/{mine['uuid']}")

        page = client.get(f"/view/{mine['uuid']}").text

        assert secret["uuid"] not in page
        assert "key=" not in page


def test_the_receipt_of_many_files_fits_in_a_cookie(client: FlaskClient) -> None:
    answer = client.post("/upload", **multipart(*[file(b"x", f"{number}.txt") for number in range(100)]))

    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("pastebin_receipt"))
    assert len(cookie) <= 4096
    assert len(set(deletions(read(client.get(path_of(answer.location)).text)))) == 80
