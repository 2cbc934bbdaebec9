"""Our worker beside gunicorn's threads: `python -m tests.server.compare` (needs wrk; some minutes on a quiet machine).

Both serve one plain Flask application under the settings of `make run`, and are asked in turn, round by round, so that
whatever else the machine does hits both. Ratios are medians over the rounds. docs/server.md says what came out.
"""

import os
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from subprocess import run

from tests.server.servers import Server, served

ROUNDS = 5
SECONDS = 2
GIB = 1 << 30
APP = "tests.server.plain_flask:app"
KINDS = {
    "ours 2×32": ((), 32),
    "gthread 2×16": (("-k", "gthread"), 16),
    "gthread 2×256": (("-k", "gthread"), 256),
}
BASE = "gthread 2×16"
GETS = {"hello": "/", "2 KiB file": "/small", "10 MiB file": "/large"}


def cpu_seconds(server: Server) -> float:
    """Time that the workers have spent on the cores."""
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in server.workers())
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / os.sysconf("SC_CLK_TCK")


def gets(server: Server, path: str, connections: int) -> tuple[float, float]:
    """Answers a second, and CPU microseconds of the server for each."""
    before = cpu_seconds(server)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}", "--timeout", "10"]
    done = run([*command, f"http://127.0.0.1:{server.port}{path}"], capture_output=True, text=True, check=True)
    spent = cpu_seconds(server) - before
    found = re.search(r"(\d+) requests in", done.stdout)
    if found is None or "Non-2xx" in done.stdout:
        sys.exit(done.stdout)
    return int(found[1]) / SECONDS, spent / int(found[1]) * 1e6


def upload(server: Server, path: str) -> tuple[float, float]:
    """MB a second of one GiB, and CPU seconds of the server for it."""
    piece = bytes(1 << 20)
    before, started = cpu_seconds(server), time.monotonic()
    with server.connect() as client:
        client.socket.settimeout(60)
        client.say(b"PUT %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path.encode(), GIB))
        for _ in range(GIB >> 20):
            client.say(piece)
        if client.hear().body != str(GIB).encode():
            sys.exit("an upload arrived short")
    return GIB / 1e6 / (time.monotonic() - started), cpu_seconds(server) - before


def slow_clients(server: Server) -> str:
    """What 300 ordinary requests find while 200 heads and 200 bodies drip in."""
    with ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(400)]
        for number, client in enumerate(clients):
            put = b"PUT /upload/readinto HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"
            client.say(put if number % 2 else b"GET / HTTP/1.1\r\nX-Slow: ")
        done = threading.Event()

        def drip() -> None:
            while not done.wait(1):
                for client in clients:
                    with suppress(OSError):
                        client.say(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            time.sleep(10)
            return _ordinary(server)
        finally:
            done.set()
            thread.join()


def _ordinary(server: Server) -> str:
    times, errors, end = [], 0, time.monotonic() + 20
    while len(times) < 300 and time.monotonic() < end:
        started = time.monotonic()
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                errors += not client.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            errors += 1
        times.append(time.monotonic() - started)
    p95 = sorted(times)[int(len(times) * 0.95)] * 1000
    return f"{len(times) - errors} answers, {errors} errors, p95 {p95:.1f} ms, {sum(server.threads())} threads"


def compare(title: str, unit: str, servers: dict[str, Server], ask: Callable[[Server], tuple[float, float]]) -> None:
    """Ask all in turn, and print what each did."""
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in servers}
    for _ in range(ROUNDS):
        for kind, server in servers.items():
            found[kind].append(ask(server))
    for kind, results in found.items():
        ratio = median(mine[0] / base[0] for mine, base in zip(results, found[BASE], strict=True))
        speed, cost = (median(column) for column in zip(*results, strict=True))
        print(f"{title:32} {kind:14} {speed:9.0f} {unit}  ×{ratio:.2f}   cpu {cost:.4g}", flush=True)


def main() -> None:
    """Everything, in the order of docs/server.md."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed (Debian: apt install wrk).")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "small").write_bytes(os.urandom(2048))
        (folder / "large").write_bytes(os.urandom(10 << 20))
        servers = {}
        for kind, (options, threads) in KINDS.items():
            place = folder / kind
            place.mkdir()
            start = served(place, *options, workers=2, threads=threads, app=APP, settled=False, FOLDER=str(folder))
            servers[kind] = stack.enter_context(start)
        for name, path in GETS.items():
            for connections in (64, 8, 1):
                compare(f"{name}, {connections} connections", "/s", servers, lambda s: gets(s, path, connections))  # noqa: B023 - called at once
        for way in ("readinto", "read", "sha256"):
            compare(f"1 GiB PUT, {way}", "MB/s", servers, lambda s: upload(s, f"/upload/{way}"))  # noqa: B023 - called at once
        for kind, server in servers.items():
            print(f"400 slow clients: {kind:14} {slow_clients(server)}", flush=True)


if __name__ == "__main__":
    main()
