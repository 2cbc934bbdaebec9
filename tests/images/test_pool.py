"""The processes that render: what a job does to one, it does to that one alone."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

from pastebin.errors import ImageUnusable
from pastebin.images import pool as module
from pastebin.images.budget import Budget
from pastebin.images.pool import Bounds, Pool, PoolBusy, Renderer, RendererEnded
from pastebin.images.recipe import THUMBNAIL, Format, Recipe
from pastebin.nameless import nameless_file
from pastebin.waiting import in_person
from tests.crowd import at_once

MIB = 1 << 20
BUDGET = Budget(pixels=120_000_000, frames=1000, source_bytes=64 * MIB)
BOUNDS = Bounds(seconds=10, memory_bytes=1536 * MIB, written_bytes=16 * MIB)

TYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "AVIF": "image/avif",
    "BMP": "image/bmp", "TIFF": "image/tiff", "ICO": "image/vnd.microsoft.icon",
}  # fmt: skip

MakePool = Callable[..., Pool]


@pytest.fixture
def make_pool(tmp_path: Path) -> Iterator[MakePool]:
    pools: list[Pool] = []

    def make(bounds: Bounds = BOUNDS) -> Pool:
        pools.append(Pool(tmp_path / "turns", bounds))
        return pools[-1]

    yield make
    for pool in pools:
        pool.rest(0)


@pytest.fixture
def pool(make_pool: MakePool) -> Pool:
    return make_pool()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """One for all tests that do nothing to it: starting a process takes longer than most jobs."""
    pool = Pool(tmp_path_factory.mktemp("pool") / "turns", BOUNDS)
    yield pool
    pool.rest(0)


@pytest.fixture(scope="module")
def picture() -> bytes:
    return png(64, 48)


@pytest.fixture(scope="module")
def large() -> bytes:
    """61 million pixels in little room: half a second's work, and hundreds of MB."""
    return png(7800, 7800)


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG", compress_level=1)
    return out.getvalue()


def render(renderer: Renderer, content: bytes, recipe: Recipe = THUMBNAIL) -> tuple[str, bytes]:
    with nameless_file("source") as source, nameless_file("into") as into:
        source.write(content)
        source.seek(0)
        made = renderer.render(source, "image/png", recipe, BUDGET, into, in_person)
        into.seek(0)
        return made, into.read()


def render_with(pool: Pool, content: bytes, recipe: Recipe = THUMBNAIL) -> tuple[str, bytes]:
    with pool.renderer(in_person) as renderer:
        return render(renderer, content, recipe)


def processes_of(pool: Pool) -> set[int]:
    """Those that run, where none of them is working."""
    return {slot.renderer._process.pid for slot in pool._free if slot.renderer}


def test_an_image_comes_back_with_its_size_and_digest(lasting: Pool, picture: bytes) -> None:
    made, content = render_with(lasting, picture)

    assert Image.open(io.BytesIO(content)).size == (512, 512)
    assert made == "jpg"


@pytest.mark.parametrize("wanted", Format)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "ICO"])
def test_every_format_is_read_and_written_by_a_process_that_can_open_no_file(
    lasting: Pool, kind: str, wanted: Format
) -> None:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, kind)
    with lasting.renderer(in_person) as renderer, nameless_file("source") as source, nameless_file("into") as into:
        source.write(out.getvalue())
        made = renderer.render(source, TYPES[kind], Recipe(scale=50, format=wanted), BUDGET, into, in_person)

    assert made == wanted


def test_the_process_goes_on_with_the_next_job(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)
    first = processes_of(pool)

    render_with(pool, picture)

    assert len(first) == 1
    assert processes_of(pool) == first


def test_a_refused_image_does_not_end_the_process(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)
    first = processes_of(pool)

    with pytest.raises(ImageUnusable):
        render_with(pool, b"no image at all")

    assert processes_of(pool) == first


def test_many_at_once_are_all_made_by_two_processes(pool: Pool, picture: bytes) -> None:
    results = at_once(30, lambda: len(render_with(pool, picture)[1]))

    assert len(set(results)) == 1
    assert isinstance(results[0], int)
    assert len(processes_of(pool)) == 2


def test_a_job_that_takes_too_long_ends_and_the_next_is_done(make_pool: MakePool, large: bytes, picture: bytes) -> None:
    pool = make_pool(Bounds(0.15, 1536 * MIB, 16 * MIB))
    begun = time.monotonic()

    with pytest.raises(RendererEnded):
        render_with(pool, large)

    assert time.monotonic() - begun < 10
    assert render_with(pool, picture)[0] == "jpg"


