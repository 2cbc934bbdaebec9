"""`kill -9` while many files are being deleted: what is listed is whole, what is counted is listed, nothing is left."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.live.client import FORM_TYPE, Caller, form
from tests.live.remains import complaints, database, sha256_of, stored
from tests.running import Server

JSON = {"Content-Type": "application/json"}
MINE = "/api/users/me/files"

# Over it bytes are in the store from the first; under it they wait in the database.
STAGED, STORED = 100, 3000
STAGING_SIZE = 1000

ROUNDS = 6

CUT_OFF = (http.client.HTTPException, OSError)


@dataclass
class Story:
    """A server, ann whose files are deleted, bob who has some of the same contents, and what was uploaded."""

    server: Server
    ann: str
    bob: str
    digests: dict[str, str] = field(default_factory=dict)

    def sizes(self, key: str) -> dict[str, int]:
        """Somebody's files, as they are told, with their sizes."""
        found: dict[str, int] = {}
        with Caller(self.server, key) as caller:
            while page := caller.get(f"{MINE}?offset={len(found)}").json["items"]:
                found |= {file["id"]: file["size"] for file in page}
        return found

    def token(self) -> str:
        """A login of ann's."""
        with Caller(self.server) as caller:
            login = json.dumps({"username": "ann", "password": PASSWORD}).encode()
            return str(caller.ask("POST", "/api/login", login, JSON).json["token"])


def upload_many(story: Story, key: str, contents: list[bytes]) -> None:
    """Upload contents, fifty in a request, over four connections."""

    def send(batch: list[bytes]) -> list[tuple[str, str]]:
        with Caller(story.server, key) as caller:
            body = form([("file", b"file.bin", content) for content in batch])
            answer = caller.ask("POST", "/api/upload", body, {"Content-Type": FORM_TYPE})
            assert answer.status == 201, answer
            return [(file["id"], file["sha256"]) for file in answer.json["files"]]

    batches = [contents[start : start + 50] for start in range(0, len(contents), 50)]
    with ThreadPoolExecutor(4) as people:
        for told in people.map(send, batches):
            story.digests |= dict(told)


def contents_of(chance: random.Random, count: int) -> list[bytes]:
    """Half of them so small that they are staged."""
    return [chance.randbytes(STAGED if number % 2 else STORED) for number in range(count)]


@pytest.fixture
def begin(make_server: Callable[..., Server]) -> Callable[[], Story]:
    """A server with two users."""

    def start() -> Story:
        server = make_server(RATE_LIMITS="off", STAGING_SIZE=STAGING_SIZE, SWEEP_GRACE=0, SWEEP_INTERVAL=0)
        return Story(server, server.make_key("ann"), server.make_key("bob"))

    return start


