"""What a link unfolds to in a chat, and that looking so is no view and tells nothing that is not for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pastebin.services import views
from tests import hushing, pictures
from tests.conftest import bearer
from tests.forms import path_of, upload
from tests.web.pages import Element, read, see


def card_of(page: Element) -> dict[str, str]:
    """The properties in a page's head."""
    found = {each["property"] or each["name"]: each["content"] for each in page.all("meta")}
    return {name: content for name, content in found.items() if name.startswith(("og:", "twitter:"))}


def views_of(app: Flask, client: FlaskClient, key: str, uuid: str) -> int:
    with app.app_context():
        views.write()
    return int(client.get(f"/api/users/me/files/{uuid}", headers=bearer(key)).json["views"])


def test_a_text_unfolds_to_its_name_its_facts_and_its_beginning(client: FlaskClient) -> None:
    sent = upload(client, b"def f():\n\n    return 1\n", "code.py", name="My script")

    card = card_of(see(client, sent["uuid"]))

    assert card == {
        "og:type": "website",
        "og:site_name": "pastebin",
        "og:title": "My script",
        "og:url": f"http://localhost/view/{sent['uuid']}",
        "og:description": "text/x-python, 23 bytes: def f(): return 1",
        "twitter:card": "summary",
    }


def test_the_beginning_is_short_and_clean(client: FlaskClient) -> None:
    sent = upload(client, ('a\u202e\u200b\x1b[31m\t"><script>\n' + "word " * 500).encode(), "a.txt")

    description = card_of(see(client, sent["uuid"]))["og:description"]

    assert len(description) <= 200
    assert description.endswith("…")
    assert 'a [31m "><script> word word' in description
    assert not re.search(r"[\u202e\u200b\x00-\x1f]", description)


def test_an_image_unfolds_to_a_picture_that_is_no_view(
    app: Flask, client: FlaskClient, make_key: Callable[..., str]
) -> None:
    key = make_key("ann")
    sent = upload(client, pictures.photograph(), "holiday.jpg", bearer(key))

    for address in (sent["uuid"], sent["hash"]):
        card = card_of(see(client, address))
        answer = client.get(path_of(card["og:image"]))

        assert answer.status_code == 200
        assert answer.content_type == "image/jpeg"
        assert (card["og:image:width"], card["og:image:height"]) == ("512", "512")
        assert card["twitter:card"] == "summary_large_image"
    assert views_of(app, client, key, sent["uuid"]) == 0


def test_the_card_of_a_hash_has_no_name_of_a_file(client: FlaskClient) -> None:
    sent = upload(client, pictures.photograph(), "secret-name.jpg", name="Secret title")

    card = card_of(see(client, sent["hash"]))

    assert card["og:title"] == f"{sent['hash']}.jpg"
    assert "ecret" not in str(card)
    assert sent["uuid"] not in str(card)


@pytest.mark.parametrize("rules", [{"private": "1"}, {"limit": "3"}, {"private": "1", "limit": "3"}])
def test_what_is_private_or_limited_unfolds_to_nothing(client: FlaskClient, rules: dict[str, str]) -> None:
    for content, name in ((b"hello", "a.txt"), (pictures.photograph(), "a.jpg")):
        sent = upload(client, content, name, **rules)
        key = sent["url"].partition("?")[2]

        assert not card_of(see(client, f"{sent['uuid']}?{key}"))


def test_ones_own_private_file_unfolds_to_nothing(client: FlaskClient, make_key: Callable[..., str]) -> None:
    owner = bearer(make_key("ann"))
    sent = upload(client, b"hello", "a.txt", owner, private="owner")

    assert not card_of(see(client, sent["uuid"], headers=owner))


def test_an_encrypted_file_unfolds_to_nothing(client: FlaskClient) -> None:
    hush = hushing.upload(client, b"sealed")

    answer = client.get(f"/{hush.id}", headers={"Accept": "text/html"})

    assert answer.status_code == 200
    assert not card_of(read(answer.text))


# ---- the page's own images


def test_what_is_tried_out_on_the_page_is_no_view(
    app: Flask, client: FlaskClient, make_key: Callable[..., str]
) -> None:
    key = make_key("ann")
    sent = upload(client, pictures.photograph(), "holiday.jpg", bearer(key))

    answer = client.get(f"/view/{sent['uuid']}/image.webp?scalex=50")

    assert answer.content_type == "image/webp"
    assert views_of(app, client, key, sent["uuid"]) == 0
    assert client.get(f"/{sent['uuid']}.webp?scalex=50").data == answer.data
    assert views_of(app, client, key, sent["uuid"]) == 1


def test_the_images_of_a_page_are_for_whom_the_file_is(client: FlaskClient) -> None:
    private = upload(client, pictures.photograph(1), "a.jpg", private="1")
    limited = upload(client, pictures.photograph(2), "b.jpg", limit="3")
    key = private["url"].partition("?")[2]

    assert client.get(f"/view/{private['uuid']}/image").status_code == 404
    assert client.get(f"/view/{private['sha256']}/image").status_code == 404
    assert client.get(f"/view/{private['uuid']}/image?key=d3Jvbmc").status_code == 404
    assert client.get(f"/view/{limited['sha256']}/image").status_code == 404
    assert client.get(f"/view/{limited['uuid']}/image").status_code == 400
    answer = client.get(f"/view/{private['uuid']}/image?{key}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_without_javascript_the_form_leads_to_the_image_that_it_describes(client: FlaskClient) -> None:
    sent = upload(client, pictures.photograph(), "a.jpg", private="1")
    key = sent["url"].partition("?key=")[2]

    asked = {"key": key, "scale": "", "scalex": "40", "cropx": "", "format": "png"}
    answer = client.get(f"/view/{sent['uuid']}/image", query_string=asked)

    assert answer.status_code == 303
    assert client.get(answer.location).content_type == "image/png"
    assert "key=" in answer.location


def test_an_image_that_no_browser_shows_is_shown_by_one_that_is_made_of_it(client: FlaskClient) -> None:
    sent = upload(client, pictures.scan(), "scan.tiff")

    (image,) = see(client, sent["uuid"]).all("img")

    assert image["src"] == f"/{sent['uuid']}.jpg?scale=100"
    assert client.get(image["src"]).content_type == "image/jpeg"
