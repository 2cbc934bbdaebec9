"""What the tests share: a real application over a real folder, people who use it, and a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from pastebin import create_app
from pastebin.services import accounts, keys
from pastebin.services.actor import Scope, User
from tests.running import Server

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def only_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the desk that the tests run on must not reach the application under test."""
    import os

    for name in list(os.environ):
        if name.startswith("PASTEBIN_"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords hashed by the same function at its lowest cost: tests make many people, and guard none of them."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobodys_hash.cache_clear()
    yield
    accounts._nobodys_hash.cache_clear()


@pytest.fixture
def make_app(tmp_path: Path) -> Callable[..., Flask]:
    """Make an application over this test's own folder, with the given settings."""
    return lambda **settings: create_app(tmp_path / "instance", **settings)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An application with default settings."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without a credential, on a client that keeps cookies."""
    return app.test_client()


@pytest.fixture
def make_user(app: Flask) -> Callable[..., User]:
    """Make an account with the password `PASSWORD`."""

    def make(name: str = "ann", *, is_staff: bool = False) -> User:
        with app.app_context():
            return accounts.create(name, PASSWORD, is_staff=is_staff)

    return make


@pytest.fixture
def make_key(app: Flask, make_user: Callable[..., User]) -> Callable[..., str]:
    """Make an API key, for a new account of that name if need be."""

    def make(name: str = "ann", *scopes: Scope) -> str:
        with app.app_context():
            from pastebin.errors import UserNotFound

            try:
                user = accounts.find(name)
            except UserNotFound:
                user = make_user(name)
            secret = keys.issue(user, scopes=scopes or None).secret
        assert secret
        return secret

    return make


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start the real server, as `make run` does, over this test's own folder; stopped at the end."""
    servers: list[Server] = []

    def start(instance: Path | None = None, **settings: object) -> Server:
        server = Server(instance or tmp_path / "served", **settings)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    """The real server with default settings."""
    return make_server()


def bearer(key: str) -> dict[str, str]:
    """The header that sends a key."""
    return {"Authorization": f"Bearer {key}"}
