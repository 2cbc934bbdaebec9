"""The bytes that are sent: small texts and one big file, never the same twice."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SMALL_BYTES = 2048
BLOCK_BYTES = 64 * 1024 * 1024
SALT_BYTES = 16
STEP_BYTES = 1024 * 1024

_BOUNDARY = "-----------------bench5f0c1b7a93d24e68"


def small_texts(label: str) -> Callable[[], bytes]:
    """A maker of texts of SMALL_BYTES, different at each call; *label* keeps two makers apart."""
    salt = f"{label} {os.urandom(12).hex()} "
    filling = os.urandom(SMALL_BYTES).hex()
    serial = 0

    def make() -> bytes:
        nonlocal serial
        serial += 1
        return f"{salt}{serial:012d} {filling}"[:SMALL_BYTES].encode()

    return make


@dataclass(frozen=True)
class BigFile:
    """A file of random bytes: one block over and over, each time behind another salt."""

    block: bytes
    size: int
    salt: bytes

    def steps(self) -> Iterator[bytes | memoryview]:
        """The content in pieces that a socket takes well, none of them copied."""
        left = self.size
        rest_of_block = memoryview(self.block)[SALT_BYTES:]
        for number in range(-(-self.size // BLOCK_BYTES)):
            first = (self.salt + number.to_bytes(4, "big"))[-SALT_BYTES:]
            yield first[:left]
            left -= min(left, SALT_BYTES)
            for start in range(0, min(left, len(rest_of_block)), STEP_BYTES):
                yield rest_of_block[start : start + min(STEP_BYTES, left)]
                left -= min(left, STEP_BYTES, len(rest_of_block) - start)

    def sha256(self) -> str:
        """The digest that a server has to answer, 64 hex digits."""
        digest = hashlib.sha256()
        for step in self.steps():
            digest.update(step)
        return digest.hexdigest()


class BigFiles:
    """Makes big files of one size that share a block, so that making one costs nothing."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._block = os.urandom(BLOCK_BYTES)

    def next(self) -> BigFile:
        """A file that was never sent before."""
        return BigFile(self._block, self.size, os.urandom(SALT_BYTES))


@dataclass(frozen=True)
class Form:
    """What stands around a file's bytes in a multipart request: *head* before them, *tail* after."""

    head: bytes
    tail: bytes


def put_head(host: str, filename: str, size: int) -> bytes:
    """What stands before a file's bytes in a PUT, as one keep-alive HTTP/1.1 request."""
    return f"PUT /{filename} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nContent-Length: {size}\r\n\r\n".encode()


def form(host: str, path: str, size: int, filename: str, media_type: str) -> Form:
    """A browser-like form with one part `file` of *size* bytes, as one keep-alive HTTP/1.1 request."""
    part = (
        f"--{_BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n"
    ).encode()
    tail = f"\r\n--{_BOUNDARY}--\r\n".encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\n"
        f"Content-Length: {len(part) + size + len(tail)}\r\n\r\n"
    ).encode()
    return Form(head + part, tail)
