"""Files from nothing to a GiB by every way that curl has, in flat memory, and back again as they were."""

import hashlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.client import Caller
from tests.live.remains import complaints, memory_bytes, sha256_of
from tests.programs import needs_program
from tests.running import Server

pytestmark = pytest.mark.external

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
MOST_GROWN = 16 * MIB


@pytest.fixture(scope="module")
def curl() -> str:
    """The client that most people have."""
    return needs_program("curl")


@pytest.fixture
def run(curl: str) -> Callable[..., str]:
    """Run curl: what it prints."""

    def run(*arguments: str, stdin: Path | None = None) -> str:
        with (stdin or Path("/dev/null")).open("rb") as given:
            done = subprocess.run(
                [curl, "--silent", "--show-error", "--fail", "--max-time", "200", *arguments],
                stdin=given, capture_output=True, text=True,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def form(run: Callable[..., str], url: str, path: Path, *options: str) -> str:
    return run(*options, "-F", f"file=@{path}", f"{url}/?api=1").split()[1]


def form_from_a_pipe(run: Callable[..., str], url: str, path: Path, *options: str) -> str:
    return run(*options, "-F", "file=@-;filename=piped.bin", f"{url}/?api=1", stdin=path).split()[1]


def put(run: Callable[..., str], url: str, path: Path, *options: str) -> str:
    return last_part(run(*options, "-T", str(path), f"{url}/"))


def put_from_a_pipe(run: Callable[..., str], url: str, path: Path, *options: str) -> str:
    return last_part(run(*options, "-T", "-", f"{url}/", stdin=path))


def put_having_asked(run: Callable[..., str], url: str, path: Path, *options: str) -> str:
    return last_part(run(*options, "-H", "Expect: 100-continue", "-T", str(path), f"{url}/"))


def raw(run: Callable[..., str], url: str, path: Path, *options: str) -> str:
    said = run(*options, "--data-binary", f"@{path}", f"{url}/api/upload")
    return said.split('"hash":"')[1].split('"')[0]


def last_part(link: str) -> str:
    assert link.count("\n") == 1
    return link.strip().rpartition("/")[2]


WAYS = [form, form_from_a_pipe, put, put_from_a_pipe, put_having_asked, raw]
SIZES = [0, 1, 8 * KIB - 1, 64 * KIB, 256 * KIB, 256 * KIB + 1, 5 * MIB + 3]


def made(folder: Path, size: int) -> Path:
    """A file of so many bytes that compress badly and are no others' yet."""
    path = folder / "file.bin"
    block = hashlib.shake_128(f"{size} {time.time_ns()}".encode()).digest(min(size, MIB))
    with path.open("wb") as file:
        for number in range(-(-size // MIB)):
            file.write((number.to_bytes(8, "big") + block[8:])[: min(MIB, size - number * MIB)] if size > 8 else block)
    assert path.stat().st_size == size
    return path


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("size", SIZES)
def test_what_curl_sends_comes_back_as_it_was(
    shared: Server, run: Callable[..., str], tmp_path: Path, size: int, way: Callable[..., str]
) -> None:
    path = made(tmp_path, size)
    address = way(run, shared.url, path)
    back = tmp_path / "back"
    run("-o", str(back), f"{shared.url}/{address}")
    run("-o", str(tmp_path / "by-digest"), f"{shared.url}/{sha256_of(path)}")

    assert back.read_bytes() == path.read_bytes()
    assert (tmp_path / "by-digest").read_bytes() == path.read_bytes()


@contextmanager
def watched(server: Server) -> Iterator[Callable[[], int]]:
    """Watch the memory of the workers; what is yielded tells by how many bytes it grew at its highest."""
    before = highest = memory_bytes(server)
    done = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.05):
            highest = max(highest, memory_bytes(server))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: max(highest, memory_bytes(server)) - before
    finally:
        done.set()
        thread.join()


def there_and_back(server: Server, run: Callable[..., str], path: Path, way: Callable[..., str], key: str) -> int:
    """Send a file and fetch it again; by how many bytes the server's memory grew."""
    for _ in range(3):  # both workers have done this before
        way(run, server.url, made_small(path))
    digest = sha256_of(path)
    back = path.with_name("back")
    with watched(server) as grown:
        address = way(run, server.url, path, "-H", f"Authorization: Bearer {key}", *way_options(way))
        link = address if address.startswith(digest[:16]) else address.partition(".")[0]
        run("-H", f"Authorization: Bearer {key}", "-o", str(back), f"{server.url}/{link}")
        most = grown()
    assert sha256_of(back) == digest
    back.unlink()
    return most


def way_options(way: Callable[..., str]) -> list[str]:
    """`POST /?api=1` with a key is public, as everywhere but for seed 000."""
    return ["-F", "private=0"] if way in (form, form_from_a_pipe) else []


def made_small(path: Path) -> Path:
    small = path.with_name("small")
    small.write_bytes(path.open("rb").read(MIB))
    return small


def test_100_mib_come_and_go_in_flat_memory(
    shared: Server, run: Callable[..., str], tmp_path: Path, owner_key: str
) -> None:
    path = made(tmp_path, 100 * MIB)
    grown = there_and_back(shared, run, path, form, owner_key)
    path.unlink()

    assert grown <= MOST_GROWN
    assert complaints(shared) == []


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(400)
@pytest.mark.parametrize("way", [form, put, put_from_a_pipe], ids=lambda way: way.__name__)
def test_a_gib_comes_and_goes_in_flat_memory(
    make_server: Callable[..., Server], run: Callable[..., str], tmp_path: Path, way: Callable[..., str]
) -> None:
    server = make_server()
    key = server.make_key()
    path = made(tmp_path, GIB)
    try:
        grown = there_and_back(server, run, path, way, key)
        print(f"grown by {grown / MIB:.1f} MiB")

        assert grown <= MOST_GROWN
        assert complaints(server) == []
    finally:
        path.unlink()
        shutil.rmtree(server.instance / "blobs", ignore_errors=True)


# ---- Expect: 100-continue


def first_words(server: Server, head: bytes) -> tuple[bytes, socket.socket]:
    """What a client hears that has sent the head alone and waits."""
    wire = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    wire.sendall(b"PUT /a.txt HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n" + head + b"\r\n")
    return wire.recv(4096), wire


@pytest.mark.parametrize(
    ("head", "body"),
    [(b"Content-Length: 3\r\n", b"abc"), (b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n")],
    ids=["length", "chunked"],
)
def test_who_waits_for_a_word_gets_it_before_the_body(shared: Server, nobody: Caller, head: bytes, body: bytes) -> None:
    heard, wire = first_words(shared, head)
    with wire:
        assert heard == b"HTTP/1.1 100 Continue\r\n\r\n"
        wire.sendall(body)
        answer = wire.recv(4096)

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert nobody.get(f"/{hashlib.sha256(b'abc').hexdigest()}").body == b"abc"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 3\r\nAuthorization: Bearer pb_wrong\r\n", 401),
        (b"Content-Length: 3\r\nSec-Fetch-Site: cross-site\r\n", 403),
        (b"Content-Length: 3\r\nOrigin: http://evil.example\r\n", 403),
        (b"Content-Length: 99999999999999\r\n", 413),
    ],
)
def test_who_waits_for_a_word_gets_a_refusal_instead(shared: Server, head: bytes, status: int) -> None:
    heard, wire = first_words(shared, head)
    wire.close()

    assert heard.startswith(b"HTTP/1.1 %d " % status)
