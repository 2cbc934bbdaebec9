"""What this server takes from whoever asks: said on the upload form before anything is sent."""

from dataclasses import dataclass

from pastebin.access.gate import anonymous_uploads_off
from pastebin.config import DAY, HOUR, MINUTE, WEEK
from pastebin.extensions import settings
from pastebin.services import bounds, encrypted_uploads, outbox, switches, totals
from pastebin.services.actor import Actor
from pastebin.services.switches import Switch

_LIFETIMES = (
    ("10min", 10 * MINUTE, "10 minutes"),
    ("1h", HOUR, "1 hour"),
    ("1d", DAY, "1 day"),
    ("1w", WEEK, "1 week"),
    ("30d", 30 * DAY, "30 days"),
    ("365d", 365 * DAY, "1 year"),
)


@dataclass(frozen=True)
class Terms:
    """The bounds of one caller's uploads: sizes in bytes, times in seconds.

    `wants_verified` says that an account needs a confirmed e-mail address; `unconfirmed` is the one it has, while
    it could be confirmed.
    `free` is what is left of an account's storage; None where nothing bounds it.
    `lifetimes` are the choices of the form: the value of `expire`, and its words. `encrypts` says whether encrypted
    files are taken, which are nobody's; the last four are their bounds, and whether it is kept where they came from.
    """

    taken: bool
    switched_off: bool
    wants_verified: bool
    unconfirmed: str | None
    largest: int
    largest_with_account: int | None
    free: int | None
    daily_quota: int | None
    longest: int | None
    types: tuple[str, ...]
    lifetimes: tuple[tuple[str, str], ...]
    encrypts: bool
    longest_encrypted: int
    largest_encrypted: int
    quota_encrypted: int
    records_addresses: bool


def terms(actor: Actor) -> Terms:
    """What *actor* may upload."""
    wants_verified = settings.REQUIRE_VERIFIED_EMAIL
    longest = settings.ANONYMOUS_MAX_EXPIRY if actor.is_nobody else None
    return Terms(
        taken=not anonymous_uploads_off() if actor.user is None else actor.user.is_verified or not wants_verified,
        wants_verified=wants_verified,
        switched_off=Switch.FILE_CREATE in switches.on() and not (actor.user and actor.user.is_staff),
        unconfirmed=_unconfirmed(actor),
        largest=bounds.largest_body(actor),
        largest_with_account=settings.MAX_FILE_SIZE if actor.is_nobody else None,
        daily_quota=settings.ANONYMOUS_QUOTA if actor.is_nobody else None,
        free=_free(actor),
        longest=longest,
        types=settings.ALLOWED_TYPES,
        encrypts=not anonymous_uploads_off() and Switch.FILE_CREATE not in switches.on(),
        longest_encrypted=encrypted_uploads.longest_seconds(),
        largest_encrypted=min(settings.MAX_FILE_SIZE, settings.ANONYMOUS_QUOTA),
        quota_encrypted=settings.ANONYMOUS_QUOTA,
        records_addresses=settings.RECORD_ADDRESSES,
        lifetimes=tuple((value, words) for value, seconds, words in _LIFETIMES if longest is None or seconds < longest),
    )


def _free(actor: Actor) -> int | None:
    quota = None if actor.user is None else bounds.largest_storage(actor.user)
    return None if actor.user is None or quota is None else max(0, quota - totals.of(actor.user.id).size_bytes)


def _unconfirmed(actor: Actor) -> str | None:
    if actor.user is None or actor.user.is_verified or not outbox.is_open():
        return None
    return actor.user.email
