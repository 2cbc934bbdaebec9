"""The JSON of `/api`."""

from werkzeug.wrappers import Response

from pastebin import filetypes
from pastebin.blueprints.links import Links
from pastebin.blueprints.representation import describe_uploads, render_json, upload_headers
from pastebin.services.uploads import Uploaded


def render_uploads(uploads: list[Uploaded], links: Links) -> Response:
    """An upload of one file or several."""
    return render_json(describe_uploads(uploads, links), 201, upload_headers(uploads[0], links))


def render_client_file(name: str, text: str) -> Response:
    """A file to save: an attachment."""
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = filetypes.content_disposition(name, inline=False)
    return response
