"""What `compare` asks: a Flask application with nothing in it but the server's work."""

import hashlib
import os
from collections.abc import Callable

from flask import Flask, Response, request, send_from_directory

app = Flask(__name__)
FOLDER = os.environ.get("FOLDER", ".")
STEP = 256 * 1024


@app.get("/")
@app.get("/hello")
def hello() -> str:
    return "hello"


@app.get("/small")
@app.get("/large")
def file() -> Response:
    return send_from_directory(FOLDER, request.path[1:])


@app.put("/upload/<way>")
def upload(way: str) -> str:
    """The size of the body, read in one of three ways."""
    seen = hashlib.sha256()
    if way == "readinto":
        return str(_read(lambda piece: None))
    if way == "sha256":
        return str(_read(seen.update))
    body = request.environ["wsgi.input"]
    return str(sum(map(len, iter(lambda: body.read(STEP), b""))))


def _read(see: Callable[[memoryview], None]) -> int:
    """With `readinto` where the server has it: gunicorn's own body has only `read`."""
    body, size = request.environ["wsgi.input"], 0
    if not hasattr(body, "readinto"):
        for piece in iter(lambda: body.read(STEP), b""):
            see(memoryview(piece))
            size += len(piece)
        return size
    memory = memoryview(bytearray(STEP))
    while got := body.readinto(memory):
        see(memory[:got])
        size += got
    return size
