"""The list of one's own files without JavaScript: orders by its columns, names, and what it says of each file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pastebin.blueprints.web import shelves, wording
from pastebin.extensions import now
from tests.web.pages import Element, read
from tests.web.visiting import Visitor


def see(visitor: Visitor, path: str = "/files") -> Element:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return read(answer.text).all("main")[0]


def names_in(page: Element) -> list[str]:
    return [name.text for name in page.all("tbody")[0].all("bdi")]


def heading(page: Element, words: str) -> Element:
    (found,) = [each for each in page.all("thead")[0].all("th") if each.text == words]
    return found


@pytest.mark.parametrize("typed", ["https://[", "http://[::1", "x://[a"])
def test_half_a_link_is_searched_for_as_it_stands(ann: Visitor, typed: str) -> None:
    ann.upload(name="a.txt")

    assert "Nothing fits this search." in see(ann, f"/files?q={typed}").text


@pytest.mark.parametrize(
    ("column", "once", "twice"),
    [
        ("Name", ["a.txt", "b.txt", "c.txt"], ["c.txt", "b.txt", "a.txt"]),
        ("Size", ["c.txt", "a.txt", "b.txt"], ["b.txt", "a.txt", "c.txt"]),
        ("Uploaded", ["a.txt", "c.txt", "b.txt"], ["b.txt", "c.txt", "a.txt"]),
    ],
)
def test_a_column_orders_the_list_and_once_more_turns_it_around(
    ann: Visitor, column: str, once: list[str], twice: list[str]
) -> None:
    for name, size in (("b.txt", 1), ("c.txt", 3), ("a.txt", 2)):
        ann.upload(b"x" * size, name)
    other = "/files?sort=size&q=txt" if column != "Size" else "/files?sort=name&q=txt"
    first = see(ann, heading(see(ann, other), column).all("a")[0]["href"])
    second = see(ann, heading(first, column).all("a")[0]["href"])

    assert names_in(first) == once
    assert names_in(second) == twice
    assert {heading(page, column)["aria-sort"] for page in (first, second)} == {"ascending", "descending"}


@pytest.mark.parametrize("sort", ["", "nonsense", "-created"])
def test_newest_first_is_marked_where_no_other_order_is_asked_for(ann: Visitor, sort: str) -> None:
    ann.upload()
    page = see(ann, f"/files?sort={sort}")

    assert heading(page, "Uploaded")["aria-sort"] == "descending"
    assert [each.text for each in page.all("th") if each["aria-sort"]] == ["Uploaded"]


def test_a_row_says_what_matters_of_a_file(ann: Visitor) -> None:
    ann.upload(b"hello", "hello.txt", private="owner", limit="3", expire="7d")

    cells = {cell["data-label"]: cell.text.replace("\xa0", " ") for cell in see(ann).all("td")}

    assert {name: said for name, said in cells.items() if name} == {
        "Size": "5 bytes",
        "Uploaded": "just now",
        "Expires": "in 7 days",
        "Fetched": "0",
        "Readable by": "you alone3 downloads left",
    }


def test_the_moment_of_an_upload_is_there_for_who_points_at_it(ann: Visitor) -> None:
    ann.upload()
    (time,) = see(ann).all("time")

    assert time["title"].endswith("\xa0UTC")
    assert abs(datetime.fromisoformat(time["datetime"]) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("photo.JPG", ["photo", ".JPG"]),
        ("backup.tar.gz", ["backup", ".tar.gz"]),
        (".bashrc", [".bashrc", ""]),
        ("v1.2 of it", ["v1.2 of it", ""]),
        ("صورة.jpg", ["صورة", ".jpg"]),
        ("🎉.png", ["🎉", ".png"]),
    ],
)
def test_the_end_of_a_name_is_an_element_of_its_own(ann: Visitor, name: str, parts: list[str]) -> None:
    ann.upload(b"hello", name)

    assert [part.text for part in see(ann).all("bdi")[0].all("span")] == parts


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 minute ago"), (7199, "1 hour ago"), (86_400 * 65, "2 months ago")],
)
def test_how_long_ago_is_said_in_its_largest_unit(seconds: int, words: str) -> None:
    assert wording.ago(now() - timedelta(seconds=seconds)).replace("\xa0", " ") == words


def test_where_nothing_is_found_there_is_nothing_to_delete(ann: Visitor) -> None:
    ann.upload()
    page = see(ann, "/files?q=nothing-like-this")
    (form,) = [form for form in page.all("form") if form["id"] == "files-delete"]

    assert "hidden" in form.attributes


def test_of_very_many_that_fit_a_search_it_is_said_that_there_are_many(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "_COUNTED", 51)
    for number in range(52):
        ann.upload(b"%d" % number, f"x-{number}.txt")
    first, last, everything = (see(ann, f"/files{query}").text for query in ("?q=x-", "?q=x-&page=2", ""))

    assert "More than 50 files, page 1\n" in first
    assert "52 files, page 2 of 2" in last
    assert "52 files, page 1 of 2" in everything
