"""The process that renders what a stranger wrote: one job after the other, each within a bound on its time.

Started by `rendering`, which speaks to it in messages: 8 bytes of length, then
JSON. It ends when its input does. Whatever goes wrong in a job ends it too;
the next job gets a new one.

Limits on size alone would not do. Measured with Pygments 2.21: 256 KiB of our
own Python take 0.35 s; 32 KiB of `/` as C take 10 s, of `"\\` as JavaScript
5 s, of `&` as HTML 4 s, and all of them four times that for twice as many.
"""

import json
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from pastebin import confinement
from pastebin.blueprints.previews import highlighting, markdown
from pastebin.blueprints.previews.job import CPU_SECONDS, LENGTH

_MOST_MEMORY_BYTES: Final = 512 << 20


def _highlight(job: dict[str, Any]) -> dict[str, Any]:
    found = highlighting.highlight(job["text"], job["names"])
    return {"language": found.language, "html": "\n".join(found.lines)} if found else {}


def _markdown(job: dict[str, Any]) -> dict[str, Any]:
    return {"html": markdown.render(job["text"])}


_JOBS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {"highlight": _highlight, "markdown": _markdown}


def main() -> None:
    """Work until the input ends."""
    confinement.confine(_MOST_MEMORY_BYTES)
    while (job := _read(sys.stdin.buffer)) is not None:
        confinement.begin_job(CPU_SECONDS)
        answer = _JOBS[job["kind"]](job)
        confinement.end_job()
        _write(sys.stdout.buffer, answer)


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    job: dict[str, Any] = json.loads(stream.read(LENGTH.unpack(head)[0]))
    return job


def _write(stream: BinaryIO, answer: dict[str, Any]) -> None:
    body = json.dumps(answer, ensure_ascii=False).encode()
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
