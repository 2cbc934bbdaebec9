"""What this server takes and what it keeps of people, told from the settings in force."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from pastebin.access.gate import current_actor, gate
from pastebin.access.session_cookie import cookie_name
from pastebin.blueprints import intake
from pastebin.blueprints.form_events import MOST_PARTS
from pastebin.blueprints.pages import indexable, render
from pastebin.blueprints.web.blueprint import bp, mail_works
from pastebin.blueprints.web.site import operator_mailbox
from pastebin.blueprints.web.terms import terms
from pastebin.config import DAY, SETTINGS, Rate
from pastebin.extensions import settings
from pastebin.services import bounds, encrypted_uploads, names


@dataclass(frozen=True)
class RateLimit:
    """How often something may be done: *count* times in *seconds*."""

    about: str
    count: int
    seconds: int


@bp.get("/limits")
@gate()
@indexable("What this server takes: sizes, types, how long files are kept, and how often one may ask.")
def limits() -> Response:
    """What is taken here, from whoever asks."""
    actor = current_actor()
    return render(
        "limits.html", terms=terms(actor), settings=settings, rates=rate_limits(),
        quota=bounds.largest_storage(actor.user) if actor.user else settings.USER_QUOTA,
        most_files=intake.MOST_FILES, most_parts=MOST_PARTS, most_chunks=encrypted_uploads.MOST_CHUNKS,
        chunk_largest=bounds.largest_chunk(), longest_name=names.LONGEST,
    )  # fmt: skip


@bp.get("/privacy")
@gate()
@indexable("What this server keeps of the people who use it, for how long, and who can read it.")
def privacy() -> Response:
    """What is kept of whom."""
    return render(
        "privacy.html", settings=settings, operator=operator_mailbox(), cookie=cookie_name(request),
        longest_count=_longest_count(),
    )  # fmt: skip


def _longest_count() -> int:
    """For how many seconds an address stands in a count at most."""
    by_address = (
        settings.API_RATE, settings.LOGIN_RATE, settings.REGISTER_RATE, settings.MAIL_RATE, settings.PRIVATE_KEY_RATE,
    )  # fmt: skip
    return max([DAY, *(rate.seconds for rate in by_address if settings.RATE_LIMITS)])


def rate_limits() -> list[RateLimit]:
    """Every rate limit in force, by what the settings say of it; none where they are off."""
    if not settings.RATE_LIMITS:
        return []
    set_to = {name: getattr(settings, name) for name in SETTINGS}
    return [
        RateLimit(SETTINGS[name].about, rate.count, rate.seconds)
        for name, rate in set_to.items()
        if isinstance(rate, Rate) and (name != "MAIL_RATE" or mail_works())
    ]
