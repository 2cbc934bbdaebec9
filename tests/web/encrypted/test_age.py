"""What the page encrypts any age program opens, and the other way around: here Debian's."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import needs_program
from tests.web.encrypted.desk import Desk, fetch, publish
from tests.web.encrypted.keys import Key

pytestmark = [pytest.mark.browser, pytest.mark.external, pytest.mark.timeout(300)]

STEP = 64 * 1024  # age encrypts in steps of so many bytes
SIZES = [0, 1, STEP - 1, STEP, STEP + 1, 2 * STEP - 1, 2 * STEP, 2 * STEP + 1, 5 * STEP]


@pytest.fixture
def age() -> str:
    return needs_program("age")


def test_what_the_page_encrypted_age_opens_at_every_border(age: str, desk: Desk, tmp_path: Path) -> None:
    paths = [tmp_path / f"{size}.bin" for size in SIZES]
    for path, size in zip(paths, SIZES, strict=True):
        path.write_bytes(os.urandom(size))
    for path, sent in zip(paths, desk.send(*paths), strict=True):
        (tmp_path / "key").write_text(sent.key)
        opened = subprocess.run([age, "-d", "-i", tmp_path / "key"], input=fetch(sent), capture_output=True)

        assert opened.returncode == 0, (path.name, opened.stderr)
        assert opened.stdout == path.read_bytes()


def test_what_age_encrypted_the_page_opens_at_every_border(age: str, other: Desk, tmp_path: Path) -> None:
    key = Key(tmp_path)
    for size in SIZES:
        content = os.urandom(size)
        sealed = subprocess.run([age, "-r", key.public], input=content, capture_output=True, check=True).stdout
        link = f"{publish(other.url, sealed)}#{key.secret}"
        other.open(link)

        assert other.download() == (f"{link.partition('#')[0].rpartition('/')[2]}.txt", content)


@pytest.mark.parametrize(("size", "step"), [(0, 10), (1, 1000), (48, 1000), (5 * STEP, 50_001)])
def test_a_file_in_armor_opens_too(age: str, other: Desk, tmp_path: Path, size: int, step: int) -> None:
    key, content = Key(tmp_path), os.urandom(size)
    sealed = subprocess.run([age, "-a", "-r", key.public], input=content, capture_output=True, check=True).stdout
    other.open(f"{publish(other.url, sealed, step=step)}#{key.secret}")

    assert other.download()[1] == content


@pytest.mark.parametrize(
    "harm", [lambda sealed: sealed[:-40], lambda sealed: sealed + b"more\n", lambda sealed: sealed[65:]]
)
def test_armor_that_is_damaged_is_refused(
    age: str, other: Desk, tmp_path: Path, harm: Callable[[bytes], bytes]
) -> None:
    key = Key(tmp_path)
    sealed = subprocess.run([age, "-a", "-r", key.public], input=bytes(999), capture_output=True, check=True).stdout
    other.open(f"{publish(other.url, harm(sealed))}#{key.secret}")

    assert re.search("What arrived is not what was encrypted|This is no age file", other.refused())


def test_a_file_for_several_people_opens_for_each(age: str, other: Desk, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    keys = [Key(tmp_path / "one"), Key(tmp_path / "two")]
    recipients = [word for key in keys for word in ("-r", key.public)]
    sealed = subprocess.run([age, *recipients], input=b"for both", capture_output=True, check=True).stdout
    address = publish(other.url, sealed)
    for key in keys:
        other.open(f"{address}#{key.secret}")

        assert other.download()[1] == b"for both"


def test_a_file_with_a_passphrase_opens_by_it_and_by_no_other(age: str, other: Desk, tmp_path: Path) -> None:
    sealed = with_passphrase(age, tmp_path, b"behind a passphrase", "correct horse battery staple")
    other.open(publish(other.url, sealed, step=1000))
    field = other.page.get_by_label("Key or passphrase")
    field.fill("incorrect horse")
    other.page.keyboard.press("Enter")
    assert "This does not open the file: the passphrase is mistyped" in other.refused()

    field.fill("correct horse battery staple")
    other.page.keyboard.press("Enter")
    assert other.download()[1] == b"behind a passphrase"


def test_the_space_around_a_passphrase_is_a_part_of_it(age: str, other: Desk, tmp_path: Path) -> None:
    other.open(publish(other.url, with_passphrase(age, tmp_path, b"spacious", " horse  battery ")))
    other.page.get_by_label("Key or passphrase").fill(" horse  battery ")
    other.page.keyboard.press("Enter")

    assert other.download()[1] == b"spacious"


def with_passphrase(age: str, folder: Path, content: bytes, passphrase: str) -> bytes:
    """Encrypt with `age -p`, which reads passphrases from a terminal alone: so it is given one."""
    (folder / "plain").write_bytes(content)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(age, ["age", "-p", "-o", str(folder / "sealed"), str(folder / "plain")])  # noqa: S606 - no shell is meant
    for _ in ("once", "once more"):
        read_until(terminal, b":")
        os.write(terminal, f"{passphrase}\n".encode())
    read_until(terminal, None)
    assert os.waitpid(pid, 0)[1] == 0
    return (folder / "sealed").read_bytes()


def read_until(terminal: int, mark: bytes | None) -> None:
    """Read what is written to a terminal: until the mark, or until its end."""
    seen, deadline = b"", time.monotonic() + 60
    readable = select.poll()  # select() takes no descriptor above 1023, and this process may hold more
    readable.register(terminal, select.POLLIN)
    while mark is None or mark not in seen:
        assert time.monotonic() < deadline, seen
        if readable.poll(1000):
            try:
                seen += os.read(terminal, 1000)
            except OSError:  # how a terminal ends
                return
