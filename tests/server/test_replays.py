"""Answers that are given again without the application, to the very same request alone."""

from __future__ import annotations

import json
import os
import resource
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.server.servers import Server, served

GET = b"GET /replayed/10 HTTP/1.1\r\nHost: test\r\n%b\r\n"


@pytest.fixture(autouse=True)
def holding(server: Server) -> None:
    """What was kept by an earlier test is forgotten: a test's own requests have a field of their own."""
    server.ask("/replays/1")


def replays(server: Server) -> dict[str, int]:
    found: dict[str, int] = json.loads(server.ask("/replays").body)
    return found


def kept(server: Server, request: bytes) -> bytes:
    """Ask until it is given again: an answer is kept when it has left, so who asks at once may be before that."""
    for _ in range(100):
        before = replays(server)["given"]
        body = server.say(request).body
        if replays(server)["given"] > before:
            return body
        time.sleep(0.02)
    raise AssertionError("never given again")


def test_the_same_request_is_answered_the_same_without_the_application(server: Server) -> None:
    first = server.ask("/replayed/10", fields="X-Test: same\r\n")
    body = kept(server, GET % b"X-Test: same\r\n")
    before = replays(server)
    with server.connect() as client:
        answers = [client.ask("/replayed/10", fields="X-Test: same\r\n") for _ in range(5)]

    assert {(answer.status, answer.body) for answer in answers} == {(200, body)}
    assert [list(answer.fields) for answer in answers] == [list(first.fields)] * 5
    assert {answer.fields["connection"] for answer in answers} == {"keep-alive"}
    after = replays(server)
    assert (after["made"] - before["made"], after["given"] - before["given"]) == (0, 5)


def test_a_304_is_given_again(server: Server) -> None:
    kept(server, b"GET /unchanged HTTP/1.1\r\nHost: test\r\nX-Number: 7\r\n\r\n")
    before = replays(server)["given"]
    with server.connect() as client:
        answers = [client.ask("/unchanged", fields="X-Number: 7\r\n") for _ in range(3)]

    assert [(answer.status, answer.fields["x-made"], answer.body) for answer in answers] == [(304, "7", b"")] * 3
    assert replays(server)["given"] - before == 3


def test_it_is_dated_anew(server: Server) -> None:
    kept(server, GET % b"X-Test: date\r\n")
    dates = []
    for _ in range(2):
        dates.append(server.ask("/replayed/10", fields="X-Test: date\r\n").fields["date"])
        time.sleep(1.1)

    assert dates[0] != dates[1]


def test_what_does_not_hold_any_more_is_made_again(server: Server) -> None:
    first = kept(server, GET % b"X-Test: holds\r\n")
    server.ask("/replays/0")
    second = server.ask("/replayed/10", fields="X-Test: holds\r\n").body

    assert int(second) == int(first) + 1


@pytest.mark.parametrize(
    "other",
    [
        b"GET /replayed/10 HTTP/1.1\r\nHost: test\r\nX-Test: other\r\nCookie: a=b\r\n\r\n",
        b"GET /replayed/10 HTTP/1.1\r\nHost: test\r\nX-Test: Other\r\n\r\n",
        b"GET /replayed/10 HTTP/1.1\r\nhost: test\r\nX-Test: other\r\n\r\n",
        b"HEAD /replayed/10 HTTP/1.1\r\nHost: test\r\nX-Test: other\r\n\r\n",
        b"GET /replayed/10?q HTTP/1.1\r\nHost: test\r\nX-Test: other\r\n\r\n",
    ],
)
def test_another_request_is_the_applications(server: Server, other: bytes) -> None:
    kept(server, GET % b"X-Test: other\r\n")
    before = replays(server)["made"]
    with server.connect() as client:
        client.say(other)
        assert client.hear(has_body=not other.startswith(b"HEAD")).status == 200
    assert replays(server)["made"] == before + 1


def test_a_head_with_a_body_to_come_is_never_taken_for_the_whole(server: Server) -> None:
    """Else the body would be the next request."""
    request = GET % b"Content-Length: 40\r\n"
    hidden = b"GET /hidden HTTP/1.1\r\nHost: test\r\n\r\n".ljust(40)
    with server.connect() as client:
        made = []
        for _ in range(3):
            client.say(request)
            time.sleep(0.05)
            client.say(hidden)
            made.append(int(client.hear().body))
        assert client.ask("/hello").body == b"hello\n"

    assert made == list(range(made[0], made[0] + 3))


