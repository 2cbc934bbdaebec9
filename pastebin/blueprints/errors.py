"""What goes wrong, in the words that the caller understands (contract section 8)."""

import logging
from typing import Any

from flask import Flask, g, jsonify, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from pastebin.errors import (
    BodyMalformed,
    BodyTooLarge,
    EndpointNotFound,
    FileNotFound,
    InternalError,
    PastebinError,
    RateLimited,
    ServiceUnavailable,
    StorageFull,
)
from pastebin.errors import MethodNotAllowed as NotThisMethod
from pastebin.extensions import db

log = logging.getLogger(__name__)

_SQLITE_FULL = "database or disk is full"
_SQLITE_BUSY = ("locked", "busy")


def register(app: Flask) -> None:
    """Render every failure in one place.

    Dispatch is on the path, at the level of the app: a blueprint's handlers
    never see the 404 and 405 of routing.
    """
    app.register_error_handler(PastebinError, _render)
    app.register_error_handler(HTTPException, lambda fault: _render(_of_werkzeug(fault), fault))
    app.register_error_handler(OperationalError, lambda fault: _render(_of_database(fault)))
    app.register_error_handler(Exception, _unforeseen)


def body_of(error: PastebinError) -> dict[str, Any]:
    """The one JSON body of every error."""
    shown = "not_found" if error.status == 404 and not _is_api() else error.message
    body = {"status": False, "success": False, "code": error.code, "message": error.message, "error": shown}
    return {**error.facts, **body}


def _render(error: PastebinError, fault: HTTPException | None = None) -> Response:
    db.session.rollback()
    response = _rendered(error)
    response.status_code = error.status
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
    allow = fault.valid_methods if isinstance(fault, MethodNotAllowed) else None
    if allow:
        response.headers["Allow"] = ", ".join(sorted(allow))
    return response


def _rendered(error: PastebinError) -> Response:
    if _is_api():
        return jsonify(body_of(error))
    if _wants_line():
        prefix = "" if request.method == "PUT" else "ERROR "
        response = make_response(f"{prefix}{' '.join(error.message.split())}\n")
        response.mimetype = "text/plain"
        return response
    if "text/html" in request.headers.get("Accept", ""):
        return make_response(render_template("error.html", error=error))
    return jsonify(body_of(error))


def _is_api() -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def _wants_line() -> bool:
    """Shell scripts and `curl -T` read one line."""
    return request.method == "PUT" or request.args.get("api") == "1" or g.get("wants_line", False)


def _of_werkzeug(fault: HTTPException) -> PastebinError:
    if isinstance(fault, NotFound):
        return EndpointNotFound() if _is_api() else FileNotFound()
    if isinstance(fault, MethodNotAllowed):
        return NotThisMethod()
    if isinstance(fault, RequestEntityTooLarge):
        return BodyTooLarge()
    if fault.code is not None and 400 <= fault.code < 500:
        return BodyMalformed(fault.description)
    return InternalError()


def _of_database(fault: OperationalError) -> PastebinError:
    """With a full disk reads and deletes go on and uploads are told so; with a busy database, to come back."""
    text = str(fault.orig)
    if _SQLITE_FULL in text:
        return StorageFull()
    if any(word in text for word in _SQLITE_BUSY):
        return ServiceUnavailable("The database is busy. Try again in a moment.")
    log.exception("database error", exc_info=fault)
    return InternalError()


def _unforeseen(fault: Exception) -> Response:
    # The route, not the URL: seeds 001 and 004 put secrets in URLs.
    log.error("unforeseen error in %s", request.endpoint, exc_info=fault)
    return _render(InternalError())
