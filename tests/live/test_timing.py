"""What a stranger's clock learns of content that is not public: nothing.

Compared are medians and how well single times tell two kinds apart, over
many interleaved rounds on one kept connection. Both may be fooled by a busy
machine one way or the other, so a difference counts only where both see it.
"""

import hashlib
import itertools
import os
import random
import statistics
import time
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.live.client import Caller
from tests.running import Server

# The chance that a time of one kind is longer than one of the other: 0.5 where they are alike.
MOST_TELLING = 0.62
MOST_APART = 1.15

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]


def telling(times: Sequence[float], others: Sequence[float]) -> float:
    """How well the two can be told apart: 0.5 not at all, 1 always (Mann–Whitney U over its maximum)."""
    ordered = sorted(others)
    wins = sum(bisect_left(ordered, each) + bisect_right(ordered, each) for each in times) / 2
    share = wins / (len(times) * len(others))
    return max(share, 1 - share)


def compare(times: dict[str, list[float]], usual: str) -> list[str]:
    """The kinds that take another time than *usual*."""
    found = []
    for kind, own in times.items():
        apart = statistics.median(own) / statistics.median(times[usual])
        told = telling(own, times[usual])
        print(f"{kind}: median {statistics.median(own) * 1e6:.0f} µs, {apart:.3f} × {usual}, told apart {told:.3f}")
        if told > MOST_TELLING and not 1 / MOST_APART < apart < MOST_APART:
            found.append(f"{kind}: {apart:.3f} × {usual}, told apart {told:.3f}")
    return found


def measure(acts: dict[str, Callable[[], int]], rounds: int, usual: str) -> list[str]:
    """What takes another time than *usual*, asked in turn in ever new orders."""
    times: dict[str, list[float]] = {kind: [] for kind in acts}
    kinds, chance = list(acts), random.Random(1)
    for number in range(rounds + 20):
        for kind in chance.sample(kinds, len(kinds)):
            begun = time.perf_counter()
            acts[kind]()
            if number >= 20:
                times[kind].append(time.perf_counter() - begun)
    return compare(times, usual)


@pytest.fixture
def stranger(quiet: Server) -> Iterator[Caller]:
    with Caller(quiet) as caller:
        yield caller


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of one worker, without limits, that has some files to choose from."""
    server = Server(tmp_path_factory.mktemp("quiet") / "instance", WORKERS=1, RATE_LIMITS="off")
    try:
        server.start()
        with Caller(server) as caller:
            for _ in range(300):
                caller.upload(os.urandom(2000))
        yield server
    finally:
        server.stop()


def hidden(owner: Caller) -> dict[str, tuple[str, str]]:
    """Digest and UUID of a content of every kind that a stranger must not know of."""
    rules = {"private": {"private": "1"}, "owner-only": {"private": "owner"}, "limited": {"limit": "1"},
             "expired": {"expire": "1s"}, "deleted": {}}  # fmt: skip
    made = {}
    for kind, fields in rules.items():
        content = os.urandom(2000)
        uuid = owner.upload(content, **fields)["uuid"]
        made[kind] = (hashlib.sha256(content).hexdigest(), uuid)
    assert owner.ask("DELETE", f"/{made['deleted'][1]}").status == 204
    time.sleep(1.1)
    return {**made, "never": (os.urandom(32).hex(), "123e4567-e89b-42d3-a456-426614174000")}


def test_asking_by_hash_takes_the_same_time_for_hidden_and_unknown(quiet: Server, stranger: Caller) -> None:
    with Caller(quiet, quiet.make_key("owner")) as owner:
        made = hidden(owner)
    acts = {kind: (lambda digest=digest: stranger.get(f"/{digest[:16]}").status) for kind, (digest, _) in made.items()}

    assert {act() for act in acts.values()} == {404}
    assert measure(acts, 2000, "never") == []


def test_asking_by_digest_takes_the_same_time_for_hidden_and_unknown(quiet: Server, stranger: Caller) -> None:
    with Caller(quiet, quiet.make_key("owner")) as owner:
        made = hidden(owner)
    etags = {kind: {"If_None_Match": f'"{digest}"'} for kind, (digest, _) in made.items()}
    acts = {
        kind: (lambda digest=digest, etag=etags[kind]: stranger.get(f"/{digest}", **etag).status)
        for kind, (digest, _) in made.items()
    }

    assert {act() for act in acts.values()} == {404}
    assert measure(acts, 2000, "never") == []


@pytest.mark.parametrize("query", ["", "?key=AAAAAAAAAAAAAAAAAAAAAA"], ids=["without-key", "with-a-wrong-key"])
def test_asking_by_uuid_takes_the_same_time_for_private_and_unknown(
    quiet: Server, stranger: Caller, query: str
) -> None:
    with Caller(quiet, quiet.make_key("owner")) as owner:
        made = {kind: found for kind, found in hidden(owner).items() if kind != "limited"}
    acts = {kind: (lambda uuid=uuid: stranger.get(f"/{uuid}{query}").status) for kind, (_, uuid) in made.items()}

    assert {act() for act in acts.values()} == {404}
    assert measure(acts, 2000, "never") == []


def test_deleting_by_hash_takes_somebody_else_the_same_time_for_known_and_unknown(quiet: Server) -> None:
    with Caller(quiet, quiet.make_key("owner")) as owner:
        made = hidden(owner)
    with Caller(quiet, quiet.make_key("other")) as other:
        acts = {
            kind: (lambda digest=digest: other.ask("DELETE", f"/{digest[:16]}").status)
            for kind, (digest, _) in made.items()
        }

        assert {act() for act in acts.values()} == {404}
        assert measure(acts, 1000, "never") == []


def test_counting_a_wrong_key_takes_the_same_time_for_private_and_unknown(make_server: Callable[..., Server]) -> None:
    server = make_server(WORKERS=1)
    with Caller(server, server.make_key("owner")) as owner:
        private = [owner.upload(b"secret", private="1")["uuid"] for _ in range(40)]
    uuids = {"private": private, "unknown": [str(uuid.uuid4()) for _ in private]}
    with Caller(server) as stranger:
        # Fewer than PRIVATE_KEY_RATE for each: every one is compared, and counted.
        turns = {kind: itertools.cycle(which) for kind, which in uuids.items()}
        acts = {
            kind: (lambda turn=turn: stranger.get(f"/{next(turn)}?key=AAAAAAAAAAAAAAAAAAAAAA").status)
            for kind, turn in turns.items()
        }

        assert measure(acts, 15 * len(private), "unknown") == []


def test_uploading_takes_the_same_time_whoever_has_the_same_bytes(quiet: Server, stranger: Caller) -> None:
    rounds = 300
    contents = {kind: [os.urandom(2000) for _ in range(rounds + 20)] for kind in ("private", "public", "new")}
    with Caller(quiet, quiet.make_key("owner")) as owner:
        for private, public in zip(contents["private"], contents["public"], strict=True):
            owner.upload(private, private="1")
            owner.upload(public)
    turns = {kind: iter(made) for kind, made in contents.items()}
    acts = {kind: (lambda turn=turn: stranger.try_upload(next(turn)).status) for kind, turn in turns.items()}

    assert measure(acts, rounds, "new") == []
