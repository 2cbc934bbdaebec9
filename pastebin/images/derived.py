"""Derived images: found, or made once, however many ask at once and in whichever process."""

import hashlib
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from io import FileIO
from threading import Lock
from typing import Final

from pastebin.errors import ImageUnusable
from pastebin.images.budget import TOO_MUCH, Budget
from pastebin.images.cache import Cache, Kept
from pastebin.images.descriptor import Descriptor
from pastebin.images.messages import TURNS
from pastebin.images.once import Once
from pastebin.images.pool import Pool, PoolBusy, Renderer, RendererEnded
from pastebin.images.recipe import Recipe
from pastebin.nameless import nameless_file, seal
from pastebin.waiting import Wait

log = logging.getLogger(__name__)

# Part of every name in the cache: a new one where the same recipe is to come out otherwise than before.
_EDITION: Final = "1"
# Work that somebody else does is waited for as long as it may take.
_LONGEST_WAIT_SECONDS: Final = 60.0
_MOST_REFUSALS: Final = 2000
_REFUSAL_SECONDS: Final = 600.0


@dataclass(frozen=True)
class Original:
    """What images are made of: under which name they are kept, what its content says that it is, and its bytes.

    `is_still` tells whether it is still there under that name: making an image takes its time.
    """

    kept_as: str
    media_type: str
    open: Callable[[], FileIO]
    is_still: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class Derived:
    """A derived image: size in bytes, SHA-256 in hex, the extension of its format.

    `open` works for as long as somebody has this; `reopen` for as long as it is kept.
    """

    size: int
    digest: str
    extension: str
    open: Callable[[], FileIO]
    reopen: Callable[[], FileIO]


class DerivedImages:
    """Those of one instance. For many threads."""

    def __init__(self, cache: Cache, pool: Pool, budget: Budget) -> None:
        self._cache = cache
        self._pool = pool
        self._budget = budget
        self._once: Once[Kept] = Once()
        self._refusals = _Refusals()
        self.rest = pool.rest

    def find(self, original: Original, recipe: Recipe) -> Derived | None:
        """An image that has been made and kept."""
        kept = self._cache.get(original.kept_as, _name(recipe))
        return None if kept is None else self._derived(kept, original, recipe)

    def make(self, original: Original, recipe: Recipe, wait: Wait, subject: str) -> Derived:
        """Make an image, or get it from whoever is making it.

        Args:
            subject: who asks: see `Pool.renderer`.

        Raises:
            ImageUnusable: it cannot be made. That is remembered for a while.
            PoolBusy: too many are being made.
        """
        key = (original.kept_as, _name(recipe))
        self._refusals.check(key)
        try:
            kept = self._once.do(key, partial(self._make, original, recipe, wait, subject), wait, _LONGEST_WAIT_SECONDS)
        except TimeoutError as fault:
            raise PoolBusy from fault
        except ImageUnusable as refusal:
            self._refusals.add(key, refusal)
            raise
        return self._derived(kept, original, recipe)

    def sweep(self, wanted: Callable[[Collection[str]], Collection[str]]) -> int:
        """Remove what was made of what is no more (see `Cache.sweep`)."""
        return self._cache.sweep(wanted)

    def held_bytes(self) -> int:
        """How many bytes of the disk are taken by those that are kept."""
        return self._cache.held_bytes()

    def _make(self, original: Original, recipe: Recipe, wait: Wait, subject: str) -> Kept:
        kept_as, name = original.kept_as, _name(recipe)
        try:
            with self._pool.renderer(wait, subject) as renderer, renderer.turn(_turn(kept_as, name), wait):
                found = self._cache.get(kept_as, name)  # another process may just have made it
                if found is None:
                    made = self._render(renderer, original, recipe, wait)
                    if original.is_still():
                        self._cache.keep(kept_as, name, made)
                    # Sent out of the folder: in memory it would be held for as long as the slowest client takes.
                    found = self._cache.get(kept_as, name) or made
                return found
        except RendererEnded as fault:
            log.info("an image was given up: making it took more than IMAGE_TIME or IMAGE_MEMORY allows, or crashed")
            log.debug("it was %s of %s", name, kept_as)
            raise ImageUnusable(TOO_MUCH) from fault

    def _render(self, renderer: Renderer, original: Original, recipe: Recipe, wait: Wait) -> Kept:
        begun = time.monotonic()
        with original.open() as source, nameless_file("image") as into:
            extension = renderer.render(source, original.media_type, recipe, self._budget, into, wait)
            kept = _sealed(into, extension)
            milliseconds = (time.monotonic() - begun) * 1000
            log.debug("made %s of %s: %d bytes in %.0f ms", recipe, original.kept_as, kept.size, milliseconds)
            return kept

    def _derived(self, kept: Kept, original: Original, recipe: Recipe) -> Derived:
        reopen = partial(self._cache.open, original.kept_as, _name(recipe))
        return Derived(kept.size, kept.digest, kept.extension, kept.descriptor.open, reopen)


class _Refusals:
    """What could not be made lately, so that it is not tried again for everybody who asks."""

    def __init__(self) -> None:
        # What they say, not the exceptions: these would keep all that was there when they were raised, requests too.
        self._known: OrderedDict[tuple[str, str], tuple[str, dict[str, object], float]] = OrderedDict()
        self._lock = Lock()

    def check(self, key: tuple[str, str]) -> None:
        """Refuse what is known not to work.

        Raises:
            ImageUnusable: as before.
        """
        with self._lock:
            message, facts, until = self._known.get(key, ("", {}, 0.0))
        if until > time.monotonic():
            raise ImageUnusable(message, **facts)

    def add(self, key: tuple[str, str], refusal: ImageUnusable) -> None:
        """Remember."""
        with self._lock:
            self._known[key] = refusal.message, refusal.facts, time.monotonic() + _REFUSAL_SECONDS
            self._known.move_to_end(key)
            while len(self._known) > _MOST_REFUSALS:
                self._known.popitem(last=False)


def _sealed(made: FileIO, extension: str) -> Kept:
    """What was made, and its digest: over bytes that whoever made them cannot change afterwards."""
    try:
        seal(made)
    except OSError as fault:
        raise RendererEnded from fault
    made.seek(0)
    digest = hashlib.file_digest(made, "sha256").hexdigest()
    return Kept(Descriptor.of(made), os.fstat(made.fileno()).st_size, digest, extension)


def _name(recipe: Recipe) -> str:
    return f"{recipe}.{_EDITION}"


def _turn(kept_as: str, name: str) -> int:
    """The number under which all processes of this machine take turns at an image."""
    return int.from_bytes(hashlib.sha256(f"{kept_as}.{name}".encode()).digest()[:8], "big") % TURNS
