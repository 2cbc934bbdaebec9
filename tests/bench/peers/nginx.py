"""nginx with files in a folder: the limit for serving. It takes no uploads."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.client import written
from tests.bench.downloads import Place, Published, seen
from tests.bench.peers.peer import Peer, PeerMissing, environment
from tests.bench.servers import WORKERS, Launch, Server, free_address, started

# Started by root it would serve as somebody who must not look into the benchmark's folder.
_CONFIG = """
{user}
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    types {{ }}
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {address};
        root {folder}/files;
    }}
}}
"""
_READY = "ready"


class Nginx(Server):
    """What is published is put into its folder."""

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """Write it where it is served from."""
        name = hashlib.sha256(content).hexdigest()
        (self.folder / "files" / name).write_bytes(content)
        return seen([Place(self.address, f"/{name}")], content)


def program() -> str:
    """Where nginx is.

    Raises:
        PeerMissing: nowhere.
    """
    # Where it is installed to is not everybody's PATH.
    found = shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))
    if found is None:
        raise PeerMissing("is not on PATH (on Debian: apt install nginx-light)")
    return found


def version() -> str:
    """Its version."""
    said = subprocess.run([program(), "-v"], stderr=subprocess.PIPE, text=True).stderr
    return said.strip().rpartition("/")[2]


@contextmanager
def _server(folder: Path) -> Iterator[Nginx]:
    files, config = folder / "files", folder / "nginx.conf"
    files.mkdir(parents=True)
    (files / _READY).touch()
    address = free_address()
    user = "user root;" if os.geteuid() == 0 else ""
    config.write_text(_CONFIG.format(user=user, workers=WORKERS, folder=folder, address=written(address)))
    command = [program(), "-e", "stderr", "-c", str(config), "-p", str(folder)]
    launch = Launch("nginx", command, environment(folder), f"/{_READY}", folder)
    with started(Nginx, launch, folder, (address,)) as server:
        yield server


PEER = Peer(version, _server)
