"""docs/hushfile.md, "From a shell": what stands there works as it stands there, with Debian's age and curl."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.live import hush
from tests.live.client import Caller
from tests.programs import needs_program
from tests.running import ROOT, Server

pytestmark = pytest.mark.external

NAME = 'a "quoted" \\ name.pdf'
SCRIPTS = dict(
    re.findall(r"^```sh\n# (\w+)\n(.*?)^```", (ROOT / "docs" / "hushfile.md").read_text("utf-8"), re.M | re.S)
)


def run(script: str, folder: Path, **variables: str) -> str:
    """Run a script of the page in a folder, and stop where one of its lines fails; what it prints."""
    for program in ("age", "age-keygen", "curl"):
        needs_program(program)
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, env={**os.environ, **variables}, capture_output=True,
        text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 100_000, 20_000_000])
def test_a_file_goes_up_and_comes_down_by_the_scripts_of_the_page(server: Server, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / NAME).write_bytes(content)

    link = run(SCRIPTS["upload"], tmp_path, HOST=server.url, FILE=NAME).strip()
    told = run(SCRIPTS["download"], tmp_path, LINK=link, FILE="copy.pdf")

    assert re.fullmatch(rf"{server.url}/[0-9a-f-]{{36}}#AGE-SECRET-KEY-1[0-9A-Z]+", link)
    assert (tmp_path / "copy.pdf").read_bytes() == content
    assert json.loads(told) == {"filename": NAME, "filesize": size}
    assert not size or all(content not in path.read_bytes() for path in server.instance.rglob("*") if path.is_file())


def test_the_delete_line_of_the_page_deletes(server: Server, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    link = run(SCRIPTS["upload"], tmp_path, HOST=server.url, FILE="x").strip()
    page = (ROOT / "docs" / "hushfile.md").read_text("utf-8")
    line = next(line for line in page.splitlines() if line.startswith("$ curl -X DELETE"))
    uuid = link.partition("#")[0].rpartition("/")[2]

    told = run(f"curl -sS {line.removeprefix('$ curl')}", tmp_path, HOST=server.url, ID=uuid)

    assert '"deleted":true' in told.replace(" ", "")


@pytest.mark.slow
def test_what_was_altered_is_no_file_afterwards(server: Server, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(os.urandom(200_000))
    link = run(SCRIPTS["upload"], tmp_path, HOST=server.url, FILE="x").strip()
    (chunk,) = (path for path in (server.instance / "blobs").glob("??/*") if path.stat().st_size > 200_000)
    chunk.chmod(0o640)
    with chunk.open("r+b") as file:
        file.seek(150_000)
        file.write(b"altered")

    with pytest.raises(AssertionError, match="authenticate payload chunk"):
        run(SCRIPTS["download"], tmp_path, LINK=link, FILE="copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.slow
@pytest.mark.parametrize("places", [[0], [0, 1, 2], [2, 5]], ids=["one", "in order", "with gaps"])
def test_the_lines_on_the_page_of_a_file_decrypt_it(server: Server, tmp_path: Path, places: list[int]) -> None:
    content = os.urandom(100_000)
    (tmp_path / "x").write_bytes(content)
    run("age-keygen -o key.txt 2> /dev/null; age -e -i key.txt x > sealed", tmp_path)
    run("""echo '{"filename": "x"}' | age -e -i key.txt > metadata""", tmp_path)
    sealed = (tmp_path / "sealed").read_bytes()
    step = -(-len(sealed) // len(places))
    with Caller(server) as nobody:
        begun = hush.begin(nobody)
        begun.put(nobody, "metadata", (tmp_path / "metadata").read_bytes())
        for number, place in enumerate(places):
            begun.put(nobody, place, sealed[number * step : (number + 1) * step])
        assert begun.finish(nobody, *places).status == 200
        page = nobody.get(f"/{begun.id}", Accept="text/html").body.decode()

    lines = html.unescape(re.findall(r'<code id="by-hand">(.*?)</code>', page, re.S)[0])
    run(lines.replace("FILE", "copy"), tmp_path)

    assert (tmp_path / "copy").read_bytes() == content


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "said"),
    [({"MAX_FILE_SIZE": 1000}, "The file is larger than"), ({"ANONYMOUS_UPLOADS": "off"}, "Nobody may upload here")],
)
def test_what_the_server_refuses_is_said_and_gives_no_link(make_server, tmp_path: Path, settings, said: str) -> None:
    server = make_server(**settings, MAX_CHUNK_SIZE=1000)
    (tmp_path / "x").write_bytes(bytes(5000))

    with pytest.raises(AssertionError, match=said) as refused:
        run(SCRIPTS["upload"], tmp_path, HOST=server.url, FILE="x")
    assert "#AGE-SECRET" not in str(refused.value)


@pytest.mark.slow
def test_chunks_are_as_large_as_the_server_takes_them(make_server, tmp_path: Path) -> None:
    server = make_server(MAX_CHUNK_SIZE=20_000)
    (tmp_path / "x").write_bytes(os.urandom(50_000))
    link = run(SCRIPTS["upload"], tmp_path, HOST=server.url, FILE="x").strip()
    run(SCRIPTS["download"], tmp_path, LINK=link, FILE="copy")

    assert (tmp_path / "copy").read_bytes() == (tmp_path / "x").read_bytes()
    with pytest.raises(AssertionError, match="no such file here"):
        run(SCRIPTS["download"], tmp_path, LINK=link.replace("-4", "-5"), FILE="other")
