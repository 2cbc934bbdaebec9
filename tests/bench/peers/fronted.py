"""The pastebin behind nginx, as docs/nginx.conf sets it up, but for the log of requests: the peers have none either."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.downloads import Place, Published, seen
from tests.bench.gunicorns import Gunicorn, pastebin_server
from tests.bench.peers import nginx
from tests.bench.peers.peer import Peer, environment
from tests.bench.servers import WORKERS, Launch, Server, free_address, started
from tests.proxying import configuration


@dataclass(frozen=True)
class Fronted(Server):
    """nginx, which is asked for what was uploaded to what is *behind*."""

    behind: Gunicorn | None = None

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """Upload it behind, and read it in front."""
        assert self.behind
        published = self.behind.publish(content, filename, media_type)
        return seen([Place(self.address, published.places[0].path)], content)


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    folder.mkdir(parents=True)
    config, address = folder / "nginx.conf", free_address()
    with (
        # A path as short as the one in docs/operating.md: nginx follows it for every request.
        TemporaryDirectory(prefix="paste-proxy-", dir="/tmp") as shared,
        pastebin_server(folder / "behind", PROXY_FOLDER=shared, TRUSTED_PROXIES="127.0.0.1") as behind,
    ):
        written = configuration(folder, address[1], behind.address[1], WORKERS, tls=False, shared=Path(shared))
        config.write_text("\n".join(line for line in written.splitlines() if "paste.log" not in line))
        command = [nginx.program(), "-e", "stderr", "-c", str(config), "-p", str(folder)]
        launch = Launch(shlex.join(command), command, environment(folder), "/healthz", folder)
        with started(Server, launch, folder, (address,)) as front:
            yield Fronted(front.addresses, front.folder, front.session, front.start_seconds, behind)


PEER = Peer(nginx.version, _server)
