"""Contract section 9: a waiting client costs a socket, not a thread."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.server.servers import Client, Server, served

UPLOAD = b"PUT /digest HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n"


@contextmanager
def dripping(clients: list[Client], every: float) -> Iterator[None]:
    """Each client sends one more byte now and then."""
    done = threading.Event()

    def drip() -> None:
        while not done.wait(every):
            for client in clients:
                client.say(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def quickness(server: Server, requests: int) -> float:
    """The 95th percentile of the times of ordinary requests, in seconds."""
    times = []
    for _ in range(requests):
        started = time.monotonic()
        assert server.ask("/hello").body == b"hello\n"
        times.append(time.monotonic() - started)
    return sorted(times)[int(requests * 0.95)]


def test_hundreds_of_slow_clients_leave_ordinary_requests_quick(tmp_path: Path) -> None:
    with served(tmp_path, workers=2) as server, ExitStack() as stack:
        heads = [stack.enter_context(server.connect()) for _ in range(200)]
        bodies = [stack.enter_context(server.connect()) for _ in range(200)]
        for client in heads:
            client.say(b"GET /hello HTTP/1.1\r\nX-Slow: ")
        for client in bodies:
            client.say(UPLOAD)
        with dripping(heads + bodies, every=0.3):
            time.sleep(1)

            assert quickness(server, 300) < 0.5


def test_a_head_that_does_not_end_is_answered_408(impatient: Server) -> None:
    with impatient.connect() as client:
        client.say(b"GET /hello HTTP/1.1\r\nHost: te")
        answer = client.hear()

        assert answer.status == 408
        assert answer.fields["connection"] == "close"
        assert b"headers were not complete" in answer.body
        assert client.is_closed_within(1)


def test_a_head_that_drips_is_answered_408_all_the_same(impatient: Server) -> None:
    with impatient.connect() as client:
        client.say(b"GET /hello HTTP/1.1\r\nX-Slow: ")
        started = time.monotonic()
        with dripping([client], every=0.2):
            answer = client.hear()

    assert answer.status == 408
    assert time.monotonic() - started < 3.5


@pytest.mark.slow
def test_the_head_of_a_later_request_has_a_time_of_its_own(impatient: Server) -> None:
    with impatient.connect() as client:
        for _ in range(3):
            assert client.ask("/hello").status == 200
            time.sleep(0.7)
        client.say(b"GET /hello HTTP/1.1\r\n")

        assert client.hear().status == 408


def test_a_connection_without_a_byte_is_closed_without_a_word(impatient: Server) -> None:
    with impatient.connect() as client:
        assert client.is_closed_within(4)


def test_a_body_that_is_too_slow_is_answered_408(impatient: Server) -> None:
    with impatient.connect() as client:
        client.say(UPLOAD + b"x" * 1000)
        with dripping([client], every=0.3):
            answer = client.hear()

    assert answer.status == 408
    assert answer.body == b"The body came in too slowly.\n"


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/kind", 408, b"seen: The body came in too slowly."),
        ("/swallow", 408, b"The body came in too slowly.\n"),
    ],
)
def test_the_application_may_answer_a_slow_body_itself(impatient: Server, path: str, status: int, text: bytes) -> None:
    with impatient.connect() as client:
        client.say(UPLOAD.replace(b"/digest", path.encode()))
        answer = client.hear()

    assert (answer.status, answer.body) == (status, text)


def test_a_slow_chunked_body_is_answered_408(impatient: Server) -> None:
    with impatient.connect() as client:
        client.say(b"PUT /digest HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")

        assert client.hear().status == 408


@pytest.mark.slow
@pytest.mark.alone
def test_a_slow_body_that_keeps_the_rate_is_read_whole(impatient: Server) -> None:
    with impatient.connect() as client:
        client.say(UPLOAD.replace(b"100000", b"12000"))
        for _ in range(12):
            client.say(b"x" * 1000)
            time.sleep(0.4)

        assert client.hear().body.startswith(b"12000 ")


def test_slow_readers_of_a_large_answer_hold_no_thread(server: Server, big_file: str) -> None:
    whole = Path(big_file).read_bytes()
    with ExitStack() as stack:
        readers = [stack.enter_context(server.connect(receive_buffer=4096)) for _ in range(40)]
        for number, reader in enumerate(readers):
            reader.say(b"GET %s HTTP/1.1\r\nHost: test\r\n\r\n" % (b"/stream/160", b"/file")[number % 2])
        time.sleep(0.5)

        assert quickness(server, 100) < 0.5
        assert readers[1].hear().body == whole
        assert len(readers[0].hear().body) == 160 * 65536


@pytest.mark.slow
def test_a_reader_that_takes_nothing_is_given_up(impatient: Server) -> None:
    with impatient.connect(receive_buffer=4096) as client:
        client.say(b"GET /stream/200 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(5)

        with pytest.raises((EOFError, ConnectionResetError)):
            client.hear()


@pytest.mark.slow
@pytest.mark.alone
def test_a_reader_that_is_slow_but_steady_gets_all_of_it(impatient: Server) -> None:
    with impatient.connect(receive_buffer=65536) as client:
        client.say(b"GET /stream/60 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
        taken = 0
        for _ in range(12):
            taken += len(client.socket.recv(40_000))
            time.sleep(0.4)
        taken += len(client.until_closed())

    assert taken > 60 * 65536


def test_many_requests_wait_in_few_threads(server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(50)]
        for client in clients:
            client.say(UPLOAD.replace(b"100000", b"10"))
        for _ in range(9):
            for client in clients:
                client.say(b"x")
        assert server.ask("/hello").status == 200
        for client in reversed(clients):
            client.say(b"x")

            assert client.hear().body.startswith(b"10 ")


def test_no_request_is_given_to_a_thread_that_is_blocked(server: Server) -> None:
    with ExitStack() as stack:
        blocked = stack.enter_context(server.connect())
        blocked.say(b"GET /sleep/3 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.2)
        clients = [stack.enter_context(server.connect()) for _ in range(24)]
        started = time.monotonic()
        for client in clients:
            client.say(UPLOAD.replace(b"100000", b"2") + b"x")
            time.sleep(0.01)
        for client in clients:
            client.say(b"x")

            assert client.hear().body.startswith(b"2 ")
        assert time.monotonic() - started < 2
        assert blocked.hear().body == b"slept"


def test_a_parked_request_keeps_its_own_context(server: Server) -> None:
    with server.connect() as first, server.connect() as second:
        for client in (first, second):
            client.say(b"PUT /context HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\n")
        for client in (first, second):
            client.say(b"x")

            assert client.hear().body == b"None seen"


def test_answers_that_take_long_to_make_let_others_have_their_turn(tmp_path: Path) -> None:
    with served(tmp_path, workers=1, threads=2) as server, ExitStack() as stack:
        readers = [stack.enter_context(server.connect()) for _ in range(2)]
        for reader in readers:
            reader.say(b"GET /labour/200 HTTP/1.1\r\nHost: test\r\n\r\n")
        time.sleep(0.3)

        assert quickness(server, 20) < 1
        assert [reader.hear().body for reader in readers] == [b"done\n" * 200] * 2
