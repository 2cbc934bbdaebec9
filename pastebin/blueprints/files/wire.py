"""Addresses and answers of the plain protocol: what a path means, and what an upload is told."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Request, redirect
from werkzeug.wrappers import Response

from pastebin import addresses
from pastebin.addresses import is_uuid
from pastebin.blueprints import receipt
from pastebin.blueprints.answers import ReadyAnswer
from pastebin.blueprints.links import Links
from pastebin.blueprints.representation import describe_uploads, render_json, upload_headers
from pastebin.errors import FileNotFound
from pastebin.services.uploads import Uploaded

URL_FIELDS = ("Location", "X-Delete-URL")
"""The fields in which two answers of `render_url` differ."""


@dataclass(frozen=True)
class Address:
    """What the first segment of a path says: a reference (hash or UUID), and the extension behind its first dot."""

    reference: str
    extension: str | None

    @property
    def is_uuid(self) -> bool:
        """Whether it names one upload rather than a content."""
        return is_uuid(self.reference)

    @property
    def in_lower_case(self) -> bool:
        """Whether it is spelled as links spell it."""
        return self.reference == self.reference.lower()


def parse_address(segment: str) -> Address:
    """The address in a path's first segment.

    Raises:
        FileNotFound: it has the form of none.
    """
    parts = addresses.split(segment)
    if parts is None:
        raise FileNotFound
    reference, extension = parts
    return Address(reference, extension.lower() if extension else None)


def in_lower_case(request: Request, address: Address) -> str:
    """The same path and query with the address as links spell it."""
    path = quote(request.path, safe="/:@!$&'()*+,;=").replace(address.reference, address.reference.lower(), 1)
    query = request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path


def render_page(request: Request, uploads: list[Uploaded], links: Links) -> Response:
    """For people: on to the page of the (first) file, with a receipt that shows the deletion links there once."""
    is_browser = "text/html" in request.headers.get("Accept", "")
    # A browser stays under the name by which it came: our pages' forms may lead to no other (form-action 'self').
    response = redirect((Links("") if is_browser else links).view_of_upload(uploads[0].file), 303)
    if not is_browser:  # whoever it is reads what stands here
        response.data = "".join(links.direct(uploaded.file, with_key=True) + "\n" for uploaded in uploads)
        response.mimetype = "text/plain"
    receipt.give(response, uploads)
    response.headers["X-Delete-URL"] = links.deletion(uploads[0].file, uploads[0].delete_token)
    return response


def render_lines(uploads: list[Uploaded], links: Links) -> Response:
    """For shell scripts: `OK HASH`, a line each."""
    lines = "".join(f"OK {uploaded.file.reference}\n" for uploaded in uploads)
    return _text(lines, 200, upload_headers(uploads[0], links))


def render_url(uploaded: Uploaded, links: Links) -> Response:
    """For `curl -T`: the file's URL and a newline."""
    body, fields = told_by_url(uploaded, links)
    return _text(body, 201, fields)


def told_by_url(uploaded: Uploaded, links: Links) -> tuple[bytes, dict[str, str]]:
    """The body and the header fields of `render_url`. Those of `URL_FIELDS` are never the same twice."""
    fields = upload_headers(uploaded, links)
    return f"{fields['Location']}\n".encode(), fields


def render_stored(uploads: list[Uploaded], links: Links) -> Response:
    """For seed 000: the JSON of section 3, with the bare UUID as `id`."""
    body = describe_uploads(uploads, links)
    for about in (body, *body.get("files", ())):
        about["id"] = about["uuid"]
    return render_json(body, headers=upload_headers(uploads[0], links))


def _text(text: str | bytes, status: int, headers: dict[str, str]) -> Response:
    return ReadyAnswer(text, status=status, headers=headers, content_type="text/plain; charset=utf-8")
