"""How much room one's files take, and of how much, is said where one looks for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from pastebin.services import accounts
from pastebin.services.actor import User
from tests.conftest import PASSWORD
from tests.web.conftest import logged_in
from tests.web.pages import Element, read
from tests.web.visiting import Visitor

PAGES = ["/files", "/account"]


def storage_of(visitor: Visitor, path: str) -> Element:
    page = read(visitor.get(path).text)
    (part,) = [each for each in page.all("div") if each["class"] == "storage"]
    return part


@pytest.fixture
def quota(make_app: Callable[..., Flask]) -> Callable[[str], Visitor]:
    """Somebody who has so much room."""

    def make(size: str) -> Visitor:
        app = make_app(USER_QUOTA=size)
        with app.app_context():
            accounts.create("ann", PASSWORD)
        return logged_in(app)

    return make


@pytest.mark.parametrize("path", PAGES)
def test_without_a_quota_it_is_said_what_is_used_and_no_more(ann: Visitor, path: str) -> None:
    ann.upload(b"x" * 2048)

    part = storage_of(ann, path)

    assert part.text.strip() == "2 KiB used"
    assert part.all("meter") == []


@pytest.mark.parametrize("path", PAGES)
def test_with_a_quota_it_is_said_of_how_much(quota: Callable[[str], Visitor], path: str) -> None:
    ann = quota("10KiB")
    ann.upload(b"x" * 2048)

    (meter,) = storage_of(ann, path).all("meter")

    assert storage_of(ann, path).all("p")[0].text == "2 KiB of 10 KiB used"
    assert (meter["value"], meter["max"], meter["class"]) == ("2048", "10240", "")


def test_where_little_is_left_the_meter_looks_otherwise(quota: Callable[[str], Visitor]) -> None:
    ann = quota("10KiB")
    ann.upload(b"x" * 9216)

    assert storage_of(ann, "/files").all("meter")[0]["class"] == "storage__full"


def test_what_is_deleted_takes_no_room(ann: Visitor) -> None:
    uuid = ann.upload(b"x" * 2048)
    ann.submit(f"/files/{uuid}", f"/files/{uuid}/delete")

    assert storage_of(ann, "/files").text.strip() == "0 bytes used"


def test_staff_see_nobodys_in_the_list_of_all_files(app: Flask, make_user: Callable[..., User]) -> None:
    make_user("root", is_staff=True)
    page = read(logged_in(app, "root").get("/admin/files").text)

    assert page.all("meter") == []
    assert " used" not in page.text
