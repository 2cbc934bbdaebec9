"""Requests whose bodies take their time do not outlive what let them in."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.conftest import PASSWORD
from tests.live.client import Caller
from tests.running import Server


def log_in(server: Server, name: str) -> str:
    with Caller(server) as caller:
        body = b'{"username": "%s", "password": "%s"}' % (name.encode(), PASSWORD.encode())
        return str(caller.ask("POST", "/api/login", body, {"Content-Type": "application/json"}).json["token"])


class Held:
    """A request whose last byte is held back."""

    def __init__(self, server: Server, path: str, credential: str, body: bytes, content_type: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {credential}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body[:-1])
        self._last = body[-1:]

    def finish(self) -> int:
        self._socket.sendall(self._last)
        answer = b""
        while block := self._socket.recv(65536):
            answer += block
        return int(answer.split()[1])


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    server = make_server()
    for name, *options in (("ann",), ("root", "--staff")):
        server.command("user", "add", name, *options, "--password-stdin", stdin=f"{PASSWORD}\n")
    return server


@pytest.mark.slow
def test_a_key_is_not_made_by_a_session_that_ended_meanwhile(server: Server) -> None:
    token = log_in(server, "ann")
    held = Held(server, "/api/keys", token, b'{"name": "mine now"}', "application/json")

    server.command("user", "passwd", "ann", "--password-stdin", stdin="another good password\n")

    assert held.finish() == 401
    assert server.command("key", "list", "ann").stdout == "ann has no API keys.\n"


@pytest.mark.slow
def test_nothing_is_kept_for_an_account_that_was_disabled_meanwhile(server: Server) -> None:
    key = server.command("key", "add", "ann").stdout.strip()
    held = Held(server, "/api/upload", key, b"late", "application/octet-stream")

    server.command("user", "change", "ann", "--disable")

    assert held.finish() == 401
    assert "0 files" in server.command("user", "list", "ann").stdout


@pytest.mark.slow
def test_staff_that_was_disabled_meanwhile_makes_nobody_staff(server: Server) -> None:
    held = Held(server, "/admin/users/1", log_in(server, "root"), b"do=make_staff", "application/x-www-form-urlencoded")

    server.command("user", "change", "root", "--disable")

    assert held.finish() in (303, 401)
    assert "\tuser" in server.command("user", "list", "ann").stdout
