"""The image host's list over the real server: thousands of images for slow clients, in flat memory, and cut short."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.live.client import FORM_TYPE, Caller, form
from tests.live.remains import MIB, complaints
from tests.live.test_sizes import MOST_GROWN, watched
from tests.running import Server

COUNT = 4000

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(300)]


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    return make_server()


@pytest.fixture
def key(server: Server) -> str:
    """The key of somebody with thousands of images, of which much is to be told."""
    key = server.make_key()
    with Caller(server, key) as caller:
        for begin in range(0, COUNT, 100):
            files = [("file", b"%0200d.gif" % number, b"GIF89a\0%d" % number) for number in range(begin, begin + 100)]
            assert caller.ask("POST", "/api/upload", form(files), {"Content-Type": FORM_TYPE}).status == 201
    return key


@contextmanager
def asked_slowly(server: Server, key: str) -> Iterator[http.client.HTTPResponse]:
    """The list, for a client that has read the headers and not much more."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(60)
        client.connect(("127.0.0.1", server.port))
        client.sendall(f"GET /api/list HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        with http.client.HTTPResponse(client) as answer:
            answer.begin()
            yield answer


def test_slow_clients_take_little_memory_and_leave_others_quick(server: Server, key: str) -> None:
    with Caller(server, key) as caller, ExitStack() as stack:
        with (
            ExitStack() as former
        ):  # all threads have asked the database before, and have connections with their caches
            for _ in range(100):
                former.enter_context(asked_slowly(server, key))
        with watched(server) as grown:
            # More than all threads, and than all connections of the database.
            clients = [stack.enter_context(asked_slowly(server, key)) for _ in range(100)]
            times = []
            for number in range(100):
                begun = time.monotonic()
                caller.upload(b"GIF89a\0new %d" % number, "new.gif")
                assert caller.get("/api/users/me/files").status == 200
                times.append(time.monotonic() - begun)
                clients[number].read(10_000)
            most = grown()
    print(f"grown by {most / MIB:.1f} MiB for 100 clients; others waited {max(times):.2f} s at most")

    assert all(client.status == 200 for client in clients)
    assert sorted(times)[90] < 1
    assert most <= 4 * MOST_GROWN  # a hundred lists as a whole are nearly half a GiB
    assert complaints(server) == []


def test_the_whole_list_comes_in_flat_memory(server: Server, key: str) -> None:
    with Caller(server, key) as caller:
        for _ in range(6):  # both workers have answered before
            caller.get("/api/users/me/files")
    with watched(server) as grown, asked_slowly(server, key) as answer:
        heard = bytearray()
        while block := answer.read(50_000):
            heard += block
            time.sleep(0.01)
        most = grown()
    print(f"grown by {most / MIB:.1f} MiB for {len(heard) / MIB:.1f} MiB")

    assert len({image["uuid"] for image in json.loads(heard)["images"]}) == COUNT
    assert most <= MOST_GROWN // 4
    assert complaints(server) == []


def test_it_is_cut_off_with_the_key_that_it_was_asked_for_with(server: Server, key: str) -> None:
    with asked_slowly(server, key) as answer:
        assert server.command("key", "invalidate", "ann", "--all").returncode == 0
        with pytest.raises(http.client.IncompleteRead) as cut:
            answer.read()

    with pytest.raises(json.JSONDecodeError):
        json.loads(cut.value.partial)
