"""The servers that several tests share."""

import os
from collections.abc import Iterator

import pytest

from tests.server.servers import Server, served


@pytest.fixture(scope="module")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """10 MiB of noise."""
    path = tmp_path_factory.mktemp("files") / "big"
    path.write_bytes(os.urandom(10 * 1024 * 1024))
    return str(path)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, big_file: str) -> Iterator[Server]:
    """One worker with four threads and the limits of `make run`."""
    with served(tmp_path_factory.mktemp("server"), FILE=big_file) as running:
        yield running


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory, big_file: str) -> Iterator[Server]:
    """The same, but it waits for nobody longer than a second or two."""
    options = ("-k", "tests.server.impatient.ImpatientWorker")
    with served(tmp_path_factory.mktemp("impatient"), *options, FILE=big_file) as running:
        yield running