@pytest.mark.parametrize("fields", [b"Connection: close\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_what_ends_the_connection_or_has_chunks_is_made_each_time(server: Server, fields: bytes) -> None:
    made = []
    for _ in range(3):
        with server.connect() as client:
            client.say(GET % fields + b"0\r\n\r\n" * (b"chunked" in fields))
            made.append(int(client.hear().body))

    assert made == list(range(made[0], made[0] + 3))


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    request = GET % b"X-Test: pipeline\r\n"
    kept(server, request)
    with server.connect() as client:
        client.say(request * 20 + b"GET /hello HTTP/1.1\r\nHost: test\r\n\r\n" + request)
        answers = [client.hear().body for _ in range(22)]

    assert answers[20] == b"hello\n"
    assert all(int(each) for each in answers[:20] + answers[21:])


@pytest.mark.parametrize("cut", [1, 20, -1])
def test_the_head_may_come_in_two_parts(server: Server, cut: int) -> None:
    request = GET % b"X-Test: parts\r\n"
    first = kept(server, request)
    with server.connect() as client:
        client.say(request[:cut])
        time.sleep(0.05)
        client.say(request[cut:])
        assert client.hear().body == first
        client.say(request)
        assert client.hear().body == first


def test_a_slow_reader_gets_all_of_it_and_keeps_nobody_waiting(server: Server) -> None:
    size = 16 << 20
    kept(server, b"GET /replayed/%d HTTP/1.1\r\nHost: test\r\n\r\n" % size)
    with server.connect(receive_buffer=4096) as slow, server.connect() as other:
        made = replays(server)["made"]
        slow.say(b"GET /replayed/%d HTTP/1.1\r\nHost: test\r\n\r\n" % size)
        time.sleep(0.2)
        for _ in range(50):
            assert other.ask("/hello").body == b"hello\n"
        answer = slow.hear()

        assert len(answer.body) == size
        assert slow.ask("/hello").body == b"hello\n"
    assert replays(server)["made"] == made


def test_a_reader_that_leaves_in_the_middle_leaves_nothing(server: Server) -> None:
    size = 16 << 20
    server.ask(f"/replayed/{size}")
    before = server.facts()
    for _ in range(5):
        with server.connect(receive_buffer=4096) as slow:
            slow.say(b"GET /replayed/%d HTTP/1.1\r\nHost: test\r\n\r\n" % size)
            time.sleep(0.05)

    server.expect_facts(before)


def test_it_counts_among_the_requests_after_which_a_worker_ends(tmp_path: Path) -> None:
    with served(tmp_path, "--max-requests", "60") as server:
        pid = json.loads(server.ask("/facts").body)["pid"]
        for _ in range(100):
            with suppress(EOFError, OSError):  # that worker ends
                server.ask("/replayed/10")
        deadline = time.monotonic() + 15
        while server.workers() in ([], [pid]) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert pid not in server.workers()


def test_with_an_access_log_every_request_stands_in_it(tmp_path: Path) -> None:
    log = tmp_path / "access"
    with served(tmp_path, "--access-logfile", str(log)) as server, server.connect() as client:
        made = [int(client.ask("/replayed/10").body) for _ in range(5)]

    assert made == [1, 2, 3, 4, 5]
    assert log.read_text().count("/replayed/10") == 5


def test_where_nobody_can_tell_whether_it_holds_the_connection_ends_and_no_thread_does(tmp_path: Path) -> None:
    with served(tmp_path) as server:
        before = server.threads()
        assert server.ask("/doubted").body == b"doubted"
        for _ in range(10):
            with suppress(EOFError, ConnectionError):
                server.ask("/doubted")
        assert server.ask("/hello").body == b"hello\n"
        assert server.threads() == before
    assert "ZeroDivisionError" in server.log.read_text()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """More than a client takes at once."""
    path = tmp_path / "large"
    path.write_bytes(os.urandom(12 << 20))
    return path


def asked_for(path: Path) -> bytes:
    return b"GET /replayed-file?%b HTTP/1.1\r\nHost: test\r\n\r\n" % str(path).encode()


def test_a_file_is_given_again_without_the_application(server: Server, large: Path) -> None:
    request = asked_for(large)
    content = kept(server, request)
    before = replays(server)
    with server.connect() as client:
        for _ in range(3):
            client.say(request)
            assert client.hear().body == content
        assert client.ask("/hello").body == b"hello\n"

    assert content == large.read_bytes()
    after = replays(server)
    assert (after["made"] - before["made"], after["given"] - before["given"]) == (0, 3)


def test_a_file_that_is_gone_is_the_applications_again(server: Server, large: Path) -> None:
    request = asked_for(large)
    kept(server, request)
    large.unlink()
    before = replays(server)
    with server.connect() as client:
        client.say(request)
        assert client.hear().status == 404
        assert client.ask("/hello").body == b"hello\n"

    after = replays(server)
    assert (after["made"] - before["made"], after["given"] - before["given"]) == (1, 0)


def test_a_file_that_does_not_hold_any_more_is_the_applications_again(server: Server, large: Path) -> None:
    kept(server, asked_for(large))
    server.ask("/replays/0")
    before = replays(server)
    server.say(asked_for(large))

    after = replays(server)
    assert (after["made"] - before["made"], after["given"] - before["given"]) == (1, 0)


def test_a_file_that_was_cut_off_meanwhile_ends_the_connection(server: Server, large: Path) -> None:
    kept(server, asked_for(large))
    os.truncate(large, 1 << 20)
    with server.connect() as client, pytest.raises((EOFError, ConnectionResetError)):
        client.say(asked_for(large))
        client.hear()


def test_a_slow_reader_of_a_file_keeps_nobody_waiting_and_one_that_leaves_leaves_nothing(
    server: Server, large: Path
) -> None:
    content = kept(server, asked_for(large))
    before = server.facts()
    with server.connect(receive_buffer=4096) as slow, server.connect() as other:
        slow.say(asked_for(large))
        time.sleep(0.2)
        for _ in range(50):
            assert other.ask("/hello").body == b"hello\n"
        assert slow.hear().body == content
    for _ in range(5):
        with server.connect(receive_buffer=4096) as leaving:
            leaving.say(asked_for(large))
            time.sleep(0.05)

    server.expect_facts(before)


def test_a_file_that_cannot_be_opened_for_want_of_descriptors_is_a_fault_and_said(tmp_path: Path, large: Path) -> None:
    (tmp_path / "server").mkdir()
    with served(tmp_path / "server") as server, server.connect() as client:
        for _ in range(3):
            client.say(asked_for(large))
            assert client.hear().status == 200
        (pid,) = server.workers()
        used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
        free = next(number for number in range(len(used) + 1) if number not in used)
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]))
        client.say(asked_for(large))
        assert client.hear().status == 500
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)

        assert server.ask("/hello").body == b"hello\n"
