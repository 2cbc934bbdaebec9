"""Encrypted files on the real server: limits and sizes hold exactly, and a death leaves nothing half."""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import pytest

from tests.live import hush
from tests.live.client import Caller
from tests.live.crowd import Together, all_at_once
from tests.live.hush import Begun
from tests.live.remains import complaints, database, kept
from tests.running import Server

CUT_OFF = (http.client.HTTPException, OSError)


def served_exactly(server: Server, rounds: int, limit: int, count: int) -> None:
    """Limited files of three chunks, each asked for by so many at once: it is served so often, and then no more."""
    assert len(server.worker_pids()) == 2
    with Caller(server) as nobody:
        for _ in range(rounds):
            contents = [os.urandom(size) for size in (500, 5000, 50_000)]
            begun = hush.upload(nobody, *contents, limit=limit)
            chances = [number for number in range(3) for _ in range(count)]
            random.shuffle(chances)
            answers = all_at_once(server, [partial(begun.get, part=number) for number in chances])

            for number, content in enumerate(contents):
                mine = [answer for answer, asked_for in zip(answers, chances, strict=True) if asked_for == number]
                assert Counter(answer.status for answer in mine) == {200: limit, 404: count - limit}
                assert {answer.body for answer in mine if answer.status == 200} == {content}
            assert begun.get(nobody, "exists").status == 404


def test_a_limit_of_one_serves_each_chunk_exactly_once(shared: Server) -> None:
    served_exactly(shared, rounds=1, limit=1, count=50)


@pytest.mark.slow
def test_limits_serve_exactly_so_often_in_many_rounds(shared: Server) -> None:
    served_exactly(shared, rounds=20, limit=1, count=50)
    served_exactly(shared, rounds=10, limit=7, count=30)


def replace_at_once(server: Server, rounds: int) -> None:
    """Two put the same chunk at the same moment, again and again: one of them is there, whole, and counted once."""
    with Caller(server) as nobody:
        for _ in range(rounds):
            begun = hush.begin(nobody)
            contents = [os.urandom(size) for size in random.sample((700, 5000, 70_000, 300_000), 2)]
            answers = all_at_once(server, [partial(begun.put, part=0, content=content) for content in contents])

            assert [answer.status for answer in answers] == [200, 200]
            assert begun.finish(nobody, 0).status == 200
            body = begun.get(nobody, 0).body
            assert body in contents
            assert begun.get(nobody, "info").json["totalsize"] == len(body)


def test_of_two_that_put_one_chunk_one_is_whole(shared: Server) -> None:
    replace_at_once(shared, rounds=10)


@pytest.mark.slow
def test_of_two_that_put_one_chunk_one_is_whole_in_many_rounds(shared: Server) -> None:
    replace_at_once(shared, rounds=200)


@pytest.mark.slow
def test_a_file_is_never_larger_than_it_may_be(make_server: Callable[..., Server]) -> None:
    server = make_server(MAX_FILE_SIZE=100_000)
    with Caller(server) as nobody:
        begun = hush.begin(nobody)
        puts = [partial(begun.put, part=number, content=os.urandom(10_000)) for number in range(40)]
        answers = all_at_once(server, puts)

        assert Counter(answer.status for answer in answers) == {200: 10, 413: 30}
        assert begun.get(nobody, "info").json["totalsize"] == 100_000
    assert kept(server).blobs == 10


def finish_against_puts(server: Server, rounds: int) -> None:
    """While a chunk is put again and again the upload is finished: from then on it stays what it is."""
    with Caller(server) as nobody:
        for _ in range(rounds):
            begun = hush.begin(nobody)
            begun.put(nobody, 0, b"first")
            done = threading.Event()
            late: list[bytes] = []

            def put_again(begun: Begun = begun, done: threading.Event = done, late: list[bytes] = late) -> None:
                with Caller(server) as caller:
                    for _ in range(200):
                        content, was_done = os.urandom(6000), done.is_set()
                        status = begun.put(caller, 0, content).status
                        if status == 200 and was_done:
                            late.append(content)
                        if status != 200:
                            return

            writers = [threading.Thread(target=put_again) for _ in range(3)]
            for writer in writers:
                writer.start()
            time.sleep(random.uniform(0.005, 0.05))
            assert begun.finish(nobody, 0).status == 200
            done.set()
            body = begun.get(nobody, 0).body
            for writer in writers:
                writer.join()

            assert late == []
            assert begun.get(nobody, 0).body == body
            assert begun.get(nobody, "info").json["totalsize"] == len(body)


def test_what_is_finished_does_not_change(shared: Server) -> None:
    finish_against_puts(shared, rounds=5)


@pytest.mark.slow
def test_what_is_finished_does_not_change_in_many_rounds(shared: Server) -> None:
    finish_against_puts(shared, rounds=60)


@pytest.mark.slow
def test_a_death_in_the_middle_of_a_chunk_leaves_the_former_one_or_none(make_server: Callable[..., Server]) -> None:
    server = make_server()
    former = os.urandom(3_000_000)
    with Caller(server) as nobody:
        begun = hush.begin(nobody)
        assert begun.put(nobody, 0, former).status == 200
    halves = [half_a_put(server, begun, number, 3_000_000) for number in (0, 1)]
    server.kill()
    for half in halves:
        half.close()
    server.start()

    with Caller(server) as nobody:
        assert begun.get(nobody, "info").json["chunks"] == [0]
        assert begun.put(nobody, 1, former).status == 200
        assert begun.finish(nobody, 0, 1).status == 200
        assert [begun.get(nobody, number).body == former for number in (0, 1)] == [True, True]
    assert server.command("fsck", "--deep").returncode == 0
    assert kept(server).spools == 0
    assert complaints(server) == []


