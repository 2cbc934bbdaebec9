"""A disk without room: uploads are told so and leave nothing, reads and deletes go on; with room again, all is well."""

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.live.client import Answer, Caller, delete_token
from tests.live.remains import complaints, database, is_unchanged, kept
from tests.live.ways_in import WAYS_IN
from tests.programs import missing
from tests.running import Server

MIB = 1 << 20


@pytest.fixture
def below_reserve(tmp_path: Path, make_server: Callable[..., Server]) -> tuple[Server, dict[str, object]]:
    """A server whose disk is below its reserve, and a file that it took in while it was not."""
    with_room = make_server(tmp_path / "instance")
    with Caller(with_room) as caller:
        about = caller.upload(b"from better times")
    with_room.stop()
    return make_server(tmp_path / "instance", STORAGE_RESERVE="900TiB"), about


def test_below_its_reserve_the_server_takes_nothing_and_goes_on(
    below_reserve: tuple[Server, dict[str, object]],
) -> None:
    server, about = below_reserve
    before = kept(server)
    with Caller(server) as caller:
        for way in WAYS_IN:
            assert way(caller, b"x" * 200_000).status == 507, way.__name__
            caller.close()
        refused = caller.try_upload(b"x")

        assert refused.json["code"] == "STORAGE_FULL_ERROR"
        assert is_unchanged(server, before)
        assert caller.get(f"/{about['hash']}").body == b"from better times"
        assert caller.get("/").status == 200
        assert delete(caller, about) == 204
        assert caller.get(f"/{about['hash']}").status == 404
    assert "1 blobs" in server.command("sweep").stdout
    assert complaints(server) == []


# ---- a disk that really is full


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    mounted = subprocess.run(command, capture_output=True, text=True)
    if mounted.returncode:
        missing(f"a small disk cannot be mounted here (root may do that): {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, leaving: int) -> Path:
    """Fill a disk, but for so many bytes, with a file of somebody else's."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while (room := _free(disk) - leaving) > 0:
            try:
                file.write(bytes(min(room, MIB)))
            except OSError:
                break
    return filler


def _free(disk: Path) -> int:
    volume = os.statvfs(disk)
    return volume.f_bavail * volume.f_frsize


def delete(caller: Caller, about: dict[str, object]) -> int:
    return caller.ask("DELETE", f"/{about['uuid']}", headers={"X-Delete-Token": delete_token(about)}).status


def upload_until_full(caller: Caller) -> tuple[dict[str, bytes], Answer]:
    """Upload until the server takes no more: what it took, by address, and its last answer."""
    taken = {}
    for _ in range(100):
        content = os.urandom(MIB)
        answer = caller.try_upload(content)
        if answer.status != 201:
            return taken, answer
        taken[answer.json["hash"]] = content
    raise AssertionError("100 MiB fit on a disk of 24")


def assert_all_there(caller: Caller, taken: dict[str, bytes]) -> None:
    for address, content in taken.items():
        assert caller.get(f"/{address}").body == content


def views_of(server: Server, taken: dict[str, bytes]) -> set[int]:
    """How often each was viewed, as its record says."""
    digests = [hashlib.sha256(content).hexdigest() for content in taken.values()]
    with closing(database(server)) as connection:
        found = connection.execute("SELECT digest, views FROM files").fetchall()
    return {views for digest, views in found if digest in digests}


@pytest.mark.parametrize(
    "reserve", [pytest.param("0", marks=pytest.mark.slow, id="no-reserve"), pytest.param("2MiB", id="a-reserve")]
)
def test_a_full_disk_loses_nothing_and_works_again(
    small_disk: Path, make_server: Callable[..., Server], reserve: str
) -> None:
    server = make_server(small_disk / "instance", STORAGE_RESERVE=reserve)
    with Caller(server) as caller:
        first, second = caller.upload(b"first"), caller.upload(b"second")
        taken, refused = upload_until_full(caller)

        assert refused.status == 507
        assert len(taken) > 5
        caller.close()
        filler = fill(small_disk, leaving=0 if reserve == "0" else MIB)
        before = kept(server)
        for way in WAYS_IN:
            answer = way(caller, b"y" * 200_000)
            assert answer.status == 507, (way.__name__, answer)
            caller.close()
        assert is_unchanged(server, before)
        assert_all_there(caller, taken)
        deleted = delete(caller, first)
        # Without a reserve there may not be a byte for the record of a deletion either: then that is said.
        assert deleted == 204 or (deleted == 507 and reserve == "0")
        assert caller.get(f"/{first['hash']}").status == (404 if deleted == 204 else 200)
        filler.unlink()

        assert caller.try_upload(b"there is room again" * 1000).status == 201
        assert delete(caller, second) == 204
        assert_all_there(caller, taken)
    checked = server.command("fsck", "--deep")
    assert checked.returncode == 0, checked.stderr
    assert complaints(server) == []
    server.stop()
    assert views_of(server, taken) == {2}, "each was read once while the disk was full, and once afterwards"


@pytest.mark.slow
@pytest.mark.alone
def test_on_a_full_disk_an_upload_fails_in_the_middle_and_leaves_nothing(
    small_disk: Path, make_server: Callable[..., Server]
) -> None:
    server = make_server(small_disk / "instance", STORAGE_RESERVE="0")
    content = os.urandom(40 * MIB)
    with Caller(server) as caller:
        caller.upload(b"warm")
        before, room = kept(server), _free(small_disk)
        pieces = (content[start : start + MIB] for start in range(0, len(content), MIB))  # nobody knows how many
        try:
            status = caller.ask("PUT", "/big.bin", pieces).status
        except (BrokenPipeError, ConnectionResetError):
            status = 507  # it was refused while we were still sending; what counts is what follows
        caller.close()

        assert status == 507
        assert is_unchanged(server, before)
        assert abs(_free(small_disk) - room) < MIB
        assert caller.get(f"/{hashlib.sha256(content).hexdigest()[:16]}").status == 404
        assert caller.try_upload(os.urandom(MIB)).status == 201
    assert complaints(server) == []
