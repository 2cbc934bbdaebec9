"""Idle and slow clients, on what `make run` starts, leave everybody else's requests quick."""

import time
from collections.abc import Callable

import pytest

from tests.live.client import Caller
from tests.live.drip import Drip
from tests.live.remains import complaints
from tests.running import Server


def times_of_ordinary_requests(server: Server, count: int, pause: float) -> list[float]:
    """Seconds that ordinary requests take, each on a connection of its own: a file, an upload, the form, a 304."""
    with Caller(server) as caller:
        about = caller.upload(b"ordinary" * 500, "ordinary.txt")
    etag = {"If_None_Match": f'"{about["sha256"]}"'}
    turns: list[tuple[Callable[[Caller], int], int]] = [
        (lambda caller: caller.get(f"/{about['hash']}").status, 200),
        (lambda caller: caller.try_upload(b"another", "another.txt").status, 201),
        (lambda caller: caller.get("/").status, 200),
        (lambda caller: caller.get(f"/{about['hash']}", **etag).status, 304),
    ]
    times = []
    for number in range(count):
        act, wanted = turns[number % len(turns)]
        begun = time.monotonic()
        with Caller(server, timeout=20) as caller:
            assert act(caller) == wanted
        times.append(time.monotonic() - begun)
        time.sleep(pause)
    return times


def stay_quick(server: Server, of_each: int, warm_up: float, requests: int, pause: float) -> None:
    with Drip(server, of_each) as slow:
        time.sleep(warm_up)
        times = sorted(times_of_ordinary_requests(server, requests, pause))
        assert slow.connected == 2 * of_each
    print(f"p50 {times[requests // 2] * 1000:.1f} ms, p95 {times[int(requests * 0.95)] * 1000:.1f} ms, "
          f"worst {times[-1] * 1000:.1f} ms; {slow.renewed} slow clients given up and come again")  # fmt: skip

    assert times[int(requests * 0.95)] < 1
    assert complaints(server) == []


def test_slow_clients_leave_others_quick(shared: Server) -> None:
    stay_quick(shared, of_each=60, warm_up=1.5, requests=100, pause=0)


@pytest.mark.slow
@pytest.mark.alone
def test_four_hundred_slow_clients_leave_others_quick(make_server: Callable[..., Server]) -> None:
    # Long enough for those with slow headers to be given up (HEADER_TIMEOUT) and come again.
    stay_quick(make_server(), of_each=200, warm_up=10, requests=400, pause=0.03)