def half_a_put(server: Server, begun: Begun, number: int, length: int) -> socket.socket:
    """A connection on which half of a chunk has been sent."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    path = f"/api/file/{begun.id}/{number}?uploadpassword={begun.password}"
    connection.sendall(f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode())
    connection.sendall(os.urandom(length // 2))
    return connection


class Uploaders(Together):
    """Clients that upload encrypted files without a pause until the server is gone; what each was told of them."""

    def __init__(self, server: Server, seed: int, count: int) -> None:
        self.files: list[Upload] = []
        self._server = server
        super().__init__([partial(self._run, seed * 1000 + each) for each in range(count)])

    def _run(self, seed: int) -> None:
        chance = random.Random(seed)
        with Caller(self._server) as caller:
            try:
                while True:
                    self._upload(caller, chance)
            except CUT_OFF:
                return

    def _upload(self, caller: Caller, chance: random.Random) -> None:
        mine = Upload(hush.begin(caller), {}, is_finishing=False, is_finished=False)
        self.files.append(mine)
        for number in range(4):  # the last of them is not listed at the end
            content = chance.randbytes(chance.choice((100, 9000, 60_000)))
            assert mine.begun.put(caller, number, content).status == 200
            mine.chunks[number] = hashlib.sha256(content).hexdigest()
        mine.is_finishing = True
        assert mine.begun.finish(caller, 0, 1, 2).status == 200
        mine.is_finished = True


class Upload:
    """What one client knows of one file: the digests of chunks that were acknowledged, and how far it got."""

    def __init__(self, begun: Begun, chunks: dict[int, str], *, is_finishing: bool, is_finished: bool) -> None:
        self.begun = begun
        self.chunks = chunks
        self.is_finishing = is_finishing
        self.is_finished = is_finished

    def faults(self, caller: Caller) -> Iterator[str]:
        """What is not as it was acknowledged; afterwards it is finished."""
        info = self.begun.get(caller, "info").json
        if self.is_finished and not info["finished"]:
            yield f"{self.begun.id} is not finished any more"
        if info["finished"] and not self.is_finishing:
            yield f"{self.begun.id} is finished, and nobody asked for it"
        if info["finished"] and info["chunks"] != [0, 1, 2]:
            yield f"{self.begun.id} is half: {info}"
        if info["finished"]:
            self.chunks.pop(3, None)
        if not self.chunks.keys() <= set(info["chunks"]):
            yield f"{self.begun.id} has lost a chunk: {info}, {self.chunks}"
        if not self.chunks:
            return
        if not info["finished"] and self.begun.finish(caller, *self.chunks).status != 200:
            yield f"{self.begun.id} cannot be finished"
        for number, digest in self.chunks.items():
            if hashlib.sha256(self.begun.get(caller, number).body).hexdigest() != digest:
                yield f"{self.begun.id}/{number} is another"


# A blob that nothing names and that no sweep would find: its record and its chunk's did not come together.
_NEITHER_NAMED_NOR_LISTED = """
    SELECT count(*) FROM blobs WHERE orphaned_at IS NULL AND state = 'live'
    AND digest NOT IN (SELECT digest FROM chunks) AND digest NOT IN (SELECT digest FROM files)
"""


def kill_in_the_middle(server: Server, rounds: int, uploaders: int) -> None:
    for seed in range(rounds):
        with Uploaders(server, seed, uploaders) as crowd:
            deadline = time.monotonic() + 60
            while sum(each.is_finished for each in crowd.files) < uploaders and time.monotonic() < deadline:
                time.sleep(0.01)
            server.kill()
        server.start()

        assert sum(each.is_finished for each in crowd.files) >= uploaders
        with Caller(server) as nobody:
            assert [fault for each in crowd.files for fault in each.faults(nobody)] == []
        assert server.command("fsck", "--deep").returncode == 0
        with closing(database(server)) as connection:
            assert connection.execute(_NEITHER_NAMED_NOR_LISTED).fetchone() == (0,)
    assert complaints(server) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_was_acknowledged_of_encrypted_files_outlives_ten_deaths(make_server: Callable[..., Server]) -> None:
    kill_in_the_middle(make_server(), rounds=10, uploaders=60)


@pytest.mark.slow
def test_a_file_that_is_used_up_while_somebody_reads_it_is_read_to_its_end(make_server: Callable[..., Server]) -> None:
    """The last download deletes the file and the sweep its bytes: who reads slowly has them all the same."""
    server = make_server()
    content = os.urandom(30_000_000)
    with Caller(server) as nobody:
        begun = hush.upload(nobody, content, limit=1)
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(f"GET /api/file/{begun.id}/0 HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        received = connection.recv(1000)
        assert received.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
        assert begun.get(nobody, "exists").status == 404
        assert server.command("sweep").returncode == 0
        assert kept(server).stored == 0
        while block := connection.recv(1 << 20):
            received += block
        connection.close()

    assert received.partition(b"\r\n\r\n")[2] == content
