"""Pages that search one's files, change them, and delete several."""

from __future__ import annotations

import json
from urllib.parse import quote
from uuid import uuid4

import pytest
from flask import Flask

from tests.web.visiting import Visitor

UNCHANGED = {"filename": "hello.txt", "extension": "txt", "private": "0"}


def change(visitor: Visitor, uuid: str, **fields: str) -> str:
    answer = visitor.submit(f"/files/{uuid}", **{**UNCHANGED, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def known(visitor: Visitor, uuid: str) -> dict[str, object]:
    found = visitor.client.get(f"/api/users/me/files/{uuid}").json
    assert isinstance(found, dict)
    return found


# ---- search and order


def test_a_list_is_searched_by_name_and_by_address(ann: Visitor) -> None:
    ann.upload(b"one", "apple.txt")
    pear = ann.upload(b"two", "pear.txt")

    by_name, by_hash = ann.get("/files?q=APP").text, ann.get(f"/files?q={known(ann, pear)['hash']}").text

    assert "apple.txt" in by_name
    assert "pear.txt" not in by_name
    assert 'value="APP"' in by_name
    assert "pear.txt" in by_hash
    assert "apple.txt" not in by_hash


def test_a_file_is_found_by_all_that_names_it(ann: Visitor) -> None:
    uuid = ann.upload(b"one", "apple.txt")
    ann.upload(b"two", "pear.txt")
    file = known(ann, uuid)
    digest = str(file["sha256"])

    for text in (
        digest, digest.upper(), digest[:20], file["hash"], f"{file['hash']}.txt", uuid, file["id"],
        f"http://localhost/{file['hash']}/apple.txt", f"http://localhost/view/{uuid}?key=x",
    ):  # fmt: skip
        page = ann.get(f"/files?q={quote(str(text), safe='')}").text
        assert "apple.txt" in page, text
        assert "pear.txt" not in page, text


def test_a_search_that_finds_nothing_says_so(ann: Visitor) -> None:
    ann.upload()

    page = ann.get("/files?q=nothing-like-this").text

    assert "Nothing fits this search." in page
    assert 'name="q"' in page


def test_types_and_orders_are_chosen(ann: Visitor) -> None:
    for name, content in (("b.txt", b"1"), ("a.txt", b"12"), ("c.gif", b"GIF89a" + b"\\0" * 20)):
        ann.upload(content, name)

    texts = ann.get("/files?type=text&sort=name").text
    by_size = ann.get("/files?sort=-size").text

    assert "c.gif" not in texts
    assert texts.index("a.txt") < texts.index("b.txt")
    assert by_size.index("c.gif") < by_size.index("a.txt") < by_size.index("b.txt")
    assert '<option value="name" selected>' in texts


def test_pages_of_a_search_keep_what_was_searched_for(ann: Visitor) -> None:
    for number in range(51):
        ann.upload(b"%d" % number, f"x-{number}.txt")

    page = ann.get("/files?q=x-&sort=name&other=1").text

    assert "/files?q=x-&amp;sort=name&amp;other=1&amp;page=2" in page


def test_markup_in_a_search_is_text(ann: Visitor) -> None:
    page = ann.get('/files?q="><script>alert(1)</script>&type="><b>&sort="><b>')

    assert page.status_code == 200
    assert "<script>" not in page.text
    assert '"><b>' not in page.text


# ---- change


def test_names_and_extension_are_changed(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt")

    page = change(ann, uuid, name="A greeting", filename="greeting.txt", extension="md")

    assert "Saved." in page
    found = known(ann, uuid)
    assert (found["name"], found["filename"], found["extension"]) == ("A greeting", "greeting.txt", "md")
    assert "Saved." in change(ann, uuid, name="", filename="greeting.txt", extension="md")
    assert known(ann, uuid)["name"] is None


def test_expiry_limit_and_privacy_are_changed(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt")

    change(ann, uuid, expire="1d", limit="5", private="1")

    found = known(ann, uuid)
    assert found["expires"] is not None
    assert (found["limit"], found["isPrivate"]) == (5, True)
    key = found["privateKey"]
    change(ann, uuid, expire="never", limit="", private="1", name="x")
    found = known(ann, uuid)
    assert (found["expires"], found["limit"], found["privateKey"]) == (None, None, key)
    change(ann, uuid, private="owner", name="x")
    assert "privateKey" not in known(ann, uuid)
    change(ann, uuid, private="0", name="x")
    assert known(ann, uuid)["isPrivate"] is False


def test_a_time_that_was_typed_goes_before_the_choice_and_is_shown(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt")

    page = change(ann, uuid, expire="1h", expire_at="2090-01-02T03:04")

    assert known(ann, uuid)["expires"] == "2090-01-02T03:04:00.000Z"
    assert "Now: 2\xa0Jan\xa02090, 03:04\xa0UTC." in page


def test_who_makes_a_public_file_private_is_told_what_stops_working(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt")

    assert "Links that you gave out have stopped working." in change(ann, uuid, private="1")
    assert "Links that you gave out" not in change(ann, uuid, private="1", name="x")


def test_what_is_as_it_was_is_not_touched(ann: Visitor) -> None:
    uuid = ann.upload(b"hello", "hello.txt", expire="1d")
    before = json.dumps(known(ann, uuid))

    assert "Nothing was changed." in change(ann, uuid)

    assert json.dumps(known(ann, uuid)) == before


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "x" * 256}, "at most 255 characters"),
        ({"filename": "..."}, "Nothing of this file name"),
        ({"extension": "!"}, "An extension has"),
        ({"limit": "many"}, "a whole number from 1"),
        ({"expire": "yesterday"}, "expire is"),
        ({"expire_at": "2001-01-01T00:00"}, "is not in the future"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(ann: Visitor, fields: dict[str, str], said: str) -> None:
    uuid = ann.upload(b"hello", "hello.txt")

    answer = ann.submit(f"/files/{uuid}", **{**UNCHANGED, **fields})

    assert answer.status_code == 400
    assert said in answer.text


# ---- delete several


def test_several_are_deleted_after_a_question(ann: Visitor) -> None:
    first, second, third = (ann.upload(b"%d" % number, f"file-{number}.txt") for number in range(3))

    question = ann.submit("/files", "/files/delete", ids=[first, second])
    assert "Delete these 2 files?" in question.text
    assert "file-0.txt" in question.text
    assert ann.client.get(f"/{first}").status_code == 200
    done = ann.submit("/files", "/files/delete", ids=[first, second], confirmed="1")

    assert "2 files are no longer here." in done.text
    assert [ann.client.get(f"/{uuid}").status_code for uuid in (first, second, third)] == [404, 404, 200]


def test_nothing_ticked_says_what_to_do(ann: Visitor) -> None:
    ann.upload()

    answer = ann.submit("/files", "/files/delete")

    assert answer.status_code == 400
    assert "No file was chosen." in answer.text


def test_the_question_is_about_fifty_at_most_each_once(ann: Visitor) -> None:
    uuid = ann.upload(b"1", "once.txt")
    gone = str(uuid4())

    question = ann.submit("/files", "/files/delete", ids=[uuid] * 60 + [gone])

    assert question.status_code == 200
    assert question.text.count("once.txt") == 1
    assert ann.submit("/files", "/files/delete", ids=[str(uuid4()) for _ in range(51)]).status_code == 413


def test_others_files_are_not_deleted(app: Flask, ann: Visitor, visitor: Visitor) -> None:
    others = visitor.upload(b"other")
    ann.upload()

    for confirmed in ("0", "1"):
        assert ann.submit("/files", "/files/delete", ids=[others, "nonsense"], confirmed=confirmed).status_code == 404
    assert visitor.client.get(f"/{others}").status_code == 200
