"""The key of a private file: one that its owner chose, or one that is made."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from pastebin.errors import FieldsInvalid, FileNotFound
from pastebin.services import accounts, files, management
from pastebin.services.actor import nobody
from pastebin.services.files import StoredFile
from pastebin.services.management import Changes, Reference
from pastebin.services.uploads import Privacy
from tests.conftest import bearer
from tests.forms import upload

STRANGER = nobody("192.0.2.1")


@pytest.fixture
def uuid(app: Flask, client, make_key) -> Iterator[str]:
    """A file of ann's, in the application's context."""
    told = upload(client, headers=bearer(make_key("ann")))
    with app.app_context():
        yield told["uuid"]


def hide(uuid: str, key: str | None = None) -> StoredFile:
    changes = Changes(frozenset({"private"}), privacy=Privacy.BY_KEY, private_key=key)
    return management.change(management.own(accounts.find("ann")), Reference(uuid), changes)


def test_a_key_that_is_given_is_the_key(uuid):
    hide(uuid, "a dozen and a few")

    assert files.find_file(uuid, STRANGER, "a dozen and a few").uuid == uuid


def test_another_takes_the_place_of_the_first(uuid):
    hide(uuid, "the first of two")
    hide(uuid, "the second of two")

    assert files.find_file(uuid, STRANGER, "the second of two").uuid == uuid
    with pytest.raises(FileNotFound):
        files.find_file(uuid, STRANGER, "the first of two")


def test_where_none_is_given_the_one_there_is_stays_and_else_one_is_made(uuid):
    made = hide(uuid).private_key
    assert made is not None
    assert len(made) >= 22
    assert hide(uuid).private_key == made
    assert hide(uuid, "one of her own").private_key == "one of her own"
    assert hide(uuid).private_key == "one of her own"


def test_it_goes_when_the_file_becomes_public(uuid):
    hide(uuid, "one of her own")
    public = management.change(
        management.own(accounts.find("ann")), Reference(uuid), Changes(frozenset({"private"}), privacy=Privacy.PUBLIC)
    )

    assert (public.is_private, public.private_key) == (False, None)
    assert hide(uuid).private_key != "one of her own"


@pytest.mark.parametrize("key", ["x" * 12, "x" * 64, "ü" * 12, "🔑" * 64, " " * 12, "\t\r\n" * 4, "e\u0301" * 6])
def test_from_12_to_64_of_any_characters_make_one(uuid, key):
    assert hide(uuid, key).private_key == key
    assert files.find_file(uuid, STRANGER, key).uuid == uuid


@pytest.mark.parametrize("key", ["", "x" * 11, "🔑" * 11, "x" * 65, "x" * 20 + "\0", "x" * 20 + "\ud83d"])
def test_what_is_shorter_longer_or_no_text_is_refused_and_changes_nothing(uuid, key):
    with pytest.raises(FieldsInvalid) as refused:
        hide(uuid, key)

    assert refused.value.facts["fields"] == ["password"]
    assert not files.get(uuid).is_private


def test_who_hides_it_again_at_the_same_time_does_not_bring_a_former_key_back(app, uuid):
    done = threading.Event()

    def again() -> None:
        with app.app_context():
            while not done.is_set():
                hide(uuid)

    threads = [threading.Thread(target=again) for _ in range(2)]
    for thread in threads:
        thread.start()
    found = []
    try:
        for number in range(100):
            hide(uuid, f"the key number {number}")
            found.append(files.get(uuid).private_key)
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert found == [f"the key number {number}" for number in range(100)]
    assert files.get(uuid).private_key == "the key number 99"
