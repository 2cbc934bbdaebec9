"""One server that the tests of a module share, where they don't change each other's world."""

from collections.abc import Iterator

import pytest

from tests.live.client import Caller
from tests.running import Server


@pytest.fixture(scope="module")
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
