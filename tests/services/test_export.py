"""All files of an account as one archive: what is in it, and that nothing half passes for whole."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from pastebin.errors import SessionInvalid
from pastebin.extensions import db, generation, now, store, transaction
from pastebin.models import FileRow
from pastebin.services import accounts, catalogue, directory, export, files, sessions, upkeep
from pastebin.services.actor import Actor, nobody
from pastebin.services.directory import Changes
from pastebin.services.export import ArchiveWriter, ContentIncomplete
from pastebin.services.files import StoredFile
from pastebin.services.inventory import Inventory
from pastebin.services.uploads import Incoming, Privacy, Rules, take_in
from tests.browsing import session_of
from tests.filetypes.names import STRANGE, is_safe
from tests.programs import needs_program

MIB, GIB = 1 << 20, 1 << 30
LARGE = os.urandom(MIB)
Program = Callable[[Path], list[str]]
MOMENT = datetime(2026, 11, 29, 7, 20, 31, tzinfo=UTC)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def ann() -> Actor:
    return session_of(accounts.create("ann", "correct horse battery"))


def take(actor: Actor, content: bytes = b"hello\n", name: str = "x.txt", **rules: object) -> StoredFile:
    spool = store.spool()
    spool.write(content)
    taken = take_in(actor, [Incoming(spool, name, "utf-8")], Rules(**rules))  # type: ignore[arg-type]
    spool.close()
    return taken[0].file


def told(file: StoredFile) -> dict[str, object]:
    return {"uuid": file.uuid, "sha256": file.digest}


def exported(actor: Actor) -> zipfile.ZipFile:
    assert actor.user_id is not None
    found = zipfile.ZipFile(BytesIO(b"".join(export.archive(actor, told))))
    assert found.testzip() is None
    return found


def listed(found: zipfile.ZipFile) -> dict[str, str]:
    """Names in the archive by UUID; the bytes of each are those of its digest, and nothing else is in it."""
    listing = json.loads(found.read(export.LISTING))
    for item in listing["items"]:
        assert hashlib.sha256(found.read(item["archiveName"])).hexdigest() == item["sha256"]
    names = [item["archiveName"] for item in listing["items"]]
    assert found.namelist() == [*names, export.LISTING]
    assert listing["count"] == len(names)
    return {item["uuid"]: item["archiveName"] for item in listing["items"]}


# ---- what is in it


def test_all_live_files_of_the_account_are_in_it_oldest_first(ann: Actor) -> None:
    mine = [take(ann, LARGE, "large.bin"), take(ann, b"", "empty"), take(ann, privacy=Privacy.OWNER_ONLY)]
    mine.append(take(ann, b"once\n", "limited.txt", download_limit=1))
    take(nobody("192.0.2.1"), b"not mine\n")

    assert listed(exported(ann)) == dict(
        zip([file.uuid for file in mine], ["large.bin", "empty", "x.txt", "limited.txt"], strict=True)
    )


def test_it_spends_no_download(ann: Actor) -> None:
    file = take(ann, download_limit=1)
    exported(ann)
    exported(ann)

    assert files.get(file.uuid).downloads == 0


def test_the_same_bytes_and_the_same_names_are_files_of_their_own(ann: Actor) -> None:
    for name in ("photo.jpg", "photo.jpg", "PHOTO.JPG", "photo (2).jpg", "files.json"):
        take(ann, b"the same\n", name)

    assert list(listed(exported(ann)).values()) == [
        "photo.jpg", "photo (2).jpg", "PHOTO (3).JPG", "photo (2) (2).jpg", "files (2).json",
    ]  # fmt: skip


def test_an_account_without_files_gets_an_archive_with_an_empty_list(ann: Actor) -> None:
    assert listed(exported(ann)) == {}


def test_what_is_over_is_not_in_it(ann: Actor) -> None:
    kept, expired, used_up = take(ann), take(ann), take(ann, download_limit=1)
    files.spend_download(used_up.uuid)
    with transaction() as connection:
        connection.execute(update(FileRow).where(FileRow.id == expired.uuid).values(expires_at=now()))

    assert list(listed(exported(ann))) == [kept.uuid]


def test_an_entry_was_changed_when_the_file_was_uploaded(ann: Actor) -> None:
    file = take(ann)
    with transaction() as connection:
        connection.execute(update(FileRow).where(FileRow.id == file.uuid).values(created_at=MOMENT))
    entry = exported(ann).infolist()[0]

    assert entry.date_time == (2026, 11, 29, 7, 20, 30)
    assert int(MOMENT.timestamp()).to_bytes(4, "little") in entry.extra


# ---- while it is made


def begun(actor: Actor) -> tuple[Iterator[bytes], bytes]:
    """An export whose client has taken the first block and waits."""
    assert actor.user_id is not None
    blocks = export.archive(actor, told)
    return blocks, next(blocks)


def test_what_is_deleted_before_its_turn_or_uploaded_after_the_beginning_is_left_out(ann: Actor) -> None:
    first, second, third = take(ann, LARGE), take(ann, b"goes\n"), take(ann, b"stays\n")
    blocks, head = begun(ann)

    files.remove([second.uuid])
    upkeep.sweep()
    take(ann, b"too late\n")
    found = zipfile.ZipFile(BytesIO(head + b"".join(blocks)))

    assert list(listed(found)) == [first.uuid, third.uuid]


def test_what_expires_before_its_turn_is_left_out(ann: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    first = take(ann, LARGE)
    take(ann, b"soon\n", expires_at=now() + timedelta(seconds=0.2))
    monkeypatch.setattr(export, "_BELIEVED_SECONDS", 0.2)
    blocks, head = begun(ann)

    time.sleep(0.25)
    found = zipfile.ZipFile(BytesIO(head + b"".join(blocks)))

    assert list(listed(found)) == [first.uuid]


@pytest.mark.parametrize("end", ["session", "account"])
def test_who_was_locked_out_meanwhile_gets_no_more(ann: Actor, end: str) -> None:
    for number in range(3):
        take(ann, LARGE + b"%d" % number)
    blocks, _head = begun(ann)

    if end == "session":
        sessions.end(ann.credential_id)
    else:
        directory.change(None, ann.user_id or 0, Changes(is_disabled=True))
    generation.advance()

    with pytest.raises(SessionInvalid):
        list(blocks)


def test_more_files_than_are_read_at_once_are_all_in_it(ann: Actor) -> None:
    made = [take(ann, b"%d" % number) for number in range(205)]

    assert list(listed(exported(ann))) == [file.uuid for file in made]


def test_a_file_that_is_deleted_while_it_is_sent_is_sent_whole(ann: Actor) -> None:
    file = take(ann, LARGE)
    blocks, head = begun(ann)

    files.remove([file.uuid])
    upkeep.sweep()
    found = zipfile.ZipFile(BytesIO(head + b"".join(blocks)))

    assert list(listed(found)) == [file.uuid]


def test_no_connection_is_held_while_the_client_is_waited_for(ann: Actor) -> None:
    take(ann, LARGE)
    blocks, _head = begun(ann)

    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert open_blobs() == 1
    blocks.close()  # type: ignore[attr-defined]
    assert open_blobs() == 0


def open_blobs() -> int:
    folder = os.path.realpath(store.folder() or "")
    opened = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile, by another thread or by the listing itself
            opened.append(os.readlink(link))
    return sum(path.startswith(folder) and len(Path(path).name) == 64 for path in opened)


def path_of(file: StoredFile) -> Path:
    folder = store.folder()
    assert folder
    return folder / file.digest[:2] / file.digest


def take_away(file: StoredFile) -> None:
    path_of(file).unlink()


def cut_short(file: StoredFile) -> None:
    os.truncate(path_of(file), MIB // 2)


def make_unreadable(file: StoredFile) -> None:
    take_away(file)
    path_of(file).mkdir()


@pytest.mark.parametrize("harm", [take_away, cut_short, make_unreadable])
def test_where_bytes_are_missing_what_came_is_no_archive(ann: Actor, harm: object) -> None:
    take(ann, LARGE, "good.bin")
    bad = take(ann, LARGE[::-1], "bad.bin")
    harm(bad)  # type: ignore[operator]
    blocks, came = begun(ann)

    with pytest.raises((ContentIncomplete, OSError)):
        for block in blocks:
            came += block

    assert len(came) >= MIB
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(BytesIO(came))


def test_the_next_files_are_one_seek_away(ann: Actor) -> None:
    compiled = catalogue._FOLLOWING.compile(db.engine)
    sql = str(compiled)
    for name in compiled.positiontup or []:
        sql = sql.replace("?", f":{name}", 1)
    values = {**compiled.params, "owner": 1, "created_at": 0, "uuid": "", "until": 1, "moment": 0, "at_most": 1}
    with db.engine.connect() as connection:
        plan = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), values)]

    assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], plan
    assert [step for step in plan if "ix_files_owner_created (owner_id=? AND (created_at,id)>(?,?)" in step
            or "ix_files_owner_created (owner_id=? AND created_at>? AND created_at<?)" in step], plan  # fmt: skip


# ---- the archive itself


def written(names: list[str], inventory: Inventory) -> bytes:
    writer = ArchiveWriter(inventory)
    parts = [b"".join(writer.entry(inventory.name_for(name), MOMENT, 3, (b"abc",))) for name in names]
    return b"".join([*parts, *writer.end()])


@given(st.lists(STRANGE, max_size=30).map(lambda names: names + names[:5]))
def test_whatever_files_are_called_each_is_an_entry_with_a_safe_name_of_its_own(names: list[str]) -> None:
    inventory = Inventory(None)
    found = zipfile.ZipFile(BytesIO(written(names, inventory)))
    inventory.close()

    assert len(found.namelist()) == len(names)
    assert len({name.casefold() for name in found.namelist()}) == len(names)
    assert all(map(is_safe, found.namelist()))
    assert found.testzip() is None


def test_long_names_that_are_cut_alike_are_numbered_on_together() -> None:
    inventory = Inventory(None)
    names = [f"{'x' * 240}{number}.txt" for number in range(50)] * 2
    given_names = [inventory.name_for(name) for name in names]
    inventory.close()

    assert len(set(given_names)) == 100
    assert all(map(is_safe, given_names))


def unzip(path: Path) -> list[str]:
    return [needs_program("unzip"), "-tqq", str(path)]


def seven_zip(path: Path) -> list[str]:
    return [needs_program("7zz", "7z"), "t", "-bso0", str(path)]


PROGRAMS = [unzip, seven_zip]


def check(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.external
@pytest.mark.parametrize("program", PROGRAMS)
def test_other_programs_open_it(ann: Actor, tmp_path: Path, program: Program) -> None:
    for content, name in ((LARGE, "large.bin"), (b"", "empty"), (b"hello", "Übersicht 東京.txt"), (b"x", "empty")):
        take(ann, content, name)
    assert ann.user_id is not None
    path = tmp_path / "files.zip"
    path.write_bytes(b"".join(export.archive(ann, told)))

    check(program(path))


@pytest.mark.slow
@pytest.mark.alone
def test_a_thousand_and_twenty_thousand_entries_take_the_same_memory() -> None:
    assert grown(20_000) < grown(1_000) + MIB


def grown(count: int) -> int:
    """How much memory Python took at most for an archive of so many entries that nobody keeps."""
    tracemalloc.start()
    try:
        with_entries(count, sink=lambda block: None)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def with_entries(count: int, sink: object) -> None:
    inventory = Inventory(None)
    writer = ArchiveWriter(inventory)
    for number in range(count):
        content = b"%d" % number
        for block in writer.entry(inventory.name_for("paste.txt"), MOMENT, len(content), (content,), bytes(1000)):
            sink(block)  # type: ignore[operator]
    for block in writer.end():
        sink(block)  # type: ignore[operator]
    inventory.close()


@pytest.mark.slow
@pytest.mark.external
@pytest.mark.parametrize("count", [65_534, 65_535, 65_536, 70_000])
def test_more_entries_than_16_bits_can_count_are_all_there(tmp_path: Path, count: int) -> None:
    path = tmp_path / "many.zip"
    with path.open("wb") as file:
        with_entries(count, file.write)
    with zipfile.ZipFile(path) as found:
        assert len(found.namelist()) == count
        assert found.read(found.namelist()[-1]) == b"%d" % (count - 1)

    for program in PROGRAMS:
        check(program(path))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.external
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_entry_over_4_gib_and_one_after_it_are_whole(tmp_path: Path, program: Program) -> None:
    size, inventory, path = 4 * GIB + 5, Inventory(None), tmp_path / "large.zip"
    writer = ArchiveWriter(inventory)
    with path.open("wb") as file:
        for parts in (
            writer.entry("large.bin", MOMENT, size, nothing_but_zeros(size)),
            writer.entry("after.txt", MOMENT, 5, (b"after",)),
            writer.end(),
        ):
            write_sparsely(file.fileno(), parts)
    inventory.close()
    try:
        with zipfile.ZipFile(path) as found:
            assert [entry.file_size for entry in found.infolist()] == [size, 5]
            assert found.read("after.txt") == b"after"
        check(program(path))
    finally:
        path.unlink()


def nothing_but_zeros(size: int) -> Iterator[bytes]:
    block = bytes(MIB)
    for _ in range(size // MIB):
        yield block
    yield bytes(size % MIB)


def write_sparsely(descriptor: int, parts: Iterator[bytes]) -> None:
    """Leave holes where there is nothing, so that 4 GiB take no room."""
    for part in parts:
        if len(part) == MIB and not any(part[:1]):
            os.lseek(descriptor, len(part), os.SEEK_CUR)
        else:
            os.write(descriptor, part)


def test_a_time_that_dos_cannot_say_is_the_nearest_that_it_can() -> None:
    inventory = Inventory(None)
    writer = ArchiveWriter(inventory)
    moments = [datetime(1970, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC), MOMENT + timedelta(seconds=1)]
    parts = [b"".join(writer.entry(f"{number}", moment, 0, ())) for number, moment in enumerate(moments)]
    found = zipfile.ZipFile(BytesIO(b"".join([*parts, *writer.end()])))
    inventory.close()

    assert [entry.date_time[0] for entry in found.infolist()] == [1980, 2107, 2026]
