"""Change, then read: after the answer to a change, not one worker serves what was before."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.live.client import Caller
from tests.running import Server
from tests.server.servers import Answer, Client

WORKERS = 2
ROUNDS = 10_000
# With so many a worker has asked Flask, and then the lane; the next would reach neither.
ENOUGH = 2
HEADS = "GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass
class Known:
    """What a file is by all that was answered so far."""

    content: bytes
    digest: str = ""
    uuid: str = ""
    address: str = ""
    filename: str = ""
    state: str = "deleted"
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def is_right(self, by_hash: Answer, by_uuid: Answer) -> bool:
        """Whether this is what it has to be answered by now."""
        told = by_uuid.fields.get("content-disposition", "")
        match self.state:
            case "public":
                return (
                    by_hash.status == by_uuid.status == 200
                    and by_hash.body == by_uuid.body == self.content
                    and self.filename in told and told.startswith("inline")
                )  # fmt: skip
            case "limited":
                return by_hash.status == 404 and by_uuid.status == 200 and told.startswith("attachment")
            case "taken down":
                return by_hash.status == by_uuid.status == 451
        return by_hash.status == by_uuid.status == 404


class People:
    """Whoever owns the files, and staff."""

    def __init__(self, owner: Caller, staff: Caller) -> None:
        self.owner = owner
        self.staff = staff

    def change(self, known: Known) -> None:
        """Do to a file what may be done to it, whichever, and note what it is from then on."""
        getattr(self, random.choice(self._possible(known.state)))(known)

    @staticmethod
    def _possible(state: str) -> list[str]:
        return {
            "public": ["rename", "rename", "hide", "limit", "delete", "take_down"],
            "hidden": ["show", "delete"],
            "limited": ["show", "hide"],
            "deleted": ["upload"],
            "taken down": ["lift"],
        }[state]

    def _patch(self, known: Known, **changes: Any) -> None:
        answer = self.owner.ask("PATCH", f"/api/users/me/files/{known.uuid}", json.dumps(changes), _JSON)
        assert answer.status == 200, answer

    def rename(self, known: Known) -> None:
        known.filename = f"name-{next(known.numbers)}.txt"
        self._patch(known, filename=known.filename)

    def hide(self, known: Known) -> None:
        self._patch(known, private=True)
        known.state = "hidden"

    def limit(self, known: Known) -> None:
        self._patch(known, limit=1_000_000)
        known.state = "limited"

    def show(self, known: Known) -> None:
        self._patch(known, private=False, limit=None)
        known.state = "public"

    def delete(self, known: Known) -> None:
        assert self.owner.ask("DELETE", f"/{known.uuid}").status == 204
        known.state = "deleted"

    def upload(self, known: Known) -> None:
        known.filename = f"name-{next(known.numbers)}.txt"
        about = self.owner.upload(known.content, known.filename)
        known.uuid, known.address, known.digest = about["uuid"], about["hash"], about["sha256"]
        known.state = "public"

    def take_down(self, known: Known) -> None:
        body = json.dumps({"digest": known.digest, "reason": "to see it go"})
        assert self.staff.ask("POST", "/api/takedowns", body, _JSON).status == 201
        known.state = "taken down"

    def lift(self, known: Known) -> None:
        assert self.staff.ask("DELETE", f"/api/takedowns/{known.digest}").status == 200
        self.upload(known)


_JSON = {"Content-Type": "application/json"}


@contextmanager
def readers(server: Server) -> Iterator[list[Client]]:
    """A connection to each worker: who has one already is held up while the next is made."""
    with ExitStack() as stack:
        found: dict[int, Client] = {}
        while len(found) < WORKERS:
            for pid in found:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(0.05)  # until every thread of theirs has heard it
            try:
                client = stack.enter_context(Client(server.port))
                assert client.ask("/healthz").status == 200
                newest = _worker_of(server, client.socket.getsockname()[1])
            finally:
                for pid in found:
                    os.kill(pid, signal.SIGCONT)
            found.setdefault(newest, client)
        yield list(found.values())


def _worker_of(server: Server, port: int) -> int:
    """The process that has the other end of a connection from this port."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = f"0100007F:{server.port:04X}", f"0100007F:{port:04X}"
    inode = next(line[9] for line in lines if (line[1], line[2]) == ends)
    for pid in server.worker_pids():
        for each in Path(f"/proc/{pid}/fd").iterdir():
            try:
                if str(each.readlink()) == f"socket:[{inode}]":
                    return pid
            except FileNotFoundError:
                continue  # closed meanwhile
    raise AssertionError(f"no worker has the connection from port {port}")


def hammer(server: Server, clients: list[Client], rounds: int, owner: str) -> list[str]:
    """Change an owner's files and read them over every connection; what was wrong."""
    key, staff = server.make_key(owner), _staff_key(server, f"staff-{owner}")
    files = [Known(b"file %d of %s, made to be asked for\n" % (number, owner.encode())) for number in range(5)]
    wrong: list[str] = []
    with Caller(server, key) as owning, Caller(server, staff) as ruling:
        people = People(owning, ruling)
        for each in files:
            people.upload(each)
        for number in range(rounds):
            wrong += [f"{owner}, round {number}: {told}" for told in _round(people, random.choice(files), clients)]
            if len(wrong) > 5:
                break
    return wrong


def _round(people: People, known: Known, clients: list[Client]) -> Iterator[str]:
    """One change, and what was wrong after it."""
    asked = [HEADS % name for name in (known.address, known.uuid)]
    # On its way while the change is made: what is kept of these answers must not outlive it.
    for client in clients:
        client.say("".join(asked).encode())
    before, name = known.state, known.uuid
    people.change(known)
    for client in clients:
        client.hear()
        client.hear()
    asked = [HEADS % name for name in (known.address, known.uuid)]
    for client, _ in itertools.product(clients, range(ENOUGH)):
        answers = []
        for head in asked:
            client.say(head.encode())
            answers.append(client.hear())
        if not known.is_right(*answers):
            yield f"{name}: {before} to {known.state}: {answers}"


def _staff_key(server: Server, name: str) -> str:
    _, made = server.commands(
        ("user", "add", name, "--staff", "--password-stdin"),
        ("key", "add", name, "--scope", "STAFF_MODIFY_FILES"),
        stdin="correct horse battery\n",
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.split()[-1]


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_after_a_change_not_one_worker_serves_what_was_before(make_server: Callable[..., Server]) -> None:
    server = make_server(RATE_LIMITS="off", WORKERS=WORKERS)
    owners = ("ann", "bob")
    with ExitStack() as stack, ThreadPoolExecutor(len(owners)) as people:
        theirs = {owner: stack.enter_context(readers(server)) for owner in owners}
        done = [
            people.submit(hammer, server, clients, ROUNDS // len(owners), owner) for owner, clients in theirs.items()
        ]
        assert [wrong for each in done for wrong in each.result()] == []
