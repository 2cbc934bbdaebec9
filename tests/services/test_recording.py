"""Records of several uploads in one transaction: each content its own address, the same for all who name it."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from pastebin.blobs.local import LocalStore
from pastebin.extensions import FOREVER, milliseconds, now, reading, transaction
from pastebin.models import AddressRow, BlobRow, BlobState, FileRow
from pastebin.services.actor import nobody
from pastebin.services.recording import BlobRecord, Recording, SweptAway, record

ALIKE = "ab" * 20


@pytest.fixture(autouse=True)
def in_app(app):
    with app.app_context():
        yield


@pytest.fixture
def bytes_stand(monkeypatch):
    """Digests made to be alike have no bytes: here they are taken to be there."""
    monkeypatch.setattr(LocalStore, "stands", lambda *_: True)


def upload(digest: str, stamp: str = "stamp") -> Recording:
    moment = milliseconds(now())
    blob = {
        "digest": digest, "size": 1, "media_type": "text/plain", "extension": "txt", "charset": "utf-8",
        "state": BlobState.LIVE, "created_at": moment, "orphaned_at": None,
    }  # fmt: skip
    file = {
        "id": str(uuid.uuid4()), "digest": digest, "owner_id": None, "size": 1, "filename": "a.txt", "name": None,
        "extension": "txt", "media_type": "text/plain", "is_private": False, "private_key": None,
        "expires_at": FOREVER, "download_limit": None, "downloads": 0, "views": 0, "md5": None,
        "delete_token_hash": "", "created_at": moment, "updated_at": moment,
    }  # fmt: skip
    return Recording(nobody("192.0.2.1"), 1, [BlobRecord(blob, stamp)], [file])


def taken(*digests: str) -> list[str]:
    recordings = [upload(digest, f"stamp {number}") for number, digest in enumerate(digests)]
    with transaction() as connection:
        record(connection, recordings)
    return [recording.blobs[0].address for recording in recordings]


@pytest.mark.usefixtures("bytes_stand")
def test_contents_that_begin_alike_get_addresses_of_their_own_within_one_group():
    digests = [ALIKE + f"{number:024x}" for number in (0, 1, 2, 16, 255, 4096, 1 << 90)]

    addresses = taken(*reversed(digests))

    assert len(set(addresses)) == len(digests)
    for digest, address in zip(reversed(digests), addresses, strict=True):
        assert digest.startswith(address)
        earlier = [other for other in digests if other < digest]
        assert not any(other.startswith(address) for other in earlier)


@pytest.mark.usefixtures("bytes_stand")
def test_they_differ_from_what_is_there_already_and_what_is_there_keeps_its_own():
    first = taken(ALIKE + "5" * 24)

    addresses = taken(ALIKE + "4" * 24, ALIKE + "5" * 24, ALIKE + "6" * 24)

    assert addresses[1] == first[0]
    assert len(set(addresses)) == 3


@pytest.mark.usefixtures("bytes_stand")
def test_the_same_content_several_times_in_a_group_is_one_blob_with_one_address():
    addresses = taken(*["cd" * 32] * 5)

    assert len(set(addresses)) == 1
    with reading() as connection:
        assert len(connection.execute(select(BlobRow.digest)).all()) == 1
        assert len(connection.execute(select(FileRow.id)).all()) == 5


@pytest.mark.usefixtures("bytes_stand")
@pytest.mark.parametrize("count", [1, 31, 32, 33, 100])
def test_any_number_is_recorded(count):
    digests = [f"{number:064x}" for number in range(count)]

    addresses = taken(*digests)

    with reading() as connection:
        kept = {row.digest: row.address for row in connection.execute(select(AddressRow.digest, AddressRow.address))}
    assert kept == dict(zip(digests, addresses, strict=True))
    assert len(set(addresses)) == count


def test_bytes_that_are_not_there_are_not_recorded():
    with pytest.raises(SweptAway):
        taken("ef" * 32)

    with reading() as connection:
        assert connection.execute(select(FileRow.id)).all() == []