def fill(story: Story, count: int) -> None:
    """Give ann so many files, the same contents each time; some she has twice."""
    contents = contents_of(random.Random(1), count * 9 // 10)
    upload_many(story, story.ann, [*contents, *contents[: count - len(contents)]])


def share(story: Story, count: int) -> None:
    """Give bob so many of ann's contents, for good."""
    upload_many(story, story.bob, contents_of(random.Random(1), count))


Body = dict[str, Any]


def delete(story: Story, key: str, path: str, bodies: list[Body]) -> list[Body]:
    """Send deletes one after the other, until the server is gone; those that were acknowledged."""
    acknowledged = []
    with Caller(story.server, key) as caller:
        try:
            for body in bodies:
                answer = caller.ask("DELETE", path, json.dumps(body).encode(), JSON)
                assert answer.status == 200, answer
                acknowledged.append(body)
        except CUT_OFF:
            pass
    return acknowledged


def die_after(story: Story, seconds: float, act: Callable[[], list[Body]]) -> list[Body]:
    """Do something, kill the server after so many seconds of it, and start it again."""
    return _die(story, lambda: time.sleep(seconds), act)


def die_below(story: Story, files: int, act: Callable[[], list[Body]]) -> list[Body]:
    """Do something, kill the server as soon as it has fewer files than that, and start it again."""

    def wait() -> None:
        with closing(database(story.server)) as connection:
            while connection.execute("SELECT count(*) FROM files").fetchone()[0] >= files:
                pass

    return _die(story, wait, act)


def _die(story: Story, wait: Callable[[], None], act: Callable[[], list[Body]]) -> list[Body]:
    with ThreadPoolExecutor(1) as killer:
        killed = killer.submit(lambda: (wait(), story.server.kill()))
        done = act()
        killed.result()
    story.server.start()
    return done


def seconds_of(act: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.monotonic()
    act()
    return time.monotonic() - started


def broken(story: Story, key: str) -> Iterator[str]:
    """What is not as it must be after any death: a file that is not whole, a total that is wrong."""
    sizes = story.sizes(key)
    with Caller(story.server, key) as caller:
        for file_id in sizes:
            answer = caller.get(f"/{file_id}")
            if answer.status != 200 or hashlib.sha256(answer.body).hexdigest() != story.digests[file_id]:
                yield f"{file_id}: {answer.status}, {len(answer.body)} bytes"
        account = caller.get("/api/users/me").json
    if (account["fileCount"], account["usedBytes"]) != (len(sizes), sum(sizes.values())):
        yield f"{account} for {len(sizes)} files of {sum(sizes.values())} bytes"


def left_over(story: Story) -> Iterator[str]:
    """Bytes that no file names, and files whose bytes are not there."""
    with closing(database(story.server)) as connection:
        named, staged, blobs = (
            {digest for (digest,) in connection.execute(f"SELECT DISTINCT digest FROM {table}")}  # noqa: S608 - ours
            for table in ("files", "staged", "blobs")
        )
    kept = {path.name for path in stored(story.server)}
    yield from (f"wrong bytes: {path.name}" for path in stored(story.server) if sha256_of(path) != path.name)
    yield from (f"bytes without a file: {digest}" for digest in (kept | staged | blobs) - named)
    yield from (f"a file without bytes: {digest}" for digest in named - (kept | staged))


def check(story: Story) -> None:
    """See that everything fits: before a sweep, which must have nothing to mend, and after it."""
    assert [*broken(story, story.ann), *broken(story, story.bob)] == []
    checked, swept = story.server.commands(("fsck", "--deep"), ("sweep",))
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert swept.returncode == 0, swept.stderr
    assert list(left_over(story)) == []


def in_fifties(ids: list[str]) -> list[Body]:
    """Bulk deletes of as many files as are taken at once."""
    return [{"ids": ids[start : start + 50]} for start in range(0, len(ids), 50)]


def delays(whole: float, rounds: int) -> Iterator[float]:
    """When to kill: swept over all the time that it takes."""
    return (whole * (number + 0.5) / rounds for number in range(rounds))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_bulk_deletes_that_are_cut_off_deleted_all_of_a_request_or_nothing(begin: Callable[[], Story]) -> None:
    story, count, cut_off = begin(), 1000, 0
    share(story, count // 4)
    fill(story, count)
    whole = seconds_of(lambda: delete(story, story.ann, MINE, in_fifties([*story.sizes(story.ann)])))

    for delay in delays(whole, ROUNDS):
        fill(story, count)
        asked = in_fifties([*story.sizes(story.ann)])
        acknowledged = die_after(story, delay, lambda asked=asked: delete(story, story.ann, MINE, asked))

        left = story.sizes(story.ann)
        still = [[file_id for file_id in body["ids"] if file_id in left] for body in asked]
        assert all(len(ids) in (0, len(body["ids"])) for ids, body in zip(still, asked, strict=True))
        assert not any(still[: len(acknowledged)])
        check(story)
        cut_off += 0 < len(left) < count
        assert len(delete(story, story.ann, MINE, in_fifties([*left]))) == len(in_fifties([*left]))
        assert story.sizes(story.ann) == {}
        check(story)
    assert cut_off >= ROUNDS // 2
    assert complaints(story.server) == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_delete_of_everything_that_is_cut_off_can_be_finished(begin: Callable[[], Story]) -> None:
    story, count, cut_off = begin(), 1000, 0
    path, body = f"{MINE}/all", [{"password": PASSWORD}]
    share(story, count // 4)
    token = story.token()

    for number in range(ROUNDS):
        fill(story, count)
        few = count // 4 + count - count * number // ROUNDS
        acknowledged = die_below(story, few, lambda: delete(story, token, path, body))

        left = story.sizes(story.ann)
        assert not (acknowledged and left)
        check(story)
        cut_off += 0 < len(left) < count
        assert delete(story, token, path, body if left else []) == (body if left else [])
        assert story.sizes(story.ann) == {}
        check(story)
    assert cut_off >= ROUNDS // 2
    assert complaints(story.server) == []
