"""Nothing comes out of a file that is not what its sender encrypted: whoever has the server can only destroy it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.programs import needs_program
from tests.running import Server
from tests.web.encrypted.desk import CHUNK_BYTES, Desk, Sent, publish, stored_chunk, tamper

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.timeout(300)]

ALTERED = "What arrived is not what was encrypted: it was altered, cut short or put together in another order"
# Whole chunks of age's own, so that an end of the file falls on the end of one of ours.
FOUR_CHUNKS = 4 * CHUNK_BYTES - 1000


@pytest.fixture
def sent(desk: Desk, tmp_path: Path) -> Sent:
    """A file of four chunks."""
    path = tmp_path / "plan.pdf"
    path.write_bytes(os.urandom(FOUR_CHUNKS))
    return desk.send(path)[0]


def test_the_file_that_is_tampered_with_here_is_whole_before(sent: Sent, other: Desk) -> None:
    other.open(sent.link)

    assert len(other.download()[1]) == FOUR_CHUNKS


@pytest.mark.parametrize("place", range(4))
def test_a_flipped_bit_is_refused(sent: Sent, other: Desk, server: Server, place: int) -> None:
    path = stored_chunk(server, sent.id, place)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(content)
    other.open(sent.link)

    assert ALTERED in other.refused()


def test_chunks_in_another_order_are_refused(sent: Sent, other: Desk, server: Server) -> None:
    for one, another in ((1, 9), (2, 1), (9, 2)):
        tamper(server, "UPDATE chunks SET place = ? WHERE file_id = ? AND place = ?", another, sent.id, one)
    other.open(sent.link)

    assert ALTERED in other.refused()


@pytest.mark.parametrize("last", [3, 2, 1])
def test_a_file_that_is_cut_short_is_refused(sent: Sent, other: Desk, server: Server, last: int) -> None:
    tamper(server, "DELETE FROM chunks WHERE file_id = ? AND place >= ?", sent.id, last)
    other.open(sent.link)

    assert ALTERED in other.refused()


def test_something_behind_the_end_is_refused(sent: Sent, other: Desk, server: Server) -> None:
    tamper(
        server,
        "INSERT INTO chunks SELECT file_id, 4, digest, size, 0 FROM chunks WHERE file_id = ? AND place = 1",
        sent.id,
    )
    other.open(sent.link)

    assert ALTERED in other.refused()


def put_in_place(server: Server, place: int, of: Sent, into: Sent) -> None:
    """Give one file a part of another."""
    part = "SELECT digest, size FROM chunks WHERE file_id = ? AND place = ?"
    statement = f"UPDATE chunks SET (digest, size) = ({part}) WHERE file_id = ? AND place = ?"  # noqa: S608 - our own
    tamper(server, statement, of.id, place, into.id, place)


def test_the_beginning_of_another_file_is_refused_as_not_of_this_key(
    sent: Sent, desk: Desk, other: Desk, server: Server
) -> None:
    (another,) = desk.send(text="another" * CHUNK_BYTES)
    put_in_place(server, 0, another, sent)
    other.open(sent.link)

    assert "This key does not open this file" in other.refused()


def test_another_file_s_metadata_is_refused_before_anything_is_downloaded(
    sent: Sent, desk: Desk, other: Desk, server: Server
) -> None:
    (another,) = desk.send(text="another")
    put_in_place(server, -1, another, sent)
    other.open(sent.link)

    assert "This key does not open this file" in other.told()
    assert other.asked_for("GET", r"/api/file/[^/]+/\d") == 0


def test_metadata_in_the_place_of_the_file_is_not_called_whole(sent: Sent, other: Desk, server: Server) -> None:
    """It is genuine, and of the same key: only that nothing says its size tells that something is wrong."""
    tamper(server, "DELETE FROM chunks WHERE file_id = ? AND place >= 0", sent.id)
    tamper(server, "UPDATE chunks SET place = 0 WHERE file_id = ?", sent.id)
    other.open(sent.link)
    warned = other.told()
    _name, content = other.download()

    assert b'"filename":"plan.pdf"' in content
    assert "it may not be what was sent" in warned
    assert other.told() == f"Decrypted. {warned}"


def test_a_genuine_file_of_another_size_than_its_sender_wrote_down_is_refused(
    desk: Desk, other: Desk, tmp_path: Path
) -> None:
    """Somebody with the key, or a program of theirs, put together what does not belong together."""
    age = needs_program("age")
    (sent,) = desk.send(text="short")
    key = tmp_path / "key"
    key.write_text(sent.key)
    seal = [age, "--encrypt", "--identity", key]
    ciphertext = subprocess.run(seal, input=b"genuine, and long", capture_output=True, check=True).stdout
    metadata = subprocess.run(
        seal, input=b'{"filename": "x", "mimetype": "", "filesize": 3}', capture_output=True, check=True
    ).stdout
    other.open(f"{publish(desk.url, ciphertext, metadata)}#{sent.key}")

    assert "it is not the whole: it has 17 bytes, and its sender wrote down 3 bytes." in other.refused()


@pytest.mark.parametrize("content", [b"", b"age-encryption.org/v1\n", b"no age file at all\n" * 9, os.urandom(5000)])
def test_what_is_no_age_file_is_refused(desk: Desk, other: Desk, content: bytes) -> None:
    (sent,) = desk.send(text="x")
    other.open(f"{publish(desk.url, content or b'-')}#{sent.key}")

    assert "This is no age file that this page can open" in other.refused()
