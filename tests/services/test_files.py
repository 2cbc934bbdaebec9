"""Files as the rest of the program asks for them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import update

from pastebin.errors import AmbiguousFile, FileNotFound
from pastebin.extensions import now, store, transaction
from pastebin.models import FileRow
from pastebin.services import accounts, catalogue, checksums, files
from pastebin.services.actor import Actor, ActorKind, Scope, nobody
from pastebin.services.files import PublicBlob, StoredFile
from pastebin.services.uploads import Incoming, Privacy, Rules, take_in

STRANGER = nobody("192.0.2.1")


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def ann():
    return Actor(ActorKind.SESSION, "192.0.2.1", accounts.create("ann", "correct horse battery"))


def take(actor, content=b"hello\n", name="x.txt", **rules) -> StoredFile:
    spool = store.spool()
    spool.write(content)
    taken = take_in(actor, [Incoming(spool, name, "utf-8")], Rules(**rules))
    spool.close()
    return taken[0].file


def change(file, **values):
    with transaction() as connection:
        connection.execute(update(FileRow).where(FileRow.id == file.uuid).values(**values))


def test_what_an_upload_was_told_is_what_is_found(ann):
    for rules in (
        {},
        {"privacy": Privacy.BY_KEY},
        {"download_limit": 3, "name": "n"},
        {"expires_at": now() + timedelta(1)},
    ):
        told = take(ann, **rules)
        assert files.find(told.uuid, ann) == told


def test_a_hash_finds_the_blob_and_a_uuid_the_file(ann):
    told = take(ann)

    assert isinstance(files.find(told.uuid, STRANGER), StoredFile)
    blob = files.find(told.address, STRANGER)
    assert isinstance(blob, PublicBlob)
    assert (blob.digest, blob.size, blob.expires_at) == (told.digest, 6, None)


@pytest.mark.parametrize("reference", ["", "x", "../../etc/passwd", "0" * 7, "0" * 65, "\x00", "' OR 1=1 --", "%"])
def test_what_has_the_form_of_no_address_is_not_found(reference):
    with pytest.raises(FileNotFound):
        files.find(reference, STRANGER)


def test_own_files_are_listed_newest_first_and_in_part(ann):
    made = [take(ann, b"%d" % number) for number in range(5)]
    for number, file in enumerate(made):
        change(file, created_at=now() + timedelta(seconds=number))
    take(STRANGER)

    count, listed = catalogue.listing(catalogue.Selection(ann.user_id))
    _count, some = catalogue.listing(catalogue.Selection(ann.user_id), limit=2, offset=1)

    assert count == 5
    assert [file.uuid for file in listed] == [file.uuid for file in reversed(made)]
    assert [file.uuid for file in some] == [made[3].uuid, made[2].uuid]


def test_what_has_expired_or_is_used_up_is_not_listed(ann):
    kept, expired, used_up = take(ann), take(ann), take(ann, download_limit=1)
    change(expired, expires_at=now())
    files.spend_download(used_up.uuid)

    count, listed = catalogue.listing(catalogue.Selection(ann.user_id))

    assert (count, [file.uuid for file in listed]) == (1, [kept.uuid])
    assert [file.uuid for file in files.own_with_digest(ann, kept.digest)] == [kept.uuid]


def test_a_download_is_spent_only_while_one_is_left(ann):
    file = take(ann, download_limit=2)

    files.spend_download(file.uuid)
    files.spend_download(file.uuid)

    with pytest.raises(FileNotFound):
        files.spend_download(file.uuid)


def test_nobody_owns_nothing(ann):
    file = take(STRANGER)

    for actor in (STRANGER, nobody("192.0.2.2"), ann):
        with pytest.raises(FileNotFound):
            files.get_own(actor, file.uuid)
        with pytest.raises(FileNotFound):
            files.delete_own(actor, file.uuid)
        assert files.own_with_digest(actor, file.digest) == []


def test_a_private_file_is_read_by_its_owners_key_only_with_the_scope(ann):
    file = take(ann, privacy=Privacy.OWNER_ONLY)
    reader = Actor(ActorKind.KEY, "192.0.2.1", ann.user, frozenset({Scope.FILE_READ}))
    uploader = Actor(ActorKind.KEY, "192.0.2.1", ann.user, frozenset({Scope.UPLOAD_FILE}))

    assert files.find_file(file.uuid, reader) == file
    with pytest.raises(FileNotFound):
        files.find_file(file.uuid, uploader)


def test_an_ambiguous_hash_names_the_files(ann):
    made = [take(ann), take(ann)]

    with pytest.raises(AmbiguousFile) as refused:
        files.delete_own(ann, made[0].digest)
    assert sorted(refused.value.facts["ids"]) == sorted(f"{file.uuid}.txt" for file in made)


def test_md5_is_computed_when_first_asked_and_then_kept(ann):
    file = take(ann)

    assert checksums.md5_of(file) == "b1946ac92492d2347c6235b4d2611184"
    store.remove(file.digest)  # it is not read a second time
    assert checksums.md5_of(file) == "b1946ac92492d2347c6235b4d2611184"


def test_removing_what_is_not_there_is_no_error(ann):
    file = take(ann)

    assert files.remove([file.uuid, file.uuid, "nothing"]) == 1
    assert files.remove([file.uuid]) == 0


def test_bytes_that_are_lost_are_not_found_rather_than_a_fault(app, ann):
    file = take(ann, bytes(5000))
    store.remove(file.digest)

    for address in (file.uuid, file.address):
        assert app.test_client().get(f"/{address}").status_code == 404


@pytest.mark.parametrize("content", [b"", b"hello\n", bytes(300_000)])
def test_the_digest_is_the_sha256_of_the_content(ann, content):
    assert take(ann, content).digest == hashlib.sha256(content).hexdigest()
