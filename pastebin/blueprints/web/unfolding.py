"""What a link to a page unfolds to in a chat (OpenGraph); for what is for everybody, never for what has rules."""

from dataclasses import dataclass

from pastebin.blueprints.links import Links
from pastebin.blueprints.previews.preview import Preview
from pastebin.blueprints.previews.text import MOST_BEGINNING
from pastebin.blueprints.web.wording import size
from pastebin.images.formats import is_image
from pastebin.images.recipe import THUMBNAIL, Size
from pastebin.services.files import Found, PublicBlob, StoredFile


@dataclass(frozen=True)
class Card:
    """What stands in the page's head for programs that show what a link leads to."""

    title: str
    url: str
    description: str
    image: str | None

    @property
    def image_size(self) -> Size | None:
        """Of the image, in pixels."""
        return THUMBNAIL.cover


def of_file(file: StoredFile, preview: Preview | None, to: Links) -> Card | None:
    """The card of a file, None where it is not for everybody."""
    if not file.by_hash:
        return None
    image = to.thumbnail(file, with_key=False)
    return Card(file.name or file.filename, to.view_of_upload(file), _description(file, preview), image)


def of_blob(blob: PublicBlob, preview: Preview, to: Links) -> Card:
    """The card of a content. Its image is the page's own: one by its address would count as a view."""
    image = f"{to.view(blob)}/image" if is_image(blob.content_type) else None
    return Card(f"{blob.address}.{blob.extension}", to.view(blob), _description(blob, preview), image)


def _description(found: Found, preview: Preview | None) -> str:
    facts = f"{found.media_type}, {size(found.size)}"
    beginning = preview.source.beginning if preview and preview.source else ""
    words = f"{facts}: {beginning}" if beginning else facts
    return words if len(words) <= MOST_BEGINNING else f"{words[: MOST_BEGINNING - 1].rstrip(' …')}…"
