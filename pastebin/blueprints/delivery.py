"""The one door through which stored bytes leave: type, disposition, ETag, ranges, caching, CSP (contract section 4).

Every rule about how a file is served stands here and nowhere else. `deliver`
decides from plain values and opens the bytes last, so that what it decides
can be kept and replayed by something in front of it.
"""

import base64
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from io import FileIO
from pathlib import PurePath
from wsgiref.types import WSGIEnvironment

from flask import Request
from werkzeug.datastructures import ContentRange, Headers, Range
from werkzeug.http import http_date, is_resource_modified, parse_range_header
from werkzeug.wrappers import Response

from pastebin import filetypes
from pastebin.blobs import BlobMissing
from pastebin.blueprints import lane, pages
from pastebin.blueprints.answers import ReadyAnswer, made_while_sent
from pastebin.errors import FileNotFound
from pastebin.extensions import now, settings, store
from pastebin.images.derived import Derived
from pastebin.services.encrypted import METADATA, Chunk
from pastebin.services.files import PublicBlob, StoredFile
from pastebin.services.views import Viewed

STORED_CSP = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECRET_PATHS = ("/delete/", "/verify/", "/reset/")
DATA_CSP = "default-src 'none'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Content:
    """What is to leave: which bytes, as what, under which name, and who may keep a copy.

    `expires_at` is when the URL stops leading to it, and matters to public
    content alone; `shared` is false for private, limited and keyed files;
    `whole` is true for limited ones; `replayable` where the same URL means the
    same until then, or until a file is changed or removed; what replays it
    opens it with `reopen`, where that is another way. `asked_extension` is the
    one in the URL: of its address, else of the name behind it.
    """

    open: Callable[[], FileIO]
    digest: str
    size: int
    media_type: str
    charset: str | None
    filename: str
    modified_at: datetime | None = None
    by_hash: bool = False
    expires_at: datetime | None = None
    shared: bool = True
    whole: bool = False
    replayable: bool = False
    asked_extension: str | None = None
    reopen: Callable[[], FileIO] | None = None


def of_blob(blob: PublicBlob, reference: str, extension: str | None, name: str | None) -> Content:
    """A hash address: type by the content or the URL's extension, name by the URL.

    Args:
        reference: the leading part of the digest in the URL. One that is neither
            address nor digest may come to fit several contents.
    """
    by_address = f"{blob.address}.{extension or blob.extension}"
    filename = filetypes.sanitise_filename(name) or filetypes.sanitise_filename(by_address) or blob.address
    asked = _extension_in(extension, name)
    return Content(
        partial(store.open, blob.digest, blob.size), blob.digest, blob.size, _type_by(asked) or blob.media_type,
        blob.charset, filename,
        by_hash=True, expires_at=blob.expires_at, replayable=reference in (blob.address, blob.digest),
        asked_extension=asked,
    )  # fmt: skip


def of_file(file: StoredFile, extension: str | None, name: str | None) -> Content:
    """A UUID address: the file's own type and name, where the URL does not say others."""
    filename = filetypes.sanitise_filename(name) or file.filename
    asked = _extension_in(extension, name)
    return Content(
        partial(store.open, file.digest, file.size), file.digest, file.size, _type_by(asked) or file.media_type,
        file.charset, filename,
        file.created_at, expires_at=file.expires_at, shared=file.by_hash, whole=file.download_limit is not None,
        replayable=file.by_hash, asked_extension=asked,
    )  # fmt: skip


def of_chunk(chunk: Chunk) -> Content:
    """A part of an encrypted file: opaque bytes, always whole, for whoever has its UUID."""
    filename = f"{chunk.uuid}.{'metadata' if chunk.place == METADATA else chunk.place}"
    return Content(
        partial(store.open, chunk.digest, chunk.size), chunk.digest, chunk.size, filetypes.OCTET_STREAM, None, filename,
        shared=False, whole=True,
    )  # fmt: skip


def of_derived(content: Content, image: Derived, *, is_thumbnail: bool) -> Content:
    """An image that was made of some content: it leaves where that would, as its own bytes."""
    stem = PurePath(content.filename).stem + "-thumb" * is_thumbnail
    return replace(
        content, open=image.open, reopen=image.reopen, digest=image.digest, size=image.size,
        media_type=filetypes.media_type_of(image.extension) or filetypes.OCTET_STREAM, charset=None,
        filename=filetypes.sanitise_filename(f"{stem}.{image.extension}") or content.filename, whole=False,
    )  # fmt: skip


