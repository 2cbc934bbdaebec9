"""Which URLs the pages have."""

from flask import jsonify, make_response, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from pastebin.access.gate import gate
from pastebin.blueprints.web.blueprint import bp
from pastebin.extensions import db, store


@bp.get("/")
@bp.get("/upload")
@gate()
def upload_form() -> Response:
    """The form that files and texts are uploaded with."""
    return make_response(render_template("upload.html"))


@bp.get("/healthz")
@gate()
def healthz() -> Response:
    """The process lives."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@gate()
def readyz() -> Response:
    """Database and store answer; else 503 names which does not."""
    failing = []
    try:
        db.session.execute(text("SELECT 1"))
        db.session.rollback()
    except SQLAlchemyError:
        failing.append("database")
    try:
        store.free_bytes()
    except OSError:
        failing.append("store")
    response = jsonify({"status": "unavailable" if failing else "ok", "failing": failing})
    response.status_code = 503 if failing else 200
    return response
