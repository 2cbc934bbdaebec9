"""What was acknowledged is there: `kill -9` of the whole server in the middle of hundreds of uploads."""

import hashlib
import http.client
import itertools
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import pytest

from tests.live.client import FORM_TYPE, Caller, form
from tests.live.crowd import Together
from tests.live.remains import complaints, database, sha256_of, stored
from tests.running import Server

# What breaks when the server dies; nothing of it is an acknowledgement.
CUT_OFF = (http.client.HTTPException, OSError)


class Crowd(Together):
    """Many clients that upload without a pause, until the server is gone, and remember what it acknowledged."""

    def __init__(self, server: Server, seed: int, uploaders: int) -> None:
        self.acknowledged: list[tuple[str, str]] = []  # (address, digest)
        self.enough = threading.Event()
        self.refused: list[int] = []
        self._server = server
        self._seed = seed
        self._quorum = uploaders * 3 // 2
        # Some contents are uploaded by several clients at once.
        self._common = [random.Random(seed + number).randbytes(3000) for number in range(20)]
        super().__init__([partial(self._upload, number) for number in range(uploaders)])

    def _upload(self, number: int) -> None:
        chance = random.Random(self._seed * 1000 + number)
        caller = Caller(self._server)
        with caller:
            for way in itertools.cycle((put, put_in_chunks, post)):
                content = chance.choice(self._common) if chance.random() < 0.2 else self._new(chance)
                try:
                    status, address = way(caller, content)
                except CUT_OFF:
                    return
                if status != 201:
                    self.refused.append(status)
                    return
                self.acknowledged.append((address, hashlib.sha256(content).hexdigest()))
                if len(self.acknowledged) > self._quorum:
                    self.enough.set()

    @staticmethod
    def _new(chance: random.Random) -> bytes:
        return chance.randbytes(chance.choice((20, 2000, 20_000, 200_000)))


def put(caller: Caller, content: bytes) -> tuple[int, str]:
    answer = caller.ask("PUT", "/file.bin", content)
    return answer.status, address_in(answer.body.decode())


def put_in_chunks(caller: Caller, content: bytes) -> tuple[int, str]:
    pieces = (content[start : start + 5000] for start in range(0, len(content), 5000))
    answer = caller.ask("PUT", "/file.bin", pieces)
    return answer.status, address_in(answer.body.decode())


def post(caller: Caller, content: bytes) -> tuple[int, str]:
    answer = caller.ask("POST", "/api/upload", form([("file", b"file.bin", content)]), {"Content-Type": FORM_TYPE})
    return answer.status, answer.json["hash"] if answer.status == 201 else ""


def address_in(url: str) -> str:
    return url.strip().rpartition("/")[2].partition(".")[0]


def lost(server: Server, acknowledged: list[tuple[str, str]]) -> Iterator[str]:
    """What was acknowledged and is not there as it was."""
    with Caller(server) as caller:
        for address, digest in set(acknowledged):
            answer = caller.get(f"/{address}")
            if answer.status != 200 or hashlib.sha256(answer.body).hexdigest() != digest:
                yield f"{address}: {answer.status}, {len(answer.body)} bytes"


def junk(server: Server, seen: set[str]) -> Iterator[str]:
    """What any address of the database answers that is not its digest's bytes, and bytes under a wrong name.

    Those addresses alone that are not among *seen*; from then on they are.
    """
    with closing(database(server)) as connection, Caller(server) as caller:
        for digest, address in connection.execute("SELECT digest, address FROM addresses"):
            if address in seen:
                continue
            seen.add(address)
            answer = caller.get(f"/{address}")
            if answer.status != 404 and hashlib.sha256(answer.body).hexdigest() != digest:
                yield f"{address}: {answer.status}, {len(answer.body)} bytes"
    yield from (path.name for path in stored(server) if sha256_of(path) != path.name)


def kill_in_the_middle(make_server: Callable[..., Server], rounds: int, uploaders: int) -> None:
    server = make_server()
    acknowledged: list[tuple[str, str]] = []
    seen: set[str] = set()
    for seed in range(rounds):
        with Crowd(server, seed, uploaders) as crowd:
            is_enough = crowd.enough.wait(60)
            server.kill()
        server.start()
        acknowledged += crowd.acknowledged
        checked = server.command("fsck", "--deep")

        assert is_enough, f"only {len(crowd.acknowledged)} uploads in a minute"
        assert crowd.refused == []
        assert list(lost(server, crowd.acknowledged)) == []
        assert checked.returncode == 0, checked.stderr
        assert list(junk(server, seen)) == []
    # What outlived its own death outlived those that came after it.
    assert list(lost(server, acknowledged)) == []
    assert list(junk(server, set())) == []
    assert complaints(server) == []


@pytest.mark.slow
def test_what_was_acknowledged_outlives_the_death_of_the_server(make_server: Callable[..., Server]) -> None:
    kill_in_the_middle(make_server, rounds=1, uploaders=60)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_was_acknowledged_outlives_ten_deaths_of_the_server(make_server: Callable[..., Server]) -> None:
    kill_in_the_middle(make_server, rounds=10, uploaders=200)
