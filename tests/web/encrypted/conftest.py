"""A server whose chunks are small, and people at browsers in which nothing may go wrong unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.running import Server
from tests.screens import chromium
from tests.web.encrypted.desk import CHUNK_BYTES, HOST, Desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, which finds HOST on this machine."""
    with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all tests of a module: each has files of its own."""
    folder = tmp_path_factory.mktemp("encrypted") / "served"
    started = Server(folder, RATE_LIMITS="off", MAX_CHUNK_SIZE=CHUNK_BYTES, TRUSTED_HOSTS=HOST)
    yield started.start()
    started.stop()


@pytest.fixture
def make_desk(browser: Browser, server: Server) -> Iterator[Callable[..., Desk]]:
    """A browser window without any past; at the end none may have complained: no error, no breach of a policy."""
    desks: list[Desk] = []

    def make(url: str = server.url, *, scripts: bool = True) -> Desk:
        desks.append(Desk(browser, url, scripts=scripts))
        return desks[-1]

    yield make
    for desk in desks:
        desk.context.close()
    assert [complaint for desk in desks for complaint in desk.complaints] == []


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """Of whoever uploads."""
    return make_desk()


@pytest.fixture
def other(make_desk: Callable[..., Desk]) -> Desk:
    """Of whoever is given the link."""
    return make_desk()
