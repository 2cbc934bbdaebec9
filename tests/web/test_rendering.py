"""However hostile a text is, rendering it ends, and soon."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pastebin.blueprints.previews import highlighting, markdown, rendering
from tests.web import pages

HOSTILE = {
    "a.js": '"\\',
    "b.c": "/",
    "c.html": "<!--",
    "d.py": "([{<",
    "e.json": "[",
    "f.md": "![",
    "g.tex": "\\begin{",
    "h.sh": "${",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_holds_a_preview_for_long(name: str) -> None:
    hostile = (HOSTILE[name] * highlighting.MOST_BYTES)[: highlighting.MOST_BYTES]
    before = time.monotonic()
    answer = rendering.highlight(f"hostile {name}", hostile, [name])
    taken = time.monotonic() - before

    assert taken < rendering.WAIT_SECONDS + 1
    assert "failed" in answer or pages.read(answer["html"]).text == hostile


def test_what_took_too_long_once_is_not_tried_again() -> None:
    hostile = "/" * highlighting.MOST_BYTES
    assert "failed" in rendering.highlight("slow", hostile, ["a.c"])
    before = time.monotonic()

    assert "failed" in rendering.highlight("slow", hostile, ["a.c"])

    assert time.monotonic() - before < rendering.WAIT_SECONDS / 2


def test_many_hostile_texts_at_once_keep_few_threads_waiting() -> None:
    renderer = rendering.Renderer()
    job = {"kind": "highlight", "text": "/" * highlighting.MOST_BYTES, "names": ["a.c"]}

    def refused(_number: int) -> bool:
        with pytest.raises((rendering.RendererBusy, rendering.RenderingFailed)) as fault:
            renderer.ask(job)
        return fault.type is rendering.RendererBusy

    with ThreadPoolExecutor(20) as threads:
        before = time.monotonic()
        busy = list(threads.map(refused, range(20)))
    renderer.close()

    assert sum(busy) >= 16
    assert time.monotonic() - before < 3 * rendering.WAIT_SECONDS + 1


def test_after_a_hostile_text_the_next_one_is_rendered() -> None:
    rendering.highlight("slow again", "/" * highlighting.MOST_BYTES, ["b.c"])

    assert rendering.highlight("quick", "x = 1\n", ["a.py"])["language"] == "Python"


def test_markdown_is_bounded_too() -> None:
    before = time.monotonic()

    rendering.markdown("hostile", "![" * (markdown.MOST_BYTES // 2))

    assert time.monotonic() - before < rendering.WAIT_SECONDS + 1


def test_the_renderer_gets_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASTEBIN_SECRET_KEY", "secret")
    renderer = rendering.Renderer()
    renderer.ask({"kind": "highlight", "text": "x", "names": []})
    assert renderer._process is not None
    with open(f"/proc/{renderer._process.pid}/environ", "rb") as file:
        environment = file.read()
    renderer.close()

    assert b"secret" not in environment


def test_a_renderer_that_died_is_replaced() -> None:
    renderer = rendering.Renderer()
    job = {"kind": "highlight", "text": "x = 1", "names": ["a.py"]}
    assert renderer.ask(job)
    assert renderer._process is not None
    renderer._process.kill()
    renderer._process.wait()

    assert renderer.ask(job) == {"language": "Python", "html": 'x = <span class="n">1</span>'}
    renderer.close()


def test_a_shelf_holds_no_more_than_it_may() -> None:
    shelf = rendering.Shelf(10_000)
    for number in range(100):
        shelf.put((str(number),), {"html": "x" * 1000})

    assert shelf.get(("0",)) is None
    assert shelf.get(("99",)) == {"html": "x" * 1000}
    assert sum(shelf.get((str(number),)) is not None for number in range(100)) == 6
