"""Small WSGI applications that show what the server does; nothing of the pastebin is in them."""

import contextvars
import gc
import hashlib
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import greenlet

Environ = dict[str, Any]
Start = Callable[..., Any]

TRACE: contextvars.ContextVar[object] = contextvars.ContextVar("TRACE")
VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE")
PIECE = b"0123456789abcdef" * 4096
# Where to say something to a request that waits, by the name it waits under.
WAITING: dict[str, int] = {}
# How often an answer that may be given again was made and given again, and whether it still holds.
REPLAYED = {"made": 0, "given": 0, "holds": 1}
# How often one that is like another was not taken.
REFUSED = {"times": 0}
# Requests that pause, by the name they pause under; and the names in the order of what was put off.
PAUSED: dict[str, Any] = {}
PUT_OFF: list[str] = []
# Says things while the request that wants to hear them goes on.
SPEAKER = ThreadPoolExecutor(1)


def app(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Each function below, under its own name."""
    view = VIEWS.get(environ["PATH_INFO"].strip("/").split("/")[0])
    if "HTTP_X_ALIKE" in environ:
        return alike(environ, start_response)
    if view is None:
        return answer(start_response, b"no such page", "404 Not Found")
    return view(environ, start_response)


def answer(start_response: Start, text: bytes, status: str = "200 OK") -> Iterable[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


def hello(environ: Environ, start_response: Start) -> Iterable[bytes]:
    return answer(start_response, b"hello\n")


def path(environ: Environ, start_response: Start) -> Iterable[bytes]:
    return answer(start_response, environ["PATH_INFO"].encode("latin-1"))


def digest(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The body's length and SHA-256, read with readinto."""
    body, seen, size = environ["wsgi.input"], hashlib.sha256(), 0
    memory = memoryview(bytearray(256 * 1024))
    while got := body.readinto(memory):
        seen.update(memory[:got])
        size += got
    return answer(start_response, f"{size} {seen.hexdigest()}".encode())


def read(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The body itself, read in pieces of the size that the path names, or whole."""
    size = int(environ["PATH_INFO"].removeprefix("/read").strip("/") or -1)
    body = environ["wsgi.input"]
    pieces = list(iter(lambda: body.read(size), b"")) if size > 0 else [body.read()]
    if size > 0 and any(len(piece) != size for piece in pieces[:-1]):
        return answer(start_response, b"a short piece before the end", "500 Internal Server Error")
    return answer(start_response, b"".join(pieces))


def lines(environ: Environ, start_response: Start) -> Iterable[bytes]:
    return answer(start_response, json.dumps([line.decode() for line in environ["wsgi.input"]]).encode())


def remaining(environ: Environ, start_response: Start) -> Iterable[bytes]:
    body = environ["wsgi.input"]
    before = body.remaining
    body.read()
    return answer(start_response, f"{before} {body.remaining}".encode())


def kind(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What an application sees that goes by `http_status` alone."""
    try:
        environ["wsgi.input"].read()
    except OSError as error:
        return answer(start_response, f"seen: {error}".encode(), f"{error.http_status:d} Told")
    return answer(start_response, b"whole")


def swallow(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Like a framework: whatever goes wrong is a 500."""
    try:
        environ["wsgi.input"].read()
    except OSError:
        return answer(start_response, b"Internal Server Error", "500 Internal Server Error")
    return answer(start_response, b"whole")


def refuse(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Refused without a look at the body."""
    return answer(start_response, b"too large", "413 Content Too Large")


def file(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The file that FILE names, by sendfile."""
    name = os.environ["FILE"]
    start_response("200 OK", [("Content-Length", str(os.path.getsize(name)))])
    return environ["wsgi.file_wrapper"](Path(name).open("rb"))


def tail(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The last 100,000 bytes but ten of that file."""
    opened = Path(os.environ["FILE"]).open("rb")  # noqa: SIM115 - the server closes it
    opened.seek(-100_010, os.SEEK_END)
    start_response("206 Partial Content", [("Content-Length", "100000")])
    return environ["wsgi.file_wrapper"](opened)


def stream(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """As many pieces as the path says, without a length."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (PIECE for _ in range(int(environ["PATH_INFO"].rpartition("/")[2])))


def labour(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """As many pieces as the path says, each small, and ten milliseconds' work."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return map(work, range(int(environ["PATH_INFO"].rpartition("/")[2])))


def work(_number: int) -> bytes:
    until = time.monotonic() + 0.01
    while time.monotonic() < until:
        pass
    return b"done\n"


def echo(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Answers while it reads."""
    start_response("200 OK", [("Content-Length", environ["CONTENT_LENGTH"])])
    return iter(lambda: environ["wsgi.input"].read(1000), b"")


def nothing(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("204 No Content", [])
    return []


def sleep(environ: Environ, start_response: Start) -> Iterable[bytes]:
    time.sleep(float(environ["PATH_INFO"].rpartition("/")[2]))
    return answer(start_response, b"slept")


def fail(environ: Environ, start_response: Start) -> Iterable[bytes]:
    raise ValueError("a fault of the application's")


def fail_late(environ: Environ, start_response: Start) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "100")])

    def pieces():
        yield b"half"
        raise ValueError("a fault of the application's")

    return pieces()


def promise(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Sends less than it says."""
    start_response("200 OK", [("Content-Length", "100")])
    return [b"half"]


def context(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What stands in a context variable before this request writes to it."""
    before = VARIABLE.get(None)
    VARIABLE.set("seen")
    environ["wsgi.input"].read()
    return answer(start_response, f"{before} {VARIABLE.get(None)}".encode())


def wait(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What is said to the name in the path, within the seconds that follow it."""
    name, seconds = environ["PATH_INFO"].split("/")[2:]
    thread = threading.get_ident()
    heard, said = os.pipe()
    WAITING[name] = said
    has_come = environ["pastebin.wait"](heard, float(seconds))
    del WAITING[name]
    text = os.read(heard, 100) if has_come else b"nothing came"
    os.close(heard)
    os.close(said)
    return answer(start_response, text if threading.get_ident() == thread else b"another thread")


def waiting(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """How many are waiting."""
    return answer(start_response, str(len(WAITING)).encode())


def tell(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Say the name in the path, which may be "all", to who waits under it."""
    name = environ["PATH_INFO"].split("/")[2]
    for each in list(WAITING) if name == "all" else [name]:
        os.write(WAITING[each], each.encode())
    return answer(start_response, b"told")


def late(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Waits for what is said after as many seconds as the path says."""
    heard, said = os.pipe()
    threading.Timer(float(environ["PATH_INFO"].rpartition("/")[2]), os.write, (said, b"late")).start()
    environ["pastebin.wait"](heard, 60)
    return answer(start_response, os.read(heard, 100))


def errand(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The path, by way of another thread and a descriptor that is closed at once, and then the body."""
    heard, said = os.pipe()
    # Sometimes before it waits, mostly after.
    SPEAKER.submit(speak, said, environ["PATH_INFO"].encode(), random.choice((0, 0.0002, 0.001)))
    has_come = environ["pastebin.wait"](heard, 60)
    text = os.read(heard, 100)
    os.close(heard)
    os.close(said)
    return answer(start_response, b"%d %s %s" % (has_come, text, environ["wsgi.input"].read()))


def speak(descriptor: int, text: bytes, after: float) -> None:
    time.sleep(after)
    os.write(descriptor, text)


def again(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Waits for the same descriptor again and again."""
    bell = os.eventfd(0)
    heard = []
    for number in range(1, 4):
        SPEAKER.submit(speak, bell, number.to_bytes(8, sys.byteorder), 0.02)
        heard.append((environ["pastebin.wait"](bell, 60), os.eventfd_read(bell)))
    os.close(bell)
    return answer(start_response, json.dumps(heard).encode())


def look(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What a wait of no time says of a descriptor without news, of one with news, and of a file."""
    silent, ringing = os.eventfd(0), os.eventfd(1)
    with Path(__file__).open("rb") as file:
        seen = [environ["pastebin.wait"](each, 0) for each in (silent, ringing, file.fileno())]
    seen.append(environ["pastebin.wait"](silent, -1))
    os.close(silent)
    os.close(ringing)
    return answer(start_response, json.dumps(seen).encode())


def impossible(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Waits for the one descriptor that epoll cannot look at, its own; which is ready while a connection has news."""
    own = crew_of(environ)._epoll.fileno()
    refused, tries = 0, 0
    while refused < 5 and tries < 10_000:
        tries += 1
        try:
            environ["pastebin.wait"](own, 60)
        except OSError:
            refused += 1
    return answer(start_response, str(refused).encode())


def disturb(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Resume what requests wait for without cause, as an event does that is an earlier owner's of the number."""
    crew = crew_of(environ)
    claimed = [each for each in list(crew.armed) if each.runner and crew.claim(each)]
    for each in claimed:
        crew.hand_over(each)
    return answer(start_response, str(len(claimed)).encode())


def overtake(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Claim what requests wait for, as the watchman does whose time is over, and tell them all before it is resumed."""
    crew = crew_of(environ)
    claimed = [each for each in list(crew.armed) if each.runner and crew.claim(each)]
    for name, said in WAITING.items():
        os.write(said, name.encode())
    time.sleep(0.1)
    for each in claimed:
        crew.hand_over(each)
    return answer(start_response, str(len(claimed)).encode())


def replayed(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The number of times that this was made, in as many bytes as the path says; it may be given again."""
    REPLAYED["made"] += 1
    body = str(REPLAYED["made"]).encode().ljust(int(environ["PATH_INFO"].rpartition("/")[2]))
    if offer := environ.get("pastebin.replay"):
        offer(body, lambda: bool(REPLAYED["holds"]), count_given)
    return answer(start_response, body)


def replayed_file(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """The file that the query names; it may be given again as long as it is there."""
    path = Path(environ["QUERY_STRING"])
    REPLAYED["made"] += 1
    if offer := environ.get("pastebin.replay"):
        offer(lambda: FileIO(path) if path.exists() else None, lambda: bool(REPLAYED["holds"]), count_given)
    if not path.exists():
        return answer(start_response, b"gone", "404 Not Found")
    start_response("200 OK", [("Content-Length", str(path.stat().st_size))])
    sent: Iterable[bytes] = environ["wsgi.file_wrapper"](path.open("rb"))
    return sent


def alike(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What was sent, by its name, length and SHA-256, and in which way it was taken: whole, or as one that is alike.

    X-Alike says how those that are alike are taken.
    """
    path, body, how = environ["PATH_INFO"], environ["wsgi.input"].read(), environ["HTTP_X_ALIKE"]
    told, fields = _told(path.removeprefix("/"), body, f"whole {REFUSED['times']}" if how == "refuse" else "whole")
    if offer := environ.get("pastebin.alike"):
        offer(partial(_take, how), ("X-Nothing",) if how == "unknown" else ("X-Length", "X-Way"))
    first, second = fields.items()
    constant = ("X-Constant", "100 % (so)s it stays")
    start_response("201 Created", [first, ("Content-Length", str(len(told))), constant, second])
    return [told]


def _take(how: str, name: str, body: bytes, pause: Callable[[], Any]) -> tuple[bytes, dict[str, str]] | None:
    if how == "refuse":
        REFUSED["times"] += 1
        return None
    if how == "fail":
        raise ValueError(name)
    if how == "pause":
        waits = pause()
        SPEAKER.submit(waits.end)
        waits.wait()
    return _told(name, body, "alike")


def _told(name: str, body: bytes, way: str) -> tuple[bytes, dict[str, str]]:
    told = f"{name} {hashlib.sha256(body).hexdigest()}".encode()
    return told, {"X-Length": str(len(body)), "X-Way": way}


def unchanged(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """A 304 that may be given again."""
    if offer := environ.get("pastebin.replay"):
        offer(b"", lambda: True, count_given)
    start_response("304 Not Modified", [("ETag", '"x"'), ("X-Made", environ.get("HTTP_X_NUMBER", ""))])
    return ()


def doubted(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """It may be given again, but what would tell whether it holds fails."""
    if offer := environ.get("pastebin.replay"):
        offer(b"doubted", lambda: 1 // 0 == 0, None)
    return answer(start_response, b"doubted")


def count_given() -> None:
    REPLAYED["given"] += 1


def replays(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """How often what `replayed` makes was made and given again; `/replays/0` and `/replays/1` say whether it holds."""
    if (holds := environ["PATH_INFO"].rpartition("/")[2]).isdigit():
        REPLAYED["holds"] = int(holds)
    return answer(start_response, json.dumps(REPLAYED).encode())


def pause(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Goes on when `/resume` says so."""
    name, thread = environ["PATH_INFO"].split("/")[2], threading.get_ident()
    PAUSED[name] = waits = environ["pastebin.pause"]()
    waits.wait()
    return answer(start_response, name.encode() if threading.get_ident() == thread else b"another thread")


def paused(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """How many pause."""
    return answer(start_response, str(len(PAUSED)).encode())


def resume(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Have the one of this name go on, or "all"; told from another thread."""
    name = environ["PATH_INFO"].split("/")[2]
    names = list(PAUSED) if name == "all" else [name]
    SPEAKER.submit(lambda: [PAUSED.pop(each).end() for each in names]).result()
    return answer(start_response, b"told")


def at_once(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Pauses again and again; each pause is ended by another thread: before it waits, or after."""
    for after in (0, 0.0005, 0, 0.001) * 25:
        waits = environ["pastebin.pause"]()
        told = SPEAKER.submit(end, waits, after)
        if not after:
            told.result()
        waits.wait()
    return answer(start_response, environ["PATH_INFO"].encode())


def end(waits: Any, after: float) -> None:
    time.sleep(after)
    waits.end()


def put_off(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Puts something off, and then works for as many seconds as the path says."""
    environ["pastebin.pause"]().when_idle(lambda: PUT_OFF.append(f"done {environ['PATH_INFO']}"))
    time.sleep(float(environ["PATH_INFO"].rpartition("/")[2]))
    PUT_OFF.append(f"made {environ['PATH_INFO']}")
    return answer(start_response, b"made")


def put_off_fault(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Puts something off that fails."""
    environ["pastebin.pause"]().when_idle(lambda: 1 // 0)
    return answer(start_response, b"made")


def order(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What was put off and what was made, in this order."""
    return answer(start_response, json.dumps(PUT_OFF).encode())


def crew_of(environ: Environ) -> Any:
    return environ["pastebin.wait"].__self__.crew


def in_epoll() -> int:
    """How many descriptors this process has in epoll."""
    entries = 0
    for path in Path("/proc/self/fdinfo").iterdir():
        with suppress(OSError):  # closed meanwhile
            entries += path.read_text().count("tfd:")
    return entries


def facts(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What the process holds now."""
    gc.collect()
    alive = sum(isinstance(each, greenlet.greenlet) and not each.dead for each in gc.get_objects())
    crew = crew_of(environ)
    spare = [len(hand.spare) for hand in crew.hands]
    held = {
        "pid": os.getpid(),
        "threads": threading.active_count(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "greenlets": alive - sum(spare),
        "epoll": in_epoll(),
        "armed": len(crew.armed),
        "registered": len(crew.registered),
        "parked": sum(hand.parked for hand in crew.hands),
        "errands": sum(hand.errands for hand in crew.hands),
        "most parked": max(hand.parked for hand in crew.hands),
    }
    return answer(start_response, json.dumps(held).encode())


def spare(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """How many greenlets each thread keeps without work."""
    return answer(start_response, json.dumps([len(hand.spare) for hand in crew_of(environ).hands]).encode())


def places(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """What stands in the server's roster: 0 where nobody is, else one more than a worker has clients."""
    roster: Any = crew_of(environ)._count.__self__
    return answer(start_response, json.dumps(roster._counts.tolist()).encode())


class Trace:
    """Left by a request; how many of them there still are."""

    alive = 0

    def __init__(self) -> None:
        Trace.alive += 1

    def __del__(self) -> None:
        Trace.alive -= 1


def trace(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Leaves one in its environ and in a context variable; how many earlier ones there still are."""
    gc.collect()
    before = Trace.alive
    environ["trace"] = Trace()
    TRACE.set(Trace())
    return answer(start_response, str(before).encode())


def secret(environ: Environ, start_response: Start) -> Iterable[bytes]:
    environ["pastebin.route"] = "/secret/<token>"
    return answer(start_response, b"")


VIEWS = {
    view.__name__.replace("_", "-"): view
    for view in (
        hello,
        path,
        digest,
        read,
        lines,
        remaining,
        kind,
        swallow,
        refuse,
        replayed,
        replayed_file,
        doubted,
        replays,
        unchanged,
        file,
        tail,
        stream,
        labour,
        echo,
        nothing,
        sleep,
        fail,
        fail_late,
        promise,
        context,
        wait,
        waiting,
        tell,
        late,
        errand,
        again,
        look,
        pause,
        paused,
        resume,
        at_once,
        put_off,
        put_off_fault,
        order,
        impossible,
        disturb,
        overtake,
        facts,
        places,
        spare,
        trace,
        secret,
    )
}
