"""`/view/ADDRESS`: the page of a file, or of a content, for people (contract sections 1, 2 and 4)."""

import shlex
from dataclasses import dataclass
from typing import BinaryIO

from flask import redirect, request
from werkzeug.wrappers import Response

from pastebin.access.gate import current_actor, gate
from pastebin.addresses import is_hash, is_uuid
from pastebin.blobs import BlobMissing
from pastebin.blueprints import receipt
from pastebin.blueprints.links import Links, links
from pastebin.blueprints.pages import render
from pastebin.blueprints.previews.preview import Content, Preview, preview
from pastebin.blueprints.web.blueprint import bp
from pastebin.errors import FileNotFound
from pastebin.extensions import store
from pastebin.services import files, secrets
from pastebin.services.actor import Actor, Scope
from pastebin.services.files import PublicBlob, StoredFile


@dataclass(frozen=True)
class ViewLinks:
    """The addresses on a page, whole URLs, with the private key where there is one.

    `here` is the content's for the page's own use: a path, so that it works
    under every name of this server.
    """

    page: str
    raw: str
    ext: str
    name: str | None
    curl: str
    here: str


@dataclass(frozen=True)
class Receipt:
    """One file of the upload that led to this page, and what it can be deleted with."""

    file: StoredFile
    direct: str
    page: str
    deletion: str


@bp.get("/view/<address>")
@gate()
def view(address: str) -> Response:
    """The page of a file (by UUID), or of a public content (by hash). An extension says in which language it is."""
    reference, _, extension = address.partition(".")
    if is_uuid(reference):
        return _view_file(reference, extension)
    if not is_hash(reference):
        raise FileNotFound
    if reference != reference.lower():
        return redirect(request.full_path.rstrip("?").replace(reference, reference.lower(), 1), 301)
    return _view_blob(reference, extension)


def _view_file(uuid: str, extension: str) -> Response:
    actor = current_actor()
    given = request.args.get("key")
    file = files.find_file(uuid, actor, secrets.decode_key(given) if given else None)
    receipts = _receipts(links())
    response = render(
        "view/file.html",
        file=file,
        is_own=actor.reads_as_owner(file.owner_id),
        links=_links_of_file(file, links(), actor),
        manage=links().manage(file),
        preview=_preview_of_file(file, extension),
        receipts=receipts,
    )
    if request.method == "GET":  # a HEAD shows nothing
        receipt.take(request, file.uuid, response)
    return response


def _view_blob(reference: str, extension: str) -> Response:
    actor = current_actor()
    blob = files.find_published(reference)
    content = Content(
        blob.kept_as, blob.size, blob.media_type, blob.charset, _names(extension, f"{blob.address}.{blob.extension}")
    )
    return render(
        "view/blob.html",
        blob=blob,
        links=_links_of_blob(blob, links()),
        preview=preview(content, lambda: _open(blob.digest, blob.size)),
        own=files.own_with_digest(actor, blob.digest) if actor.may(Scope.FILE_READ) else [],
        page_of=links().view_of_upload,
    )


def _preview_of_file(file: StoredFile, extension: str) -> Preview | None:
    """None for a file with a download limit: a look at its page must show nothing that counts as a download."""
    if file.download_limit is not None:
        return None
    names = _names(extension, file.filename, f"file.{file.extension}")
    content = Content(file.kept_as, file.size, file.media_type, file.charset, names)
    return preview(content, lambda: _open(file.digest, file.size))


def _names(extension: str, *names: str) -> tuple[str, ...]:
    return (f"file.{extension}", *names) if extension else names


def _open(digest: str, size: int) -> BinaryIO:
    try:
        return store.open(digest, size)
    except BlobMissing as fault:
        raise FileNotFound from fault


def _receipts(to: Links) -> list[Receipt]:
    """What the browser brought from its upload, as far as it holds."""
    return [
        Receipt(file, to.direct(file, with_key=True), to.view_of_upload(file), to.deletion(file, token))
        for uuid, token in receipt.read(request)
        if (file := _file_of_receipt(uuid, token)) is not None
    ]


def _file_of_receipt(uuid: str, token: str) -> StoredFile | None:
    try:
        return files.check_delete_token(uuid, token)
    except FileNotFound:
        return None


def _links_of_file(file: StoredFile, to: Links, actor: Actor) -> ViewLinks:
    """The private key goes along: whoever sees this page is the owner, or came with it."""
    key = f"?key={secrets.encode_key(file.private_key)}" if file.private_key else ""
    direct = to.direct(file, with_key=True)
    login = "-H 'Authorization: Bearer API_KEY' " if file.is_private and not key and actor.owns(file.owner_id) else ""
    return ViewLinks(
        page=to.view_of_upload(file),
        raw=to.short(file) + key,
        ext=direct,
        name=to.full(file) + key,
        curl=f"curl {login}-o {shlex.quote(file.filename)} {shlex.quote(direct)}",
        here=f"/{file.uuid}.{file.extension}{key}",
    )


def _links_of_blob(blob: PublicBlob, to: Links) -> ViewLinks:
    return ViewLinks(
        page=to.view(blob),
        raw=to.short(blob),
        ext=to.ext(blob),
        name=None,
        curl=f"curl -O {shlex.quote(to.ext(blob))}",
        here=Links("").ext(blob),
    )
