"""pinnwand, a pastebin on Tornado: a process serves alone, so there are two, and each client asks one of them."""

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.client import Address, Load, ask_once, written
from tests.bench.content import SMALL_BYTES, small_texts
from tests.bench.downloads import Place, Published, seen
from tests.bench.peers import installed
from tests.bench.peers.peer import Peer, environment
from tests.bench.servers import WORKERS, Launch, Server, free_address, started

_BEFORE, _AFTER = b'{"expiry": "1day", "files": [{"lexer": "text", "content": ', b"}]}"
_NO_LIMITS = "".join(
    f"[ratelimit.{area}]\ncapacity = 1000000000\nconsume = 1\nrefill = 1000000000\n"
    for area in ("read", "create", "delete")
)
# It would listen on every address of this machine, and has no option for another.
_LOCALLY = """
import functools, tornado.web
from pinnwand.command import main
application = tornado.web.Application
application.listen = functools.partialmethod(application.listen, address="127.0.0.1")
main()
"""


class Pinnwand(Server):
    """Each process has its own database, so a file that all can give is in each of them."""

    def publish(self, content: bytes, filename: str, media_type: str) -> Published:
        """Paste the text into every process."""
        return seen([self._paste(address, content) for address in self.addresses], content)

    def small_uploads(self, connections: int) -> Load:
        """By its JSON interface; the texts need no escaping."""
        size = SMALL_BYTES + 2
        heads = [_head(address, size) + _BEFORE for address in self.addresses]

        def maker(number: int) -> Callable[[], bytes]:
            text, head = small_texts(f"client {number}"), heads[number % len(heads)]
            return lambda: head + b'"' + text() + b'"' + _AFTER

        return Load(self.addresses, 200, connections, maker)

    def _paste(self, address: Address, content: bytes) -> Place:
        text = json.dumps(content.decode()).encode()
        answer = ask_once(address, 200, _head(address, len(text)), _BEFORE, text, _AFTER)
        return Place(address, "/raw/" + json.loads(answer.body)["link"].rpartition("/")[2])


def _head(address: Address, size: int) -> bytes:
    return (
        f"POST /api/v1/paste HTTP/1.1\r\nHost: {written(address)}\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(_BEFORE) + size + len(_AFTER)}\r\n\r\n"
    ).encode()


@contextmanager
def _server(folder: Path) -> Iterator[Pinnwand]:
    addresses = tuple(free_address() for _ in range(WORKERS))
    commands = [_process(folder / f"process-{number}", address[1]) for number, address in enumerate(addresses)]
    # One shell over both, so that they are one session and end together.
    script = 'trap "trap - TERM; kill 0" TERM\n' + "".join(f"{command} &\n" for command in commands) + "wait"
    launch = Launch("pinnwand", ["sh", "-c", script], environment(folder), directory=folder)
    with started(Pinnwand, launch, folder, addresses) as server:
        yield server


def _process(folder: Path, port: int) -> str:
    folder.mkdir(parents=True)
    config = folder / "pinnwand.toml"
    config.write_text(f"database_uri = {json.dumps(f'sqlite:///{folder}/pinnwand.sqlite')}\n{_NO_LIMITS}")
    words = (
        installed.program("python"),
        "-c",
        _LOCALLY,
        "--configuration-path",
        str(config),
        "http",
        "--port",
        str(port),
    )
    return shlex.join(words)


PEER = Peer(lambda: installed.version("pinnwand"), _server)
