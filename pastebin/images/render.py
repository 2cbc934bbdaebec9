"""Pillow doing what a recipe says, within a budget. For a process of its own: the budget is kept for all of it."""

import errno
import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

from PIL import Image, ImageCms
from PIL.Image import Transpose
from PIL.ImageFile import ImageFile

from pastebin.errors import ImageUnusable
from pastebin.images import colours, encoding, pixels
from pastebin.images.budget import TOO_MUCH, Budget
from pastebin.images.formats import TRAITS, format_of
from pastebin.images.frames import Frame
from pastebin.images.opening import (
    QUARTER_TURNS,
    clear_default_image,
    first_frame_of,
    frames_of,
    opened,
    plays_of,
    turn_of,
)
from pastebin.images.recipe import Format, Recipe, Size


@dataclass(frozen=True)
class Made:
    """What was made: its format, its size in pixels, its frames (1 for what does not move)."""

    format: Format
    size: Size
    frames: int


def render(
    source: BinaryIO,
    media_type: str,
    recipe: Recipe,
    budget: Budget,
    into: BinaryIO,
    before_working_on: Callable[[int], None] = lambda _pixels: None,
) -> Made:
    """Make a picture of an image.

    EXIF orientation is applied, and nothing of the original's metadata is in
    the result but its colour profile. An animation stays one where the format
    can hold it; of others, and to cover a box, the first frame alone is made.

    Args:
        source: the original, seekable; left open.
        media_type: as it was sniffed; nothing else is tried.
        into: written to once everything has succeeded.
        before_working_on: called with the pixels of a frame before it is decoded, and again before one is made.

    Raises:
        ImageUnusable: no image, a broken or too large one, or a recipe that does not fit it. Nothing is written.
        OSError: the disk under *source* failed.
    """
    made = io.BytesIO()
    with _blaming_the_image():
        with opened(source, media_type, budget) as image:
            budget.check_original(Size(*image.size), frames_of(image))
            before_working_on(Size(*image.size).pixels)
            plan = _planned(image, media_type, recipe)
            if not recipe.cover:  # whose size is ours, and small
                _check(plan, budget, recipe)
            before_working_on(plan.upright.pixels)
            _write(image, plan, made)
    _write_whole(made, into)
    return Made(plan.format, plan.upright, plan.frames)


def _write_whole(made: io.BytesIO, into: BinaryIO) -> None:
    """Write it to the last byte: a file that may not grow takes a part, and says so at the next."""
    left = made.getbuffer()
    try:
        while left:
            left = left[into.write(left) :]
    except OSError as fault:
        raise ImageUnusable(
            "What would come of this has too many bytes. Ask for a smaller picture, or for another format."
        ) from fault


# What Pillow and the libraries beneath have been seen to raise on broken bytes.
_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
)


_OF_THE_DISK: Final = (errno.EIO, errno.ESTALE)


@contextmanager
def _blaming_the_image() -> Iterator[None]:
    """What goes wrong is the image's fault, but where a disk fails. Messages of libraries help nobody who sent one."""
    try:
        yield
    except ImageUnusable:
        raise
    except Image.DecompressionBombError as fault:
        raise ImageUnusable("The image has more pixels than can be transformed here.") from fault
    except MemoryError as fault:
        raise ImageUnusable(TOO_MUCH) from fault
    except _FAULTS as fault:
        if isinstance(fault, OSError) and fault.errno in _OF_THE_DISK:
            raise
        raise ImageUnusable from fault


@dataclass(frozen=True)
class _Plan:
    """A recipe applied to one image: what is cut off its stored axes, what it becomes, and how it is turned then."""

    format: Format
    frames: int
    margins: tuple[float, float]
    upright: Size
    turn: Transpose | None
    alpha: bool

    @property
    def stored(self) -> Size:
        """The size of a frame before it is turned."""
        return self.upright.lying if self.turn in QUARTER_TURNS else self.upright


def _planned(image: ImageFile, media_type: str, recipe: Recipe) -> _Plan:
    turn = turn_of(image)
    original = Size(*image.size)
    if turn in QUARTER_TURNS:
        original = original.lying
    x, y = recipe.margins(original)
    made = _format(image, media_type, recipe)
    return _Plan(
        format=made,
        frames=frames_of(image) if TRAITS[made].animates and not recipe.cover else 1,
        margins=(y, x) if turn in QUARTER_TURNS else (x, y),
        upright=recipe.size_of(original),
        turn=turn,
        alpha=image.has_transparency_data,
    )


def _format(image: ImageFile, media_type: str, recipe: Recipe) -> Format:
    own = None if recipe.cover else format_of(media_type)
    return recipe.format or own or (Format.PNG if image.has_transparency_data else Format.JPEG)


def _check(plan: _Plan, budget: Budget, recipe: Recipe) -> None:
    budget.check_result(plan.upright, plan.frames, recipe.asks_for_size_by)
    longest = TRAITS[plan.format].longest_side
    if max(plan.upright.width, plan.upright.height) > longest:
        raise ImageUnusable(
            f"{plan.upright} pixels do not fit into {plan.format.name}: its sides have at most {longest}."
            " Ask for another format, or a smaller picture.",
            fields=recipe.asks_for_size_by,
        )


def _write(image: ImageFile, plan: _Plan, into: BinaryIO) -> None:
    if plan.frames == 1:
        frame, profile = next(_frames(image, plan))
        encoding.write_still(frame.image, plan.format, profile, into)
        return
    pictures = _frames(image, plan)
    first, profile = next(pictures)
    all_of_them = itertools.chain([first], (frame for frame, _ in pictures))
    encoding.write_animation(all_of_them, plan.frames, plays_of(image), plan.format, profile, into)


def _frames(image: ImageFile, plan: _Plan) -> Iterator[tuple[Frame, bytes | None]]:
    """Each frame as it is seen, and the profile that goes with it."""
    first = first_frame_of(image)
    if first:
        clear_default_image(image)
    size = image.size
    for number in range(first, first + plan.frames):
        image.seek(number)
        picture, profile = _picture(image, size, plan)
        duration_ms = round(image.info.get("duration", 0))  # of some formats it is known only now
        yield Frame(pixels.in_rgb(picture, plan.alpha) if plan.frames > 1 else picture, duration_ms), profile


def _picture(image: ImageFile, size: tuple[int, int], plan: _Plan) -> tuple[Image.Image, bytes | None]:
    cut = pixels.cut_and_scaled(image, Size(*size), plan.margins, plan.stored)
    traits = TRAITS[plan.format]
    if not traits.alpha:
        cut = pixels.flattened(cut)
    picture, profile = colours.settled(cut, colours.profile_of(image, cut.mode), traits.profiles)
    if plan.turn is not None:
        picture = picture.transpose(plan.turn)
    # Encoders look here for what they were not told.
    picture.info = {}
    return picture, profile
