"""The bytes of an address, as they are or as its query wants them (seed 000; contract section 4)."""

from collections.abc import Callable

from flask import Request
from werkzeug.wrappers import Response

from pastebin import waiting
from pastebin.access import rates
from pastebin.access.gate import current_actor
from pastebin.access.rates import Limit
from pastebin.blueprints import delivery
from pastebin.blueprints.delivery import Content
from pastebin.errors import ImageUnusable
from pastebin.images import recipe as recipes
from pastebin.images.recipe import THUMBNAIL, Recipe
from pastebin.services import derivatives
from pastebin.services.files import Found, StoredFile
from pastebin.services.views import Viewed

Look = Callable[[], tuple[Found, Content]]


def deliver(
    request: Request,
    found: Found,
    content: Content,
    look: Look,
    before_sending: Callable[[], None] | None = None,
    viewed: Viewed | None = None,
) -> Response:
    """The answer to a GET or HEAD of an address: the bytes, unchanged, or the image that the query makes of them.

    Args:
        look: finds what the address means for whoever asks, and how it would leave, once more.
        before_sending: see `delivery.deliver`; of the unchanged bytes alone.
        viewed: see `delivery.deliver`.

    Raises:
        FieldsInvalid, ImageUnusable: nonsense in the query, or nothing that this can be done with.
    """
    recipe = recipes.parse(request.args, content.asked_extension)
    if recipe is None:
        return delivery.deliver(request, content, before_sending, viewed)
    return deliver_derived(request, found, content, recipe, look, viewed)


def deliver_derived(
    request: Request,
    found: Found,
    content: Content,
    recipe: Recipe,
    look: Look,
    viewed: Viewed | None = None,
) -> Response:
    """The answer to a GET or HEAD of an image that a recipe makes of stored bytes.

    Args:
        look: see `deliver`.
        viewed: see `delivery.deliver`; a thumbnail is no view.

    Raises:
        ImageUnusable: it cannot be made of this.
        RateLimited: it has to be made, and that was asked for too often.
    """
    _check_limit(found)
    resolved = derivatives.wanted(found, recipe)
    derived = derivatives.find(found, resolved)
    if derived is None:
        if rates.wanted() is None:  # under /api a place is taken already
            rates.take(Limit.GENERAL, current_actor())
        rates.count_in_any_case()
        wait = waiting.way_of(request.environ)
        derived = derivatives.make(found, resolved, wait, rates.subject_of(current_actor()))
        # While it was waited for, it may have been deleted, hidden, or limited.
        found, content = look()
        _check_limit(found)
    return delivery.deliver(
        request, delivery.of_derived(content, derived, is_thumbnail=recipe == THUMBNAIL), viewed=viewed
    )


def _check_limit(found: Found) -> None:
    """What is served only so many times, and only whole, is not given away in another size."""
    if not isinstance(found, StoredFile) or found.download_limit is None:
        return
    if not current_actor().reads_as_owner(found.owner_id):
        raise ImageUnusable("A file with a download limit is served only whole. Ask for it without changing it.")
