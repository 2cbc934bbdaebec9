"""What goes wrong, in the words that the caller understands (contract section 8)."""

import logging
from typing import Any

from flask import Flask, jsonify, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from pastebin.access import login, rates
from pastebin.access.current import g, is_under_api, is_under_hushfile
from pastebin.errors import (
    BadRequest,
    BodyMalformed,
    BodyTooLarge,
    EndpointNotFound,
    FileNotFound,
    InternalError,
    LoginNeeded,
    PastebinError,
    RateLimited,
    ServiceUnavailable,
    StorageFull,
)
from pastebin.errors import MethodNotAllowed as NotThisMethod
from pastebin.extensions import is_disk_full

log = logging.getLogger(__name__)

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
    shown = "not_found" if error.status == 404 and not is_under_api(request.path) else error.message
    body = {"status": False, "success": False, "code": error.code, "message": error.message, "error": shown}
    return {**error.facts, **body}


def mark(response: Response, error: PastebinError) -> Response:
    """Give an answer, in whatever words, the status and the headers of an error."""
    response.status_code = error.status
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after)
        rates.tell(response.headers, error.limit, 0, error.retry_after)
    return response


def _render(error: PastebinError, fault: HTTPException | None = None) -> Response:
    if isinstance(error, LoginNeeded):
        return _to_login()
    if isinstance(error, EndpointNotFound | NotThisMethod) and is_under_hushfile(request.path):
        error = BadRequest()
    response = mark(_rendered(error), error)
    allow = fault.valid_methods if isinstance(fault, MethodNotAllowed) and response.status_code == 405 else None
    if allow:
        response.headers["Allow"] = ", ".join(sorted(allow))
    return response


def _rendered(error: PastebinError) -> Response:
    if is_under_hushfile(request.path):
        return jsonify(_hushfile_body(error))
    if is_under_api(request.path):
        return jsonify(body_of(error))
    if _wants_line():
        prefix = "" if request.method == "PUT" else "ERROR "
        response = make_response(f"{prefix}{' '.join(error.message.split())}\n")
        response.mimetype = "text/plain"
        return response
    if "text/html" in request.headers.get("Accept", ""):
        return _page(error)
    return jsonify(body_of(error))


def _hushfile_body(error: PastebinError) -> dict[str, Any]:
    """Seed 004's own form; `totalsize` is its word for a file that is not there."""
    fileid = request.path.removeprefix("/api/file")[1:].partition("/")[0]
    body = {"fileid": fileid or None, "status": error.message}
    return {**body, "totalsize": 0} if isinstance(error, FileNotFound) and request.path.endswith("/info") else body


def _page(error: PastebinError) -> Response:
    if error.status < 500 and "Authorization" not in request.headers:
        login.who(request)  # no gate stood before a route that does not exist; the page's header says who is logged in
    return make_response(render_template("error.html", error=error))


def _to_login() -> Response:
    """On to the login, and from there back here, where that can be asked for again."""
    methods = request.url_rule.methods if request.url_rule else None
    next_page = request.full_path.rstrip("?") if methods and "GET" in methods else None
    return redirect(url_for("web.login", next=next_page), 303)


def _wants_line() -> bool:
    """Shell scripts and `curl -T` read one line."""
    return request.method == "PUT" or request.args.get("api") == "1" or g.get("wants_line", False)


def _of_werkzeug(fault: HTTPException) -> PastebinError:
    if isinstance(fault, NotFound):
        return EndpointNotFound() if is_under_api(request.path) else FileNotFound()
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
    if is_disk_full(fault):
        return StorageFull()
    if any(word in text for word in _SQLITE_BUSY):
        return ServiceUnavailable("The database is busy. Try again in a moment.")
    log.exception("database error", exc_info=fault)
    return InternalError()


def _unforeseen(fault: Exception) -> Response:
    # The route, not the URL: seeds 001 and 004 put secrets in URLs.
    log.error("unforeseen error in %s", request.endpoint, exc_info=fault)
    return _render(InternalError())
