"""`/view/ADDRESS/image`: a page's own images of what it shows, which are no views of it."""

from urllib.parse import urlencode

from flask import redirect, request
from werkzeug.wrappers import Response

from pastebin import addresses
from pastebin.access.gate import current_actor, gate
from pastebin.addresses import is_uuid
from pastebin.blueprints import delivery, transforms
from pastebin.blueprints.links import private_key
from pastebin.blueprints.transforms import Look
from pastebin.blueprints.web.blueprint import bp
from pastebin.errors import FileNotFound
from pastebin.images import recipe as recipes
from pastebin.images.recipe import THUMBNAIL
from pastebin.services import files


@bp.get("/view/<reference>/image")
@bp.get("/view/<reference>/image.<extension>")
@gate()
def picture(reference: str, extension: str | None = None) -> Response:
    """The image that the query makes of an address; without a query its thumbnail.

    For the page, and for programs that show what a link leads to: it counts no
    view. A form without JavaScript has `format`, and is led to the address.
    """
    if addresses.split(reference) != (reference, None):
        raise FileNotFound
    if "format" in request.args:
        return redirect(_address(reference, request.args["format"]), 303)
    look = _looking_for(reference, extension)
    recipe = recipes.parse(request.args, extension) or THUMBNAIL
    return transforms.deliver_derived(request, *look(), recipe, look)


def _address(reference: str, extension: str) -> str:
    """Where the image is that a form without JavaScript asks for: its fields that say something, in its format."""
    ending = f".{extension}" if extension in recipes.EXTENSIONS else ""
    fields = {name: value for name, value in request.args.items() if value and name != "format"}
    return f"/{reference}{ending}" + ("?" + urlencode(fields) if fields else "")


def _looking_for(reference: str, extension: str | None) -> Look:
    """What finds the address for whoever asks, and how it leaves: as it is at that moment."""

    def of_uuid() -> tuple[files.StoredFile, delivery.Content]:
        file = files.find_file(reference, current_actor(), private_key(request))
        return file, delivery.of_file(file, extension, None)

    def of_hash() -> tuple[files.PublicBlob, delivery.Content]:
        blob = files.find_published(reference)
        return blob, delivery.of_blob(blob, reference, extension, None)

    return of_uuid if is_uuid(reference) else of_hash