def test_a_job_that_takes_too_much_memory_is_refused(make_pool: MakePool, large: bytes, picture: bytes) -> None:
    pool = make_pool(Bounds(10, 256 * MIB, 16 * MIB))

    with pytest.raises((ImageUnusable, RendererEnded)):
        render_with(pool, large)

    assert render_with(pool, picture)[0] == "jpg"


def test_a_result_of_too_many_bytes_is_refused(make_pool: MakePool, picture: bytes) -> None:
    pool = make_pool(Bounds(10, 1536 * MIB, 1000))

    with pytest.raises((ImageUnusable, RendererEnded)):
        render_with(pool, picture, Recipe(scale_x=400, format=Format.BMP))

    assert render_with(make_pool(), picture)[0] == "jpg"


def test_a_process_that_is_killed_is_replaced_and_no_image_is_blamed(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)
    with pytest.raises(PoolBusy), pool.renderer(in_person) as renderer:
        os.kill(renderer._process.pid, signal.SIGKILL)
        render(renderer, picture)

    assert render_with(pool, picture)[0] == "jpg"


def test_one_that_died_while_it_had_nothing_to_do_is_replaced_unseen(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)
    os.kill(processes_of(pool).pop(), signal.SIGKILL)
    time.sleep(0.1)

    assert render_with(pool, picture)[0] == "jpg"


