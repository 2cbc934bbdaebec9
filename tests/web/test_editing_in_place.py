"""A file's own page, for its owner: changed there, and one is back there."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.forms import path_of
from tests.web.conftest import logged_in
from tests.web.pages import facts_of, read
from tests.web.visiting import Visitor

UNCHANGED = {"filename": "hello.txt", "extension": "txt", "private": "0"}


def save(visitor: Visitor, uuid: str, **fields: str) -> str:
    """Send the form on the page; the address that it leads to."""
    answer = visitor.submit(f"/view/{uuid}", **{**UNCHANGED, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_change_leads_back_to_the_page_which_says_so(ann: Visitor) -> None:
    uuid = ann.upload()

    page = read(ann.get(save(ann, uuid, name="Greetings", expire="1d")).text)

    assert page.all("h1")[0].text == "Greetings"
    assert "in 24 hours" in facts_of(page)["Expires"]
    assert [each.text for each in page.all("div") if each["role"] == "status"] == ["Saved."]


def test_what_becomes_private_has_its_new_links_there(ann: Visitor, visitor: Visitor) -> None:
    uuid = ann.upload()

    address = save(ann, uuid, private="1")

    links = facts_of(read(ann.get(address).text))
    assert "key=" in address
    assert "key=" in links["Direct link"]
    assert visitor.get(path_of(links["Direct link"])).data == b"hello"
    assert visitor.get(f"/{uuid}").status_code == 404


def test_what_becomes_public_needs_no_key_any_more(ann: Visitor) -> None:
    uuid = ann.upload(private="1")

    address = save(ann, uuid, private="0")

    assert "key=" not in address
    assert ann.get(address).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [("filename", "/"), ("extension", "!"), ("expire", "yesterday"), ("limit", "0"), ("private", "x")],
)
def test_what_cannot_be_is_said_at_its_field_with_all_that_was_typed(ann: Visitor, field: str, value: str) -> None:
    uuid = ann.upload()

    answer = ann.submit(f"/view/{uuid}", **{**UNCHANGED, "name": "kept", field: value})

    page = read(answer.text)
    (wrong,) = [each for tag in ("input", "select") for each in page.all(tag) if each["aria-invalid"] == "true"]
    assert answer.status_code == 400
    assert wrong["id"] == field
    assert [each["value"] for each in page.all("input") if each["id"] == "name"] == ["kept"]
    assert "open" in next(each for each in page.all("details") if each["id"] == "change").attributes
    assert facts_of(page)["File name"] == "hello.txt"


def test_it_is_the_owner_s_alone(app: Flask, ann: Visitor, visitor: Visitor, make_user) -> None:  # type: ignore[no-untyped-def]
    uuid = ann.upload()
    make_user("bob")

    for other in (visitor, logged_in(app, "bob")):
        assert "Change" not in other.get(f"/view/{uuid}?saved=1").text
        assert "Saved." not in other.get(f"/view/{uuid}?saved=1").text
    assert logged_in(app, "bob").submit("/", f"/view/{uuid}", **UNCHANGED).status_code == 404
    assert ann.post(f"/view/{uuid}", dict(UNCHANGED)).status_code == 403


def test_staff_are_led_to_where_they_manage_it(app: Flask, ann: Visitor, make_user) -> None:  # type: ignore[no-untyped-def]
    uuid = ann.upload()
    make_user("root", is_staff=True)

    page = logged_in(app, "root").get(f"/view/{uuid}").text

    assert f"/admin/files/{uuid}" in page
    assert "change-form" not in page