def deliver(
    request: Request,
    content: Content,
    before_sending: Callable[[], None] | None = None,
    viewed: Viewed | None = None,
) -> Response:
    """The answer to a GET or HEAD of stored bytes.

    Args:
        before_sending: called once the bytes are open and just before an answer with them begins; may refuse.
        viewed: called after that where the answer begins with the first byte: for the whole, and for the first range.
            Called by the lane too, outside of any request, whenever it replays the whole.

    Raises:
        FileNotFound: the bytes are gone, or *before_sending* says so.
    """
    headers = headers_of(request, content)
    if content.replayable:
        _offer_replay(request, content, headers, viewed)
    etag = headers.get("ETag")
    if not content.whole and _is_unmodified(request, etag):
        return Response(status=304, headers=_for_304(headers))
    wanted = None if content.whole else _wanted_range(request, content, etag)
    if wanted is _UNSATISFIABLE:
        return _unsatisfiable(content, headers)
    start, stop = wanted or (0, content.size)
    headers["Content-Length"] = str(stop - start)
    if wanted:
        headers["Content-Range"] = ContentRange("bytes", start, stop, content.size).to_header()
    if request.method == "HEAD":
        return Response(headers=headers)
    try:
        file = content.open()
    except BlobMissing as fault:
        raise FileNotFound from fault
    try:
        if before_sending:
            before_sending()
        if viewed and start == 0:
            viewed()
        return _FileResponse(file, start, stop, 206 if wanted else 200, headers, request.environ)
    except BaseException:
        file.close()
        raise


def _offer_replay(request: Request, content: Content, headers: Headers, viewed: Viewed | None) -> None:
    """Offer the whole answer to the lane in front, where there is one, for as long as it is right to the letter."""
    offer = request.environ.get(lane.OFFER)
    if offer is None or "Vary" in headers or request.method != "GET":
        return
    until = math.inf
    if content.expires_at is not None:
        until = content.expires_at.timestamp()
        if content.by_hash:  # from then on max-age shrinks by the second
            until -= settings.CACHE_SECONDS
    whole = Headers(headers)
    whole["Content-Length"] = str(content.size)
    for_304 = _for_304(Headers(headers)).to_wsgi_list()
    again = content.reopen or content.open
    offer(lane.Card(again, content.size, whole["ETag"], whole.to_wsgi_list(), for_304, until, viewed))


def headers_of(request: Request, content: Content) -> Headers:
    """Every header of a whole answer but its length."""
    serving = filetypes.serving(content.media_type, content.charset)
    content_type, inline = serving.content_type, serving.inline and not content.whole
    headers = Headers()
    if serving.as_image_only:
        headers["Vary"] = "Sec-Fetch-Dest"
        if request.headers.get("Sec-Fetch-Dest") == "image":
            content_type = serving.as_image_only
    headers["Content-Type"] = content_type
    headers["Content-Disposition"] = filetypes.content_disposition(content.filename, inline)
    headers["Accept-Ranges"] = "none" if content.whole else "bytes"
    headers["Cache-Control"] = _caching(content, has_key="key" in request.args)
    if content.modified_at is not None:
        headers["Last-Modified"] = http_date(content.modified_at)
    if not content.whole:
        headers["ETag"] = f'"{content.digest}"'
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(content.digest)).decode()}:"
    if content.shared:
        headers["Access-Control-Allow-Origin"] = "*"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if content.shared else "same-origin"
    secure(headers)
    return headers


def deliver_archive(request: Request, filename: str, blocks: Generator[bytes, None, None]) -> Response:
    """The answer to a GET or HEAD of an archive that is made while it is sent: its asker's alone, and always whole."""
    headers = Headers()
    headers["Content-Type"] = "application/zip"
    headers["Content-Disposition"] = filetypes.content_disposition(filename, inline=False)
    headers["Accept-Ranges"] = "none"
    headers["Cache-Control"] = "private, no-store"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    secure(headers)
    return made_while_sent(request, headers, blocks)


