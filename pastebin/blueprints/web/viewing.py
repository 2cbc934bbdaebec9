"""`/view/ADDRESS`: the page of a file, or of a content, for people (contract sections 1, 2 and 4)."""

from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from pastebin import filetypes
from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.addresses import is_hash, is_uuid
from pastebin.blobs import BlobMissing
from pastebin.blueprints import receipt
from pastebin.blueprints.languages import LANGUAGES
from pastebin.blueprints.links import Links, links, private_key
from pastebin.blueprints.pages import person, render, render_again
from pastebin.blueprints.previews.preview import LARGEST_SHOWN_TEXT, Content, Preview, preview
from pastebin.blueprints.web import editing, unfolding, view_links
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.forms import FileForm
from pastebin.errors import FieldsInvalid, FileNotFound
from pastebin.extensions import store
from pastebin.images.formats import is_image
from pastebin.services import files, management
from pastebin.services.actor import ActorKind, Scope
from pastebin.services.files import Found, StoredFile
from pastebin.services.management import Reference
from pastebin.services.switches import Switch

_SAVED = "saved"


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
    by_uuid = is_uuid(reference)
    if not by_uuid and not is_hash(reference):
        raise FileNotFound
    if not by_uuid and reference != reference.lower():
        return redirect(request.full_path.rstrip("?").replace(reference, reference.lower(), 1), 301)
    if "language" in request.args:
        return redirect(_in_language(reference, request.args["language"]), 303)
    return _view_file(reference, extension) if by_uuid else _view_blob(reference, extension)


@bp.post("/view/<uuid:uuid>")
@gate(needs=Needs.PERSON, token=Token.FORM, switch=Switch.FILE_MODIFY)
def change_viewed(uuid: UUID) -> Response:
    """Change a file of one's own on its page."""
    reach = management.own(person())
    file, form = management.find(reach, Reference(str(uuid))), FileForm()
    try:
        changed = editing.save(reach, file, form)
    except FieldsInvalid as error:
        return render_again("view/file.html", form, error, {**_page_of_file(file, ""), "form": form})
    page = Links("").view_of_upload(changed)
    return redirect(f"{page}{'&' if '?' in page else '?'}{_SAVED}=1", 303)


def _in_language(reference: str, language: str) -> str:
    """The address that shows a text in a language, named by an extension; without one in the one that is guessed."""
    extension = f".{language}" if filetypes.extension_of_name(f"file.{language}") == language else ""
    key = request.args.get("key")
    query = "?" + urlencode({"key": key}) if key else ""
    return f"/view/{reference}{extension}{query}"


def _view_file(uuid: str, extension: str) -> Response:
    file = files.find_file(uuid, current_actor(), private_key(request))
    response = render("view/file.html", **_page_of_file(file, extension))
    if request.method == "GET":  # a HEAD shows nothing
        receipt.take(request, file.uuid, response)
    return response


def _page_of_file(file: StoredFile, extension: str) -> dict[str, object]:
    """All that its template needs."""
    actor = current_actor()
    is_own = actor.reads_as_owner(file.owner_id)
    shown = _preview_of_file(file, extension)
    return {
        "file": file,
        "is_own": is_own,
        "links": view_links.of_file(file, links(), actor),
        "manage": links().manage(file),
        "preview": shown,
        "receipts": _receipts(links()),
        "card": unfolding.of_file(file, shown, links()),
        "form": editing.form_of(file) if is_own else None,
        "lifetimes": editing.LIFETIMES,
        "is_saved": is_own and _SAVED in request.args,
        "for_staff": not is_own and actor.kind is ActorKind.SESSION and actor.may(Scope.STAFF_READ_FILES),
        **_showing(file, extension),
    }


def _view_blob(reference: str, extension: str) -> Response:
    actor = current_actor()
    blob = files.find_published(reference)
    content = Content(
        blob.kept_as, blob.size, blob.media_type, blob.charset, _names(extension, f"{blob.address}.{blob.extension}"),
        blob.content_type, extension,
    )  # fmt: skip
    shown = preview(content, lambda: _open(blob.digest, blob.size))
    return render(
        "view/blob.html",
        blob=blob,
        links=view_links.of_blob(blob, links()),
        preview=shown,
        own=files.own_with_digest(actor, blob.digest) if actor.may(Scope.FILE_READ) else [],
        page_of=links().view_of_upload,
        card=unfolding.of_blob(blob, shown, links()),
        **_showing(blob, extension),
    )


def _showing(found: Found, extension: str) -> dict[str, object]:
    """How it is shown, as the visitor chose, and what else may be chosen."""
    return {
        "extension": extension,
        "as_source": request.args.get("as") == "source",
        "languages": LANGUAGES,
        "transformable": is_image(found.content_type),
        "largest_text": LARGEST_SHOWN_TEXT,
    }


def _preview_of_file(file: StoredFile, extension: str) -> Preview | None:
    """None for a file with a download limit: a look at its page must show nothing that counts as a download."""
    if file.download_limit is not None:
        return None
    names = _names(extension, file.filename, f"file.{file.extension}")
    content = Content(file.kept_as, file.size, file.media_type, file.charset, names, file.content_type, extension)
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
