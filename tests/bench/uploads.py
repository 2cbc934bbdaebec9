"""Sending one big file at a time."""

import json
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench.client import Answer, Load, ask_once, connect, read_answer
from tests.bench.content import BigFile, form, put_head
from tests.bench.processes import watching
from tests.bench.servers import Server
from tests.bench.stop import BenchmarkStopped

BIG_NAME = "big.bin"


@dataclass(frozen=True)
class BigUpload:
    """What one big upload cost: seconds on the clock and on the server's cores, and memory."""

    seconds: float
    cpu_seconds: float
    grown_bytes: int
    answer: Answer


def send_form(server: Server, big: BigFile) -> BigUpload:
    """POST *big* as a form, as `curl -F file=@…` does."""
    around = form(server.host, "/api/upload", big.size, BIG_NAME, "application/octet-stream")
    return _send(server, around.head, big.steps(), around.tail)


def send_put(server: Server, big: BigFile) -> BigUpload:
    """PUT *big* as it is, as `curl -T FILE` does."""
    return _send(server, put_head(server.host, BIG_NAME, big.size), big.steps(), b"")


def _send(server: Server, head: bytes, steps: Iterable[bytes | memoryview], tail: bytes) -> BigUpload:
    with watching(server.session) as watch, connect(server.address) as connection:
        cpu_before = server.session.cpu_seconds()
        started = time.monotonic()
        try:
            connection.sendall(head)
            for step in steps:
                connection.sendall(step)
            connection.sendall(tail)
        except ConnectionError:
            # Refused before the end: the answer, read below, says why.
            pass
        answer = read_answer(connection, 201)
        seconds = time.monotonic() - started
        cpu_seconds = server.session.cpu_seconds() - cpu_before
    return BigUpload(seconds, cpu_seconds, watch.grown_bytes, answer)


def break_in(load: Load) -> None:
    """Small uploads, all at once, which reach every process of a server; a big one alone reaches a single one.

    What a process takes into memory for the first requests of its life has nothing to do with how big they are.
    """
    make = load.maker(0)
    with ExitStack() as stack:
        addresses = [address for address in load.addresses for _ in range(load.connections)]
        connections = [stack.enter_context(connect(address)) for address in addresses]
        for connection in connections:
            connection.sendall(make())
        for connection in connections:
            read_answer(connection, load.status)


def forget_at_pastebin(server: Server, big: BigFile, answer: Answer) -> None:
    """See that the pastebin has what was sent, and delete it there, as its uploader may."""
    digest = big.sha256()
    body = answer.body.decode()
    if answer.headers.get("content-type", "").startswith("application/json"):
        kept = json.loads(body)["sha256"]
    else:
        kept = body.strip().rpartition("/")[2].partition(".")[0]
    if not kept or not digest.startswith(kept):
        raise BenchmarkStopped(f"The pastebin answered {kept!r} for bytes whose SHA-256 is {digest}.")
    reference, token = answer.headers["x-delete-url"].split("/")[-2:]
    head = f"DELETE /{reference} HTTP/1.1\r\nHost: {server.host}\r\nX-Delete-Token: {token}\r\n\r\n"
    ask_once(server.address, 204, head.encode())


def forget_at_plain_flask(server: Server, big: BigFile, answer: Answer) -> None:
    """The plain application has no deleting: its file stays, as the pastebin's bytes do until a sweep."""
    kept = server.folder / "files" / json.loads(answer.body)["hash"]
    if kept.stat().st_size != big.size:
        raise BenchmarkStopped("The plain Flask application kept a file of another size than was sent.")


def forget_at_copyparty(server: Server, big: BigFile, _answer: Answer) -> None:
    """Remove it from the folder, so that the next is no second file of the same name."""
    kept = server.folder / "files" / BIG_NAME
    if kept.stat().st_size != big.size:
        raise BenchmarkStopped("copyparty kept a file of another size than was sent.")
    kept.unlink()
