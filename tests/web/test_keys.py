"""API keys on their page."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable

from flask import Flask

from pastebin.blueprints import clients
from pastebin.services import keys
from pastebin.services.actor import User
from tests.conftest import bearer
from tests.web.conftest import logged_in
from tests.web.visiting import Visitor

USUAL = ["UPLOAD_FILE", "FILE_READ", "FILE_MODIFY"]


def make(visitor: Visitor, name: str = "laptop", scopes: list[str] | None = None, expire: str = "") -> str:
    answer = visitor.submit("/keys", name=name, scopes=USUAL if scopes is None else scopes, expire=expire)
    assert answer.status_code == 201, answer.text
    found = re.search(r'id="secret"[^>]*>(pb_[^<]+)<', answer.text)
    assert found
    return found[1]


def works(app: Flask, key: str) -> bool:
    return app.test_client().put("/x.txt", data=b"x", headers=bearer(key)).status_code == 201


def test_a_key_is_shown_once_and_works(app: Flask, ann: Visitor) -> None:
    key = make(ann)

    assert works(app, key)
    page = ann.get("/keys").text
    assert "laptop" in page
    assert key not in page
    assert "pb_" not in page


def test_a_new_key_stands_in_everything_that_is_shown_for_programs(ann: Visitor) -> None:
    answer = ann.submit("/keys", name="laptop", scopes=USUAL, expire="")
    key = re.findall(r'id="secret"[^>]*>(pb_[^<]+)<', answer.text)[0]
    texts = dict(re.findall(r'<code id="text-(\w+)">(.*?)</code>', answer.text, re.S))

    # What is committed with a project names the key and does not have it.
    assert {name for name, text in texts.items() if key not in text} == {"github", "gitlab"}
    assert "YOUR_KEY" not in answer.text
    assert "http://localhost/" in texts["curl"]


def test_what_is_saved_from_the_page_is_what_it_shows(ann: Visitor) -> None:
    page = ann.get("/keys").text
    links = dict(re.findall(r'<a href="data:[^,"]*;base64,([^"]+)" download="([^"]+)"', page))
    shown = [html.unescape(text) for text in re.findall(r'<code id="text-\w+">(.*?)</code>', page, re.S)]

    assert set(links.values()) == set(clients.FILES)
    assert all(base64.b64decode(link).decode().rstrip() in shown for link in links)
    assert all("YOUR_KEY" in base64.b64decode(link).decode() for link in links)


def test_a_key_may_only_do_what_was_ticked(app: Flask, ann: Visitor) -> None:
    assert not works(app, make(ann, scopes=["FILE_READ"]))


def test_what_cannot_be_made_is_said_at_its_field(ann: Visitor) -> None:
    none = ann.submit("/keys", name="x", scopes=[])
    staff = ann.submit("/keys", name="x", scopes=["STAFF_READ_FILES"])
    long = ann.submit("/keys", name="x" * 300, scopes=USUAL)
    past = ann.submit("/keys", name="x", scopes=USUAL, expire="2001-01-01")

    assert [answer.status_code for answer in (none, staff, long, past)] == [400] * 4
    assert 'id="scopes-error"' in none.text
    assert 'id="scopes-error"' in staff.text
    assert 'id="name-error"' in long.text
    assert 'id="expire-error"' in past.text
    assert "You have none yet." in ann.get("/keys").text


def test_staff_scopes_are_offered_to_staff_alone(app: Flask, ann: Visitor, make_user: Callable[..., User]) -> None:
    make_user("sue", is_staff=True)
    sue = logged_in(app, "sue")

    assert "STAFF_MODIFY_FILES" in sue.get("/keys").text
    assert "STAFF_" not in ann.get("/keys").text
    assert make(sue, scopes=["STAFF_READ_FILES"])


def test_an_expiry_and_the_last_use_are_listed(app: Flask, ann: Visitor) -> None:
    with app.app_context():
        keys.write_uses()  # what other tests of this process have used is not this key's use
    key = make(ann, expire="7d")
    before = ann.get("/keys").text
    works(app, key)

    assert "in 7 days" in before
    assert 'data-label="Last used">never' in before
    assert 'data-label="Last used">never' not in ann.get("/keys").text


def test_a_key_named_in_markup_is_only_text(ann: Visitor) -> None:
    make(ann, name='<script>alert(1)</script>"')

    assert "<script>" not in ann.get("/keys").text


def test_one_key_is_invalidated(app: Flask, ann: Visitor) -> None:
    lost, kept = make(ann, "lost"), make(ann, "kept")
    paths = re.findall(r'action="(/keys/\d+/invalidate)"', ann.get("/keys").text)
    answer = ann.submit("/keys", paths[-1])

    assert (answer.status_code, answer.location) == (303, "/keys")
    assert not works(app, lost)
    assert works(app, kept)


def test_all_keys_are_invalidated(app: Flask, ann: Visitor) -> None:
    made = [make(ann), make(ann)]
    assert ann.submit("/keys", "/keys/invalidate").status_code == 303

    assert not any(works(app, key) for key in made)


def test_the_keys_of_others_are_not_there(app: Flask, ann: Visitor, make_user: Callable[..., User]) -> None:
    key = make(ann)
    path = re.findall(r'action="(/keys/\d+/invalidate)"', ann.get("/keys").text)[0]
    make_user("bob")
    bob = logged_in(app, "bob")

    assert bob.submit("/keys", path).status_code == 404
    assert bob.submit("/keys", "/keys/x/invalidate").status_code == 404
    assert works(app, key)
