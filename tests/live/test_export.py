"""Exports over the real server: while files come and go, for slow clients, in flat memory, and cut short."""

import hashlib
import http.client
import io
import json
import os
import random
import socket
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live.client import FORM_TYPE, Caller, form
from tests.live.remains import MIB, blob_folder, complaints, memory_bytes
from tests.live.test_sizes import MOST_GROWN, watched
from tests.running import Server

EXPORT = "/api/users/me/export"


def check(archive: bytes) -> dict[str, str]:
    """Names by UUID of a whole archive: every entry stands in the list with its digest, and nothing else does."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        items = json.loads(found.read("files.json"))["items"]
        assert found.namelist() == [*(item["archiveName"] for item in items), "files.json"]
        for item in items:
            assert hashlib.sha256(found.read(item["archiveName"])).hexdigest() == item["sha256"]
    return {item["uuid"]: item["archiveName"] for item in items}


def come_and_go(server: Server, key: str, seed: int, done: threading.Event) -> None:
    """Upload and delete by turns, small files and larger ones."""
    chance, mine = random.Random(seed), list[str]()
    with Caller(server, key) as caller:
        while not done.is_set():
            if len(mine) > 5 and chance.random() < 0.6:
                gone = mine.pop(chance.randrange(len(mine)))
                assert caller.ask("DELETE", f"/api/users/me/files/{gone}").status == 200
            else:
                content = os.urandom(chance.choice([10, 1000, 300_000]))
                mine.append(caller.upload(content, chance.choice(["a.bin", "b.bin"]))["uuid"])


@pytest.mark.slow
def test_an_export_while_files_come_and_go_opens_and_every_entry_is_what_the_list_says(
    make_server: Callable[..., Server],
) -> None:
    server = make_server(SWEEP_INTERVAL="1")
    key, done = server.make_key(), threading.Event()
    with Caller(server, key) as caller:
        staying = {caller.upload(os.urandom(200_000), "stays.bin")["uuid"] for _ in range(20)}
        threads = [threading.Thread(target=come_and_go, args=(server, key, seed, done)) for seed in range(3)]
        for thread in threads:
            thread.start()
        try:
            found = [check(caller.get(EXPORT).body) for _ in range(15)]
        finally:
            done.set()
            for thread in threads:
                thread.join()

    assert all(staying <= names.keys() for names in found)
    assert len(set().union(*found)) > len(staying)
    assert complaints(server) == []


def ask_slowly(server: Server, key: str) -> socket.socket:
    """A client that asks for an export and takes nothing of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.sendall(f"GET {EXPORT} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    return client


@pytest.mark.slow
@pytest.mark.alone
def test_clients_that_do_not_take_their_export_leave_others_quick(shared: Server) -> None:
    key = shared.make_key("slow")
    with Caller(shared, key) as caller, ExitStack() as stack:
        caller.upload(os.urandom(20 * MIB), "large.bin")
        for _ in range(100):  # more than all threads, and than all connections of the database
            stack.enter_context(ask_slowly(shared, key))
        time.sleep(1)
        times = []
        for _ in range(50):
            begun = time.monotonic()
            caller.upload(os.urandom(5000))
            assert caller.get("/api/users/me/files").status == 200
            times.append(time.monotonic() - begun)

    assert sorted(times)[45] < 1
    assert complaints(shared) == []


def received(server: Server, key: str, path: Path) -> None:
    """An export as a client keeps it that reads block by block."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request("GET", EXPORT, headers={"Authorization": f"Bearer {key}"})
    with connection.getresponse() as answer, path.open("wb") as file:
        while block := answer.read(MIB):
            file.write(block)
    connection.close()


def upload_several(caller: Caller, numbers: range, size: int) -> None:
    files = [("file", b"paste.txt", number.to_bytes(4, "big") + bytes(size - 4)) for number in numbers]
    assert caller.ask("POST", "/api/upload", form(files), {"Content-Type": FORM_TYPE}).status == 201


@pytest.mark.parametrize(("count", "size"), [(2000, 100), (1, 100 * MIB)], ids=["many files", "a large file"])
@pytest.mark.slow
@pytest.mark.alone
def test_memory_stays_flat(make_server: Callable[..., Server], tmp_path: Path, count: int, size: int) -> None:
    server = make_server()
    key, path = server.make_key(), tmp_path / "files.zip"
    with Caller(server, key) as caller:
        for begin in range(0, count, 100):
            upload_several(caller, range(begin, min(count, begin + 100)), size)
        for _ in range(6):  # both workers have answered before
            caller.ask("HEAD", EXPORT)
    with watched(server) as grown:
        received(server, key, path)
        most = grown()
    print(f"grown by {most / MIB:.1f} MiB of {memory_bytes(server) / MIB:.0f}")

    assert most <= MOST_GROWN
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert len(found.namelist()) == count + 1


@pytest.mark.slow
def test_where_bytes_are_missing_the_connection_is_cut_and_it_is_logged(make_server: Callable[..., Server]) -> None:
    server = make_server()
    key = server.make_key()
    with Caller(server, key) as caller:
        caller.upload(os.urandom(MIB), "good.bin")
        digest = caller.upload(os.urandom(MIB), "bad.bin")["sha256"]
        (blob_folder(server) / digest[:2] / digest).unlink()
        with pytest.raises(http.client.IncompleteRead) as cut:
            caller.get(EXPORT)

    assert len(cut.value.partial) > MIB
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(cut.value.partial))
    assert f"the store has no bytes {digest}" in server.log.read_text()


@pytest.mark.slow
def test_a_server_that_is_killed_leaves_its_client_with_no_archive(make_server: Callable[..., Server]) -> None:
    server = make_server()
    key = server.make_key()
    with Caller(server, key) as caller:
        caller.upload(os.urandom(20 * MIB), "large.bin")
    with ask_slowly(server, key) as client:
        came = client.recv(1000)
        server.kill()
        try:
            while block := client.recv(MIB):
                came += block
        except ConnectionResetError:
            pass

    assert came.startswith(b"HTTP/1.1 200 ")
    assert not came.endswith(b"\r\n0\r\n\r\n")
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(came))


@pytest.mark.slow
def test_a_client_that_hangs_up_leaves_nothing_open(make_server: Callable[..., Server]) -> None:
    server = make_server()
    key = server.make_key()
    with Caller(server, key) as caller:
        caller.upload(os.urandom(20 * MIB), "large.bin")
        for _ in range(10):
            with ask_slowly(server, key) as client:
                client.recv(1000)
        deadline = time.monotonic() + 10
        while open_blobs(server) and time.monotonic() < deadline:
            time.sleep(0.05)

    assert open_blobs(server) == 0
    assert complaints(server) == []


def open_blobs(server: Server) -> int:
    folder, count = str(blob_folder(server)), 0
    for pid in server.worker_pids():
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = os.readlink(link)
            except FileNotFoundError:
                continue
            count += target.startswith(folder) and len(Path(target).name) == 64
    return count
