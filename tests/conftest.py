"""What the tests share: a real application over a real folder, people who use it, and a real server."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from werkzeug.routing import Rule

from pastebin import app as application
from pastebin import create_app
from pastebin.extensions import db
from pastebin.images.pool import Bounds, Pool
from pastebin.services import accounts, keys
from pastebin.services.actor import Scope, User
from tests.running import Server

PASSWORD = "correct horse battery"

_MEMORY = Path("/dev/shm")

# A busy machine is slow, which says nothing about what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session", autouse=True)
def only_own_settings() -> Iterator[None]:
    """Settings of the desk that the tests run on must not reach the application under test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("PASTEBIN_"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def routes_are_compiled_once() -> Iterator[None]:
    """Thousands of tests make an application each; the code that builds the URL of a route is made for the first alone.

    It depends on nothing but the route's own words, and takes two thirds of the time of making an application.
    """
    compile_builder = Rule._compile_builder
    made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def compiled_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        words = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if words not in made:
            made[words] = compile_builder(self, append_unknown)
        return made[words]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compiled_once)
        yield


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords hashed by the same function at its lowest cost: tests make many people, and guard none of them."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts._nobodys_hash.cache_clear()
    yield
    accounts._nobodys_hash.cache_clear()


@pytest.fixture(scope="session")
def migrated_instance(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Path:
    """An instance folder as a first start leaves it: making its tables costs more than most tests do."""
    folder = tmp_path_factory.mktemp("migrated") / "instance"
    with create_app(folder).app_context():
        db.engine.dispose()
    return folder


@pytest.fixture
def instance(tmp_path: Path, migrated_instance: Path) -> Iterator[Path]:
    """This test's own instance folder, with its tables; in memory, where the machine has such a place.

    A thousand tests that make a store each and wait for a disk at every
    upload take minutes. Those of the running server do use the disk.
    """
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else tmp_path) as place:
        shutil.copy(migrated_instance / "pastebin.sqlite", place)
        (tmp_path / "instance").symlink_to(place)
        yield tmp_path / "instance"


@pytest.fixture(scope="session", autouse=True)
def processes_that_render_are_started_once() -> Iterator[None]:
    """Starting Python and Pillow takes longer than most tests; which application asks does not matter to them."""
    pools: dict[Bounds, Pool] = {}
    folder = Path(tempfile.mkdtemp())

    def shared(_turns: Path, bounds: Bounds) -> Pool:
        return pools.setdefault(bounds, Pool(folder / "turns", bounds))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "Pool", shared)
        yield
    for pool in pools.values():
        pool.rest(0)
    shutil.rmtree(folder)


@pytest.fixture
def make_app(instance: Path) -> Callable[..., Flask]:
    """Make an application over this test's own folder, with the given settings."""
    return lambda **settings: create_app(instance, **settings)


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests are spread over processes (`make test`), those of running servers stay in one, after each other.

    They start several processes each, and look at how long things take.
    """
    for item in items:
        if any(f"/tests/{folder}/" in str(item.path) for folder in ("live", "server")):
            item.add_marker(pytest.mark.xdist_group("running servers"))
