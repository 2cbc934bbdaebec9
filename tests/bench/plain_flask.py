"""The application that a reader of Flask's documentation would write first.

`request.files`, `save`, `send_file`: no hashing, no database, nothing durable.
It runs under the pastebin's own gunicorn settings; what is left between the
two is the program.
"""

import os
import uuid
from pathlib import Path

from flask import Flask, Response, request, send_file

FOLDER = Path(os.environ["PLAIN_FLASK_FOLDER"])

app = Flask(__name__)


@app.get("/healthz")
def health() -> Response:
    """Tell that the process lives."""
    return Response("ok\n", mimetype="text/plain")


@app.post("/api/upload")
def upload() -> tuple[dict[str, object], int]:
    """Save the form's file under a new name."""
    name = uuid.uuid4().hex
    request.files["file"].save(FOLDER / name)
    return {"status": True, "hash": name}, 201


@app.get("/<name>")
def download(name: str) -> Response:
    """Send a saved file, or 304 to whoever has it."""
    return send_file(FOLDER / name, mimetype="text/plain", conditional=True, max_age=3600)
