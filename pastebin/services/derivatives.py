"""Images that are made of stored ones (contract section 4): found or made, and gone with their original."""

from collections.abc import Collection
from functools import partial

from sqlalchemy import select

from pastebin.blobs import BlobMissing
from pastebin.errors import ContentRemoved, FileNotFound, ImageUnusable, ServiceUnavailable
from pastebin.extensions import derived, now, reading, store
from pastebin.images import formats
from pastebin.images.derived import Derived, Original
from pastebin.images.pool import PoolBusy
from pastebin.images.recipe import Recipe
from pastebin.models import FileRow
from pastebin.services import files
from pastebin.services.files import LIVE, PUBLISHED, Found, PublicBlob
from pastebin.waiting import Wait

_BATCH = 500


def wanted(found: Found, recipe: Recipe) -> Recipe:
    """The recipe for this content, in its canonical spelling.

    Raises:
        ImageUnusable: it is not an image that we can open.
    """
    if not formats.is_image(found.content_type):
        raise ImageUnusable(
            f"Nothing of type {found.media_type} can be made into another picture here. Ask for it as it is: without "
            "cropx, cropy, scale, scalex, scaley or /thumb."
        )
    return recipe.resolved(formats.format_of(found.content_type))


def find(found: Found, recipe: Recipe) -> Derived | None:
    """What was made already, if it is still kept."""
    return derived.find(_original(found), recipe)


def make(found: Found, recipe: Recipe, wait: Wait, subject: str) -> Derived:
    """Make it: once, however many ask for it.

    That takes its time, and more where others wait: whoever asked must look again whether they may have it.

    Args:
        wait: how whoever asks waits.
        subject: who that is: a user or an address. Of each one image is made at a time.

    Raises:
        ImageUnusable: it cannot be made of this.
        FileNotFound: the bytes went meanwhile.
        ServiceUnavailable: too many are being made.
    """
    try:
        return derived.make(_original(found), recipe, wait, subject)
    except BlobMissing as fault:
        raise FileNotFound from fault
    except PoolBusy as fault:
        raise ServiceUnavailable("Too many images are being made at the moment. Try again in a minute.") from fault


def sweep() -> int:
    """Remove what was made of contents that are not public any more, and of files that are gone; how many."""
    return derived.sweep(_still_served)


def _still_served(names: Collection[str]) -> set[str]:
    """Of names that images are kept as: digests of public contents, and UUIDs of live files."""
    asked, served = list(names), set[str]()
    for begin in range(0, len(asked), _BATCH):
        some = asked[begin : begin + _BATCH]
        for query in (
            select(FileRow.digest).where(FileRow.digest.in_(some), PUBLISHED, LIVE),
            select(FileRow.id).where(FileRow.id.in_(some), LIVE),
        ):
            with reading() as connection:
                served.update(connection.execute(query, {"moment": now()}).scalars())
    return served


def _original(found: Found) -> Original:
    open_it, is_still = partial(store.open, found.digest, found.size), partial(_is_still, found)
    return Original(found.kept_as, found.content_type, open_it, is_still)


def _is_still(found: Found) -> bool:
    """Whether it is as public, or private, as it was when somebody began to make something of it."""
    try:
        now_found = files.find_published(found.digest) if isinstance(found, PublicBlob) else files.get(found.uuid)
    except (FileNotFound, ContentRemoved):
        return False
    return now_found.kept_as == found.kept_as
