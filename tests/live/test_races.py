"""What must hold exactly, however many ask at the same moment."""

import fcntl
import hashlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from operator import methodcaller

import pytest

from tests.live.client import Caller, delete_token
from tests.live.crowd import all_at_once
from tests.live.remains import complaints, database, stored
from tests.running import ROOT, Server


def test_fifty_uploads_of_one_new_content_make_fifty_files_and_one_blob(shared: Server) -> None:
    content = os.urandom(5000)
    digest = hashlib.sha256(content).hexdigest()
    answers = all_at_once(shared, 50 * [lambda caller: caller.try_upload(content)])

    assert [answer.status for answer in answers] == [201] * 50
    assert {answer.json["hash"] for answer in answers} == {digest[:16]}
    assert len({answer.json["uuid"] for answer in answers}) == 50
    with closing(database(shared)) as connection:
        files = connection.execute("SELECT count(*) FROM files WHERE digest = ?", [digest]).fetchone()
        blobs = connection.execute("SELECT count(*) FROM blobs WHERE digest = ?", [digest]).fetchone()
    assert (files, blobs) == ((50,), (1,))
    assert [path.name for path in stored(shared)].count(digest) == 1


def test_a_limit_of_one_serves_exactly_one(shared: Server, nobody: Caller) -> None:
    assert len(shared.worker_pids()) == 2
    for _ in range(20):
        content = os.urandom(2000)
        uuid = nobody.upload(content, limit="1")["uuid"]
        answers = all_at_once(shared, 50 * [methodcaller("get", f"/{uuid}")])

        assert Counter(answer.status for answer in answers) == {200: 1, 404: 49}
        assert [answer.body for answer in answers if answer.status == 200] == [content]


def test_uploads_that_wait_for_their_turn_to_write_leave_the_threads_to_others(
    make_server: Callable[..., Server],
) -> None:
    server = make_server(WORKERS=1, THREADS=2, RATE_LIMITS="off")
    contents = [os.urandom(1000) for _ in range(20)]

    def upload(content: bytes) -> int:
        with Caller(server) as caller:
            return caller.try_upload(content).status

    with Caller(server) as reader, ThreadPoolExecutor(len(contents)) as people:
        reader.upload(b"first")
        with (server.instance / "pastebin.sqlite.turn").open("rb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            statuses = [people.submit(upload, content) for content in contents]
            time.sleep(1)
            begun = time.monotonic()
            for _ in range(20):
                assert reader.get("/limits").status == 200
            seconds = time.monotonic() - begun
            assert not any(status.done() for status in statuses)
        assert [status.result() for status in statuses] == [201] * len(contents)
    assert seconds < 5


@contextmanager
def sweeping(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """A process beside the server that sweeps without a pause; what it writes is a line for each sweep."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.live.sweeper", str(server.instance)], cwd=ROOT, env=server.environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline()
    try:
        yield process
        assert process.poll() is None, "the sweeper died"
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def take_turns(server: Server, rounds: int, seed: int) -> list[str]:
    """Delete the last file of a content and upload the same at the same moment, again and again; what got lost."""
    # Of either kind: one that is staged, and one that is put into the store at once.
    chance, content = random.Random(seed), os.urandom(5000 if seed % 2 else 1000)
    lost: list[str] = []
    with Caller(server) as deleter, Caller(server) as uploader, ThreadPoolExecutor(1) as other:
        last = uploader.upload(content)
        for number in range(rounds):
            deletion = {"X-Delete-Token": delete_token(last)}
            deleting = other.submit(deleter.ask, "DELETE", f"/{last['uuid']}", headers=deletion)
            # Mostly at the same moment, and often enough after a sweep of a busy machine has come by.
            time.sleep(chance.random() ** 3 * 0.15)
            last = uploader.upload(content)
            assert deleting.result().status == 204
            # Served at once, and still after the sweep has come by.
            for _ in range(2):
                answer = uploader.get(f"/{last['uuid']}")
                if answer.body != content:
                    lost.append(f"round {number}: {answer.status}")
                time.sleep(chance.random() * 0.02)
    return lost


def delete_and_upload_while_sweeping(server: Server, rounds: int) -> None:
    chains = 4
    with sweeping(server) as sweeper, ThreadPoolExecutor(chains) as pool:
        found = list(pool.map(lambda seed: take_turns(server, rounds // chains, seed), range(chains)))
        assert sweeper.stdout
        os.set_blocking(sweeper.stdout.fileno(), False)
        swept = [int(line.split()[0]) for line in (sweeper.stdout.read() or b"").splitlines()]
    checked = server.command("fsck", "--deep")

    assert [lost for chain in found for lost in chain] == []
    assert checked.returncode == 0, checked.stderr
    assert complaints(server) == []
    assert len(swept) > rounds // 8, "too few sweeps to have met anything"
    # On a busy machine the upload nearly always comes first; a short run may then meet none.
    assert sum(swept) >= rounds // 50, "too few blobs were swept away"


def test_deleting_the_last_and_sweeping_never_lose_an_upload_of_the_same(shared: Server) -> None:
    delete_and_upload_while_sweeping(shared, 20)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(300)
def test_deleting_the_last_and_sweeping_never_lose_one_of_500_uploads(make_server: Callable[..., Server]) -> None:
    delete_and_upload_while_sweeping(make_server(), 500)


@pytest.mark.slow
def test_an_upload_that_is_refused_takes_nothing_from_one_of_the_same_that_is_not(
    make_server: Callable[..., Server],
) -> None:
    server = make_server(ANONYMOUS_QUOTA=100)  # judged once the bytes are there, which are then taken away again
    with (
        Caller(server, server.make_key()) as owner,
        Caller(server) as nobody,
        ThreadPoolExecutor(1) as other,
    ):
        for number in range(300):
            content = os.urandom(5000)
            refusing = other.submit(nobody.try_upload, content)
            if number % 2:
                time.sleep(random.random() * 0.004)
            kept = owner.upload(content)
            assert refusing.result().json["code"] == "STORAGE_LIMIT_ERROR"
            assert owner.get(f"/{kept['hash']}").body == content, f"round {number}"
    assert complaints(server) == []
    assert server.command("fsck", "--deep").returncode == 0


def colliding_contents(digits: int) -> tuple[bytes, bytes]:
    """Two contents whose digests begin with the same digits."""
    seen: dict[str, bytes] = {}
    for number in range(1 << 20):
        content = b"content %d" % number
        start = hashlib.sha256(content).hexdigest()[:digits]
        if start in seen:
            return seen[start], content
        seen[start] = content
    raise AssertionError("no collision among a million: impossible")


@pytest.mark.slow
def test_an_address_whose_content_is_gone_is_never_given_to_another(make_server: Callable[..., Server]) -> None:
    first, second = colliding_contents(8)
    server = make_server(ADDRESS_LENGTH=8)
    with Caller(server) as caller:
        gone = caller.upload(first)
        assert caller.ask("DELETE", f"/{gone['uuid']}", headers={"X-Delete-Token": delete_token(gone)}).status == 204
        assert "1 blobs" in server.command("sweep").stdout
        other = caller.upload(second)

        assert len(gone["hash"]) == 8
        assert other["hash"].startswith(gone["hash"])
        assert len(other["hash"]) > 8
        assert caller.get(f"/{gone['hash']}").status == 404
        assert caller.get(f"/{other['hash']}").body == second
        assert caller.upload(first)["hash"] == gone["hash"]
        assert caller.get(f"/{gone['hash']}").body == first
