"""One server that most of these tests share: they don't change each other's world."""

from collections.abc import Iterator

import pytest

from tests.live.client import Caller
from tests.running import Server


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with default settings."""
    server = Server(tmp_path_factory.mktemp("shared") / "instance")
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def nobody(shared: Server) -> Iterator[Caller]:
    """Somebody without a credential."""
    with Caller(shared) as caller:
        yield caller


@pytest.fixture(scope="session")
def owner_key(shared: Server) -> str:
    """An API key of somebody with an account."""
    return shared.make_key("owner")


@pytest.fixture(scope="session")
def other_key(shared: Server) -> str:
    """The key of somebody else with an account."""
    return shared.make_key("other")