def secure(headers: Headers) -> None:
    """What every stored byte leaves with, so that nothing in it can ever act as this site."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = STORED_CSP
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Robots-Tag"] = "noindex"


def finish(request: Request, response: Response) -> Response:
    """Give an answer that is no stored bytes (a page, JSON, a line, an error) the headers that every answer has."""
    secret_in_url = (request.query_string and "key" in request.args) or request.path.startswith(_SECRET_PATHS)
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    usual = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": PAGE_CSP if is_page else DATA_CSP,
        "Referrer-Policy": "no-referrer" if secret_in_url else "same-origin",
        "Cache-Control": "no-store",
        **({"X-Robots-Tag": "noindex"} if is_page and not pages.indexed() else {}),
    }
    present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - no dictionary: its items are pairs
    for name, value in usual.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    return response


def _extension_in(extension: str | None, name: str | None) -> str | None:
    return extension or (filetypes.extension_of_name(name) if name else None)


def _type_by(extension: str | None) -> str | None:
    """The type that an extension stands for; None where it says nothing known."""
    return filetypes.media_type_of(extension) if extension else None


def _caching(content: Content, has_key: bool) -> str:
    if has_key or not content.shared:
        return "private, no-store"
    if not content.by_hash:
        return "no-cache"
    seconds = settings.CACHE_SECONDS
    if content.expires_at is not None:
        seconds = max(0, min(seconds, int((content.expires_at - now()).total_seconds())))
    return f"public, max-age={seconds}, immutable"


def _is_unmodified(request: Request, etag: str | None) -> bool:
    """`If-None-Match` alone decides: the digest is the truth, a time is not."""
    if "If-None-Match" not in request.headers:
        return False
    return not is_resource_modified(request.environ, etag=etag, ignore_if_range=True)


def _for_304(headers: Headers) -> Headers:
    """RFC 9110 section 15.4.5: what a cache needs, and nothing about a body that is not sent."""
    # The last is for where there is no ETag. Werkzeug removes it by itself; the lane does not go through Werkzeug.
    for name in ("Content-Type", "Content-Disposition", "Last-Modified"):
        headers.remove(name)
    return headers


_UNSATISFIABLE = (-1, -1)


def _wanted_range(request: Request, content: Content, etag: str | None) -> tuple[int, int] | None:
    """The one byte range asked for as (start, stop); None for the whole; `_UNSATISFIABLE`.

    Several ranges, other units and nonsense are ignored, as RFC 9110 section 14.2 allows; and with HEAD, as it demands.
    """
    if request.method != "GET":
        return None
    asked: Range | None = parse_range_header(request.headers.get("Range"))
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or not _if_range_holds(request, etag):
        return None
    start, stop = asked.ranges[0]
    if start < 0:
        start, stop = max(0, content.size + start), content.size
    stop = content.size if stop is None else min(stop, content.size)
    return (start, stop) if start < stop else _UNSATISFIABLE


def _if_range_holds(request: Request, etag: str | None) -> bool:
    """Whether a resumed download is of the same bytes: only the strong ETag proves that."""
    condition = request.headers.get("If-Range")
    return condition is None or condition.strip() == etag


def _unsatisfiable(content: Content, headers: Headers) -> Response:
    for name in ("Content-Type", "Content-Disposition", "Repr-Digest"):
        headers.remove(name)
    headers["Content-Range"] = f"bytes */{content.size}"
    return Response("", status=416, headers=headers, content_type="text/plain; charset=utf-8")


class _FileResponse(ReadyAnswer):
    """A part of an open file, handed to the server's own sendfile where it has one."""

    automatically_set_content_length = False

    def __init__(
        self, file: FileIO, start: int, stop: int, status: int, headers: Headers, environ: WSGIEnvironment
    ) -> None:
        file.seek(start)
        wrapper = environ.get("wsgi.file_wrapper")
        # The server's wrapper sends as much as Content-Length says from where the file stands.
        body = wrapper(file) if wrapper else _pieces(file, stop - start)
        super().__init__(body, status=status, headers=headers, direct_passthrough=True)
        # Passed through directly, the body is closed by the server itself, and the file with it.


def _pieces(file: FileIO, left: int) -> Iterator[bytes]:
    """For servers without a sendfile of their own."""
    with file:
        while left > 0 and (block := file.read(min(left, 1 << 18))):
            left -= len(block)
            yield block
