"""One's own files in a grid: what stands for each, and that one stays in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from PIL import Image

from pastebin.services.actor import User
from tests import pictures
from tests.web.conftest import logged_in
from tests.web.pages import Element, links_of, read
from tests.web.test_files import HOSTILE_NAMES
from tests.web.visiting import Visitor

GRID = "/files?view=grid"
TILES = [
    ("notes.txt", b"hello", "text"),
    ("data.json", b"{}", "text"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text"),
    ("song.mp3", b"ID3\x04" + bytes(200), "audio"),
    ("film.mp4", b"\0\0\0\x20ftypisom" + bytes(200), "video"),
    ("backup.tar.gz", b"\x1f\x8b\x08" + bytes(200), "archive"),
    ("paper.pdf", b"%PDF-1.4" + bytes(200), "other"),
    ("a.png", b"a text, whatever it is called", "other"),
]


@pytest.fixture(scope="module")
def photograph() -> bytes:
    return pictures.photograph(1, 64, 48)


@pytest.fixture
def root(app: Flask, make_user: Callable[..., User]) -> Iterator[Visitor]:
    """Staff, logged in."""
    make_user("root", is_staff=True)
    return logged_in(app, "root")


def see(visitor: Visitor, path: str = GRID) -> Element:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text
    return read(answer.text).all("main")[0]


def cards_of(page: Element) -> list[Element]:
    return [each for each in page.all("li") if each["class"] == "card"]


def card_of(page: Element, uuid: str) -> Element:
    (card,) = [card for card in cards_of(page) if card.all("input")[0]["value"] == uuid]
    return card


def face_of(card: Element) -> Element:
    (face,) = [each for tag in ("img", "p") for each in card.all(tag) if "card__face" in each["class"]]
    return face


def link_called(page: Element, words: str) -> str:
    (path,) = {link["href"] for link in page.all("a") if link.text == words}
    return path


def form_to(page: Element, path: str) -> Element:
    (form,) = [form for form in page.all("form") if form["action"] == path]
    return form


# ---- what stands for a file


def test_who_does_not_ask_for_the_grid_has_the_list(ann: Visitor, photograph: bytes) -> None:
    ann.upload(photograph, "photo.jpg")

    for path in ("/files", "/files?view=", "/files?view=list", "/files?view=GRID%00"):
        page = see(ann, path)
        assert len(page.all("table")) == 1
        assert page.all("img") == cards_of(page) == []


def test_an_image_is_a_thumbnail_that_has_its_size_before_it_is_fetched(ann: Visitor, photograph: bytes) -> None:
    uuid = ann.upload(photograph, "photo.jpg")

    image = face_of(card_of(see(ann), uuid))

    assert image.tag == "img"
    assert image["src"] == f"/{uuid}/thumb"
    assert (image["width"], image["height"]) == ("512", "512")
    assert (image["loading"], image["decoding"]) == ("lazy", "async")
    assert image["alt"] == "Thumbnail of photo.jpg"


def test_the_thumbnail_is_there_in_the_size_that_is_said(ann: Visitor, photograph: bytes) -> None:
    uuid = ann.upload(photograph, "photo.jpg")

    answer = ann.get(face_of(card_of(see(ann), uuid))["src"], Accept="image/*")

    assert Image.open(io.BytesIO(answer.data)).size == (512, 512)


@pytest.mark.parametrize(("name", "content", "kind"), TILES)
def test_what_is_no_image_is_a_tile_with_its_extension(ann: Visitor, name: str, content: bytes, kind: str) -> None:
    uuid = ann.upload(content, name)

    tile = face_of(card_of(see(ann), uuid))

    assert tile.tag == "p"
    assert tile.text == name.partition(".")[2]
    assert tile["class"].split()[1] == f"card__face--{kind}"


def test_an_image_is_known_by_its_content_whatever_it_is_called(ann: Visitor, photograph: bytes) -> None:
    uuid = ann.upload(photograph, "photo.jpg")
    ann.submit(f"/files/{uuid}", filename="notes.txt", extension="txt", private="0")

    assert face_of(card_of(see(ann), uuid))["src"] == f"/{uuid}/thumb"


def test_for_a_damaged_image_its_type_is_at_hand(ann: Visitor) -> None:
    uuid = ann.upload(pictures.damaged(), "damaged.jpg")

    image = face_of(card_of(see(ann), uuid))

    assert ann.get(image["src"]).status_code == 400
    assert image["data-extension"] == "jpg"


def test_what_a_card_says_is_what_the_list_says(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt", private="owner", limit="3", expire="7d")

    card = card_of(see(ann), uuid)
    words = " ".join(card.text.split())  # at every space, those that keep lines together too

    for fact in (
        "hello.txt",
        "5 bytes",
        "just now",
        "for you alone",
        "3 downloads left",
        "expires in 7 days",
    ):
        assert fact in words
    assert card.all("time")[0].text in see(ann, "/files").text


def test_nothing_is_said_of_rules_where_everyone_may_read_it_for_ever(ann: Visitor) -> None:
    uuid = ann.upload()

    card = card_of(see(ann), uuid)

    assert not [each for each in card.all("ul") if each["class"] == "card__rules"]


def test_a_card_leads_to_the_page_of_the_file_and_to_what_can_be_changed(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt", private="1")

    page, manage = links_of(card_of(see(ann), uuid))

    assert page.startswith(f"http://localhost/view/{uuid}?key=")
    assert manage == f"/files/{uuid}?view=grid"


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, "🎉.jpg", "صورة.jpg", "a" * 200 + ".jpg"])
def test_all_that_can_be_used_is_called_by_the_files_name(ann: Visitor, photograph: bytes, name: str) -> None:
    uuid = ann.upload(photograph, name)
    shown = ann.client.get(f"/api/users/me/files/{uuid}").json["filename"]

    card = card_of(see(ann), uuid)

    assert card.all("label")[0].text == f"Choose {shown}"
    assert [link.text for link in card.all("a")] == [shown, f"Manage {shown}"]
    assert face_of(card)["alt"] == f"Thumbnail of {shown}"
    assert len(see(ann).all("img")) == 1
    assert see(ann).foreign_scripts == []


# ---- whose


RULES: list[dict[str, object]] = [
    {"private": "owner"},
    {"private": "1"},
    {"limit": "1"},
    {"private": "1", "limit": "1"},
]


@pytest.mark.parametrize("rule", RULES)
def test_private_and_limited_images_are_seen_by_their_owner_alone(
    ann: Visitor, visitor: Visitor, photograph: bytes, rule: dict[str, object]
) -> None:
    uuid = ann.upload(photograph, "photo.jpg", **rule)
    thumbnail = face_of(card_of(see(ann), uuid))["src"]

    assert ann.get(thumbnail).status_code == 200
    assert visitor.get(thumbnail).status_code == (404 if "private" in rule else 400)
    assert ann.get(thumbnail).status_code == 200
    if "limit" in rule:
        assert "1 download left" in card_of(see(ann), uuid).text


def test_the_files_of_others_are_not_there(
    app: Flask, ann: Visitor, make_user: Callable[..., User], photograph: bytes
) -> None:
    make_user("bob")
    ann.upload(photograph, "photo.jpg")

    assert cards_of(see(logged_in(app, "bob"))) == []
    assert len(cards_of(see(ann))) == 1


def test_nobody_is_asked_to_log_in_and_comes_back_to_the_grid(visitor: Visitor) -> None:
    assert visitor.get(GRID).location == "/login?next=/files?view%3Dgrid"


def test_staff_see_the_files_of_all_in_a_list_alone(ann: Visitor, root: Visitor, photograph: bytes) -> None:
    uuid = ann.upload(photograph, "photo.jpg", private="owner")

    page = see(root, "/admin/files?view=grid")

    assert len(page.all("table")) == 1
    assert page.all("img") == cards_of(page) == []
    assert {"List", "Grid"}.isdisjoint(link.text for link in page.all("a"))
    assert link_called(page, "Manage photo.jpg") == f"/admin/files/{uuid}"


def test_staff_have_a_gallery_of_their_own_files(ann: Visitor, root: Visitor, photograph: bytes) -> None:
    ann.upload(photograph, "photo.jpg")
    uuid = root.upload(photograph, "mine.jpg")

    assert [face_of(card)["src"] for card in cards_of(see(root))] == [f"/{uuid}/thumb"]


# ---- staying in it


def test_the_way_to_the_grid_and_back_keeps_what_was_asked(ann: Visitor) -> None:
    for number in range(51):
        ann.upload(b"%d" % number, f"x-{number}.txt")
    asked = "/files?q=x-&type=text&sort=name&page=2"

    to_grid = link_called(see(ann, asked), "Grid")
    grid = see(ann, to_grid)

    assert to_grid == f"{asked}&view=grid"
    assert link_called(grid, "List") == asked
    assert [card.all("bdi")[0].text for card in cards_of(grid)] == ["x-9.txt"]


@pytest.mark.parametrize(("path", "current"), [("/files", "List"), (GRID, "Grid")])
def test_which_of_both_one_looks_at_is_marked(ann: Visitor, path: str, current: str) -> None:
    ann.upload()

    assert [link.text for link in see(ann, path).all("a") if link["aria-current"]] == [current]


def test_searches_and_other_pages_stay_in_the_grid(ann: Visitor) -> None:
    for number in range(51):
        ann.upload(b"%d" % number, f"{number}.txt")

    page = see(ann, f"{GRID}&sort=name")
    (search,) = [form for form in page.all("form") if form["role"] == "search"]

    assert ("view", "grid") in [(field["name"], field["value"]) for field in search.all("input")]
    assert link_called(page, "Next") == f"{GRID}&sort=name&page=2"
    assert ann.get(f"{GRID}&page=7").location == f"{GRID}&page=2"


def test_a_search_in_the_list_stays_in_the_list(ann: Visitor) -> None:
    ann.upload()
    (search,) = [form for form in see(ann, "/files").all("form") if form["role"] == "search"]

    assert "view" not in [field["name"] for field in search.all("input")]


def test_files_ticked_in_the_grid_are_deleted_and_one_is_back_in_it(ann: Visitor) -> None:
    gone, kept = ann.upload(b"1", "1.txt"), ann.upload(b"2", "2.txt")
    action = form_to(see(ann), "/files/delete?view=grid")["action"]

    question = read(ann.submit(GRID, action, ids=[gone]).text)
    done = read(ann.submit(GRID, form_to(question, action)["action"], ids=[gone], confirmed="1").text)

    assert link_called(question, "Keep it") == GRID
    assert link_called(done.all("main")[0], "My files") == GRID
    assert [card.all("input")[0]["value"] for card in cards_of(see(ann))] == [kept]


def test_from_the_page_of_a_file_one_comes_back_to_the_grid(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt")
    manage = links_of(card_of(see(ann), uuid))[1]

    changed = read(ann.submit(manage, form_to(see(ann, manage), manage)["action"], name="Hello").text)
    deleted = read(ann.submit(manage, form_to(changed, f"/files/{uuid}/delete?view=grid")["action"]).text)

    assert link_called(changed, "All my files") == GRID
    assert link_called(deleted.all("main")[0], "My files") == GRID


# ---- nothing there


def test_an_empty_grid_says_so(ann: Visitor) -> None:
    page = see(ann)

    assert "There is nothing here yet." in page.text
    assert cards_of(page) == []


def test_a_search_in_the_grid_that_finds_nothing_leads_back_to_it(ann: Visitor) -> None:
    ann.upload()

    page = see(ann, f"{GRID}&q=nothing-like-this")

    assert "Nothing fits this search." in page.text
    assert link_called(page, "Show all files") == GRID
    assert link_called(page, "List") == "/files?q=nothing-like-this"