def test_who_waits_too_long_for_a_process_is_told_so(
    pool: Pool, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_QUEUE_SECONDS", 0.05)

    with pool.renderer(in_person), pool.renderer(in_person), pytest.raises(PoolBusy), pool.renderer(in_person):
        pass

    assert render_with(pool, picture)[0] == "jpg"


def test_of_one_subject_one_job_is_done_at_a_time_and_others_do_not_wait_for_it(pool: Pool, picture: bytes) -> None:
    with pool.renderer(in_person, "busy"):
        waiting = threading.Thread(target=hold, args=(pool, "busy"))
        waiting.start()
        time.sleep(0.1)
        begun = time.monotonic()

        with pool.renderer(in_person, "other") as renderer:
            assert render(renderer, picture)[0] == "jpg"

        assert time.monotonic() - begun < 5
        assert waiting.is_alive()
    waiting.join(5)
    assert not waiting.is_alive()


def hold(pool: Pool, subject: str) -> bool:
    with pool.renderer(in_person, subject):
        return True


def test_subjects_that_wait_have_their_turn_however_many_jobs_each_has() -> None:
    """Of the queue itself: in which order threads wake, the machine decides."""
    queue = module._Queue()
    for subject in (*["greedy"] * 20, "modest", "modest", "late"):
        queue.enter(subject)

    order = []
    while place := queue.next():
        order.append(place.whose)
        queue.end(place.whose)
        os.close(place.bell)

    assert len(order) == 23
    assert order.index("modest") < 4
    assert order.index("late") < 6


def test_one_subject_does_not_fill_the_queue_of_all(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING_EACH", 1)
    with pool.renderer(in_person, "x"), pool.renderer(in_person, "y"):
        waiting = threading.Thread(target=hold, args=(pool, "greedy"))
        waiting.start()
        time.sleep(0.1)

        with pytest.raises(PoolBusy), pool.renderer(in_person, "greedy"):
            pass
        other = threading.Thread(target=hold, args=(pool, "modest"))
        other.start()
        time.sleep(0.1)
        assert other.is_alive()
    for thread in (waiting, other):
        thread.join(5)
        assert not thread.is_alive()


def test_a_queue_that_is_full_takes_nobody(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_WAITING", 1)
    with pool.renderer(in_person), pool.renderer(in_person):
        waiting = threading.Thread(target=hold, args=(pool, "first"))
        waiting.start()
        time.sleep(0.1)

        with pytest.raises(PoolBusy), pool.renderer(in_person, "second"):
            pass
    waiting.join(5)
    assert not waiting.is_alive()


def test_a_wait_that_fails_just_when_a_process_is_free_takes_none_away(pool: Pool, picture: bytes) -> None:
    with ExitStack() as first, pool.renderer(in_person):
        first.enter_context(pool.renderer(in_person))

        def wait(descriptor: int, seconds: float) -> bool:
            first.close()
            raise OSError(errno.ENOSPC, "epoll takes no more")

        with pytest.raises(OSError, match="takes no more"), pool.renderer(wait):
            pass

        assert render_with(pool, picture)[0] == "jpg"


def test_a_turn_is_one_process_s_in_all_pools(make_pool: MakePool) -> None:
    pools = [make_pool(), make_pool()]
    inside: list[int] = []
    most: list[int] = []

    def visit() -> None:
        with pools[len(most) % 2].renderer(in_person) as renderer, renderer.turn(7, in_person):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.05)
            inside.pop()

    at_once(8, visit)

    assert most == [1] * 8


def test_a_turn_ends_with_the_process_that_has_it(make_pool: MakePool) -> None:
    turns = []
    with suppress(PoolBusy), make_pool().renderer(in_person) as renderer, renderer.turn(7, in_person):
        renderer._process.kill()
        renderer._process.wait()
        with make_pool().renderer(in_person) as other, other.turn(7, in_person):
            turns.append(7)

    assert turns == [7]


@pytest.mark.slow
def test_large_images_are_worked_on_one_at_a_time(make_pool: MakePool, large: bytes) -> None:
    """What each of them needs in memory, a machine has once, perhaps."""
    with watching() as one:
        result = render_with(make_pool(), large)[0]
    pools, numbers = [make_pool(), make_pool()], iter(range(3))

    with watching() as three:
        results = at_once(3, lambda: render_with(pools[next(numbers) % 2], large)[0])

    assert results == [result] * 3
    assert one[0] > 200 * MIB
    assert three[0] < 1.7 * one[0]  # the others keep what a process without work has


@contextmanager
def watching() -> Iterator[list[int]]:
    """The most memory that processes for images had together: those that begin meanwhile, of this process's pools."""
    over, peak, others = threading.Event(), [0], renderers()

    def look() -> None:
        while not over.wait(0.01):
            ours = renderers() - others
            # One is read after the other, and by then the first may have given all back: only what it still has counts.
            looks = [[resident_bytes(pid) for pid in ours] for _ in range(2)]
            peak[0] = max(peak[0], sum(map(min, *looks)))

    watcher = threading.Thread(target=look)
    watcher.start()
    yield peak
    over.set()
    watcher.join()


def renderers() -> set[int]:
    return {int(path.name) for path in Path("/proc").glob("[0-9]*") if is_renderer(path)}


def is_renderer(path: Path) -> bool:
    with suppress(OSError, IndexError):
        stat = (path / "stat").read_text().rpartition(")")[2].split()
        return int(stat[1]) == os.getpid() and module._RENDERER in (path / "cmdline").read_text()
    return False


def resident_bytes(pid: int) -> int:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def test_processes_without_work_are_ended_after_a_while(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)

    pool.rest(60)
    assert len(processes_of(pool)) == 1

    pool.rest(0)
    assert processes_of(pool) == set()
    assert render_with(pool, picture)[0] == "jpg"


def test_nothing_of_our_environment_goes_along(pool: Pool, picture: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASTEBIN_SECRET_KEY", "a-secret-of-the-server")
    render_with(pool, picture)

    environment = Path(f"/proc/{processes_of(pool).pop()}/environ").read_bytes()

    assert b"a-secret-of-the-server" not in environment


def test_it_goes_before_the_server_where_memory_or_the_processor_runs_short(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)
    pid = processes_of(pool).pop()

    assert int(Path(f"/proc/{pid}/oom_score_adj").read_text()) == 1000
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 5


@pytest.mark.parametrize(
    "answer",
    [
        {"format": "html"},
        {"format": "svg"},
        {"format": "../../x"},
        {"format": "png\r\nX: y"},
        {"format": ["png"]},
        {"refused": "no", "fields": [], "message": "two", "status": 200},
        {"refused": ["no"]},
        {"fault": "many"},
        {},
        [],
    ],
)
def test_a_process_that_says_what_it_cannot_say_is_not_believed(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(module, "_RENDERER", "tests.images.liar")

    with pytest.raises((RendererEnded, ImageUnusable)) as refusal:
        render_with(pool, json.dumps(answer).encode())

    assert getattr(refusal.value, "facts", {"fields": []}) == {"fields": []}
    assert refusal.type is ImageUnusable or processes_of(pool) == set()


@pytest.mark.parametrize("answer", [b"nonsense", b"[" * 60_000, b"\xff"])
def test_a_process_that_speaks_no_json_is_ended(pool: Pool, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(module, "_RENDERER", "tests.images.liar")

    with pytest.raises(RendererEnded):
        render_with(pool, answer)

    assert processes_of(pool) == set()


def test_descriptors_do_not_pile_up(pool: Pool, picture: bytes) -> None:
    render_with(pool, picture)
    before, theirs = len(os.listdir("/proc/self/fd")), Path(f"/proc/{processes_of(pool).pop()}/fd")
    in_child = len(os.listdir(theirs))

    for _ in range(30):
        render_with(pool, picture)

    assert len(os.listdir("/proc/self/fd")) == before
    assert len(os.listdir(theirs)) == in_child
