"""The server behind nginx, which is set up by docs/nginx.conf, but for its names, ports and paths."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import needs_program
from tests.running import ROOT, Server, free_port

_CONFIGURATION = (ROOT / "docs" / "nginx.conf").read_text("utf-8")
_TLS = ("ssl_certificate ", "ssl_certificate_key ")


@dataclass(frozen=True)
class Proxied:
    """Where people reach it, and what stands behind."""

    url: str
    port: int
    server: Server
    log: Path


@contextmanager
def proxied(
    start: Callable[..., Server], folder: Path, *, tls: bool = True, workers: int = 1, **settings: object
) -> Iterator[Proxied]:
    """nginx and the server behind it; *start* makes and starts that with the settings that it is given."""
    nginx, port = needs_program("nginx"), free_port()
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    server = start(BASE_URL=url, TRUSTED_PROXIES="127.0.0.1", PROXY_FOLDER=folder / "proxy", **settings)
    (folder / "proxy" / "views.log").symlink_to(folder / "views.log")
    if tls:
        _make_certificate(folder)
    (folder / "nginx.conf").write_text(configuration(folder, port, server.port, workers, tls=tls))
    process = subprocess.Popen([nginx, "-p", str(folder), "-c", "nginx.conf"], stderr=subprocess.PIPE)
    try:
        _wait_for(url, process)
        yield Proxied(url, port, server, folder / "paste.log")
    finally:
        process.terminate()
        process.wait(20)


def configuration(folder: Path, port: int, behind: int, workers: int, *, tls: bool, shared: Path | None = None) -> str:
    """docs/nginx.conf as a whole configuration, with everything of its own in *folder*; *shared* is PROXY_FOLDER."""
    return _main_file(folder, workers, _site(folder, port, behind, tls, shared or folder / "proxy"))


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [needs_program("openssl"), "req", "-x509", "-nodes", "-subj", "/CN=paste", "-newkey", "rsa:2048",
         "-keyout", folder / "paste.key", "-out", folder / "paste.pem"],
        capture_output=True, check=True,
    )  # fmt: skip


def _site(folder: Path, port: int, behind: int, tls: bool, shared: Path) -> str:
    changes = {
        "listen 443 ssl http2": f"listen 127.0.0.1:{port}{' ssl http2' if tls else ''}",
        "/etc/ssl": str(folder),
        "/var/log/nginx": str(folder),
        "/var/log/paste": str(folder),
        "/var/cache/nginx/paste": str(folder / "cache"),
        "/srv/paste-proxy": str(shared),
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
        "paste.example.org": "127.0.0.1",
    }
    site = _CONFIGURATION
    for written, real in changes.items():
        assert written in site
        site = site.replace(written, real)
    return "\n".join(line for line in site.splitlines() if tls or not line.strip().startswith(_TLS))


def _main_file(folder: Path, workers: int, site: str) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if folder.owner() == "root" else ""
    return (
        f"daemon off; {user} worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log; "
        f"events {{}}\nhttp {{\nkeepalive_requests 1000000;\n{temporary}\n{site}\n}}\n"
    )


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        if subprocess.run(["curl", "-skf", f"{url}/readyz"], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not answer")
