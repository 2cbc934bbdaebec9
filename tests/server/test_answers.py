"""Keep-alive, pipelining, and answers of every shape."""

import time
from pathlib import Path

import pytest

from tests.server.servers import Server, served


def test_a_connection_serves_one_request_after_the_other(server: Server) -> None:
    with server.connect() as client:
        for number in range(50):
            answer = client.ask(f"/path/{number}")

            assert answer.body == f"/path/{number}".encode()
            assert answer.fields["connection"] == "keep-alive"


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    with server.connect() as client:
        client.say(b"".join(b"GET /path/%d HTTP/1.1\r\nHost: test\r\n\r\n" % number for number in range(500)))

        assert [client.hear().body for _ in range(500)] == [b"/path/%d" % number for number in range(500)]


def test_pipelined_requests_may_have_bodies(server: Server) -> None:
    request = b"PUT /read HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n%05d"
    with server.connect() as client:
        client.say(b"".join(request % number for number in range(100)))

        assert [client.hear().body for _ in range(100)] == [b"%05d" % number for number in range(100)]


@pytest.mark.parametrize("cut", [1, 10, 30, 45])
def test_a_pipelined_request_may_come_in_two_parts(server: Server, cut: int) -> None:
    request = b"GET /path/one HTTP/1.1\r\nHost: test\r\nX-Y: z\r\n\r\n"
    with server.connect() as client:
        client.say(request + request[:cut])
        assert client.hear().status == 200
        time.sleep(0.05)
        client.say(request[cut:])

        assert client.hear().body == b"/path/one"


def test_an_empty_line_before_a_request_is_ignored(server: Server) -> None:
    with server.connect() as client:
        for _ in range(2):
            client.say(b"\r\nGET /hello HTTP/1.1\r\nHost: test\r\n\r\n")
            assert client.hear().status == 200


def test_a_client_that_says_close_is_closed(server: Server) -> None:
    with server.connect() as client:
        assert client.ask("/hello", fields="Connection: close\r\n").fields["connection"] == "close"
        assert client.is_closed_within(1)


def test_http_1_0_is_closed_unless_it_asks_to_stay(server: Server) -> None:
    with server.connect() as client:
        client.say(b"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert client.hear().fields["connection"] == "keep-alive"
        client.say(b"GET /stream/2 HTTP/1.0\r\n\r\n")

        answer = client.hear()
        assert "transfer-encoding" not in answer.fields
        assert len(answer.body) == 2 * 65536


def test_head_has_the_fields_and_no_body(server: Server) -> None:
    with server.connect() as client:
        assert client.ask("/file", "HEAD").fields["content-length"] == str(10 * 1024 * 1024)
        assert client.ask("/hello", "HEAD").fields["content-length"] == "6"
        assert client.ask("/hello").body == b"hello\n"


def test_204_has_no_body(server: Server) -> None:
    with server.connect() as client:
        answer = client.ask("/nothing")

        assert (answer.status, "content-length" in answer.fields) == (204, False)
        assert client.ask("/hello").status == 200


def test_an_answer_without_a_length_is_sent_in_chunks(server: Server) -> None:
    with server.connect() as client:
        assert client.ask("/stream/100").body == b"0123456789abcdef" * 4096 * 100
        assert client.ask("/stream/0").body == b""
        assert client.ask("/hello").status == 200


def test_a_file_arrives_as_it_is(server: Server, big_file: str) -> None:
    whole = Path(big_file).read_bytes()
    with server.connect() as client:
        assert client.ask("/file").body == whole
        assert client.ask("/tail").body == whole[-100_010:-10]
        assert client.ask("/hello").status == 200


def test_the_server_names_itself_and_the_time(server: Server) -> None:
    fields = server.ask("/hello").fields

    assert fields["server"] == "pastebin"
    assert fields["date"].endswith("GMT")


def test_an_application_that_fails_is_a_plain_500(server: Server) -> None:
    answer = server.ask("/fail")

    assert answer.status == 500
    assert answer.body == b"Something went wrong in the server.\n"


@pytest.mark.parametrize("path", ["/fail-late", "/promise"])
def test_half_an_answer_ends_with_the_connection(server: Server, path: str) -> None:
    with pytest.raises((EOFError, ConnectionResetError)):
        server.ask(path)


def test_no_log_holds_an_address(tmp_path: Path) -> None:
    with served(tmp_path, "--access-logfile", "-", "--log-level", "debug") as server:
        server.ask("/path/open?key=hidden1", fields="Cookie: hidden2\r\nReferer: http://x/hidden3\r\n")
        server.ask("/secret/hidden4")
        server.ask("/fail?key=hidden5")
        server.say(b"GET /hello?hidden6 HTTP/1.1\r\nBad Header hidden7: x\r\n\r\n")
        server.say(b"nonsense hidden8\r\n\r\n")

    log = server.log.read_text()
    assert "GET /path/open HTTP/1.1" in log
    assert "GET /secret/<token> HTTP/1.1" in log
    assert "hidden" not in log


def test_a_client_that_leaves_in_the_middle_of_a_download_harms_nobody(server: Server) -> None:
    for path in (b"/file", b"/stream/200") * 10:
        with server.connect(receive_buffer=4096) as client:
            client.say(b"GET %s HTTP/1.1\r\nHost: test\r\n\r\n" % path)
            client.exactly(1000)

    assert server.ask("/hello").status == 200
