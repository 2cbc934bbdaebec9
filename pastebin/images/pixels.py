"""Cutting and scaling: pixels of any kind in, eight bits a channel out."""

from collections.abc import Callable
from math import ceil, floor
from typing import Final, cast

from PIL import Image, ImageChops
from PIL.Image import Resampling
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from pastebin.images.recipe import Size

Box = tuple[float, float, float, float]
Hull = tuple[int, int, int, int]

# How much larger than wanted an image is left by the quick steps before the good one: as Pillow's `thumbnail` has it.
_GAP: Final = 2.0
# A large image is converted and scaled in bands of so many pixels, which is what it costs beside itself.
_BAND_PIXELS: Final = 4 << 20
# Rows that the filter, and the averaging before it, look at beyond those that become a row.
_REACH: Final = 4
_WHITE: Final = 255
# Colours that can be scaled as they are; they become RGB when they are few.
_FOREIGN: Final = frozenset(("CMYK", "YCbCr", "LAB", "HSV"))


def cut_and_scaled(image: ImageFile, canvas: Size, margins: tuple[float, float], size: Size) -> Image.Image:
    """A new image of *size*, made of what is left of *canvas* without its margins on both ends of each axis.

    In L, LA, RGB, RGBA, CMYK, YCbCr, LAB or HSV. Cut first: what is cut off
    does not shine through the edges.

    Args:
        image: at its current frame. What a later frame has beyond the canvas is not seen.
    """
    box = _reduced_by_decoder(image, canvas, margins, size)
    image.load()
    span = _span(image)
    hull = floor(box[0]), floor(box[1]), ceil(box[2]), ceil(box[3])
    nothing_to_scale = (hull[2] - hull[0], hull[3] - hull[1]) == (size.width, size.height)
    if nothing_to_scale and all(edge % 1 == 0 for edge in box):
        return plain(image.crop(hull), span)
    return _in_bands(lambda top, bottom: _scaled_rows(image, hull, box, size, (top, bottom), span), hull, size)


def _reduced_by_decoder(image: ImageFile, canvas: Size, margins: tuple[float, float], size: Size) -> Box:
    """Have a JPEG decoded at 1/2, 1/4 or 1/8, where that is enough, and return what is left of it then."""
    width, height = canvas.width, canvas.height
    x, y = margins
    box = (x, y, width - x, height - y)
    if not isinstance(image, JpegImageFile):
        return box
    shrink = (width - 2 * x) / size.width, (height - 2 * y) / size.height
    for factor in (8, 4, 2):
        enough = factor * _GAP <= min(shrink) or shrink == (factor, factor)
        if enough and _falls_on_whole_pixels(canvas, margins, factor):
            image.draft(None, (width // factor, height // factor))
            return x / factor, y / factor, (width - x) / factor, (height - y) / factor
    return box


def _falls_on_whole_pixels(canvas: Size, margins: tuple[float, float], factor: int) -> bool:
    # A whole number of pixels to cut is a promise. The centre for a thumbnail is not, and falls where it falls.
    return all(
        margin == 0 or margin % 1 != 0 or (margin % factor == 0 and (length - margin) % factor == 0)
        for margin, length in zip(margins, (canvas.width, canvas.height), strict=True)
    )


def _in_bands(make: Callable[[int, int], Image.Image], hull: Hull, size: Size) -> Image.Image:
    """An image put together of bands of its rows: what is converted on the way is never there as a whole."""
    cost = max(size.pixels, (hull[2] - hull[0]) * (hull[3] - hull[1]))
    rows = max(1, size.height * _BAND_PIXELS // cost)
    if rows >= size.height:
        return make(0, size.height)
    made: Image.Image | None = None
    for top in range(0, size.height, rows):
        band = make(top, min(top + rows, size.height))
        made = made or Image.new(band.mode, (size.width, size.height))
        made.paste(band, (0, top))
    return cast(Image.Image, made)


def _scaled_rows(
    image: ImageFile, hull: Hull, box: Box, size: Size, rows: tuple[int, int], span: "Span"
) -> Image.Image:
    """Some rows of what the box becomes, with what they need around them, but nothing from beyond the hull."""
    left, first, right, last = hull
    step = (box[3] - box[1]) / size.height
    top, bottom = box[1] + rows[0] * step, box[1] + rows[1] * step
    reach = _REACH * max(step, 1)
    part = left, max(first, floor(top - reach)), right, min(last, ceil(bottom + reach))
    whole = part == (0, 0, *image.size)
    source = plain(image if whole else image.crop(part), span)
    inner = box[0] - left, max(0, top - part[1]), box[2] - left, min(source.height, bottom - part[1])
    return source.resize((size.width, rows[1] - rows[0]), Resampling.BICUBIC, inner, _GAP)


Span = tuple[float, float]
"""What becomes black and what becomes white, where samples are longer than eight bits."""


def _span(image: Image.Image) -> Span:
    if image.mode not in ("I", "F"):
        return 0, 255
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]  # a pair: there is one channel
    for usual in (1.0, 255.0, 65_535.0) if image.mode == "F" else (255.0, 65_535.0):
        if 0 <= low <= high <= usual:
            return 0, usual
    return low, high


def plain(image: Image.Image, span: Span = (0, 255)) -> Image.Image:
    """The same in a mode that can be resampled, eight bits a channel; the image itself where it is."""
    mode = image.mode
    if mode in _FOREIGN:
        return image
    if mode.startswith("I;16"):
        return _from_sixteen_bits(image)
    if mode in ("I", "F"):
        return _stretched(image, span)
    wanted = {"1": "L", "L": "L", "LA": "LA", "La": "LA"}.get(mode, "RGB")
    if mode != "La" and image.has_transparency_data:
        wanted = "LA" if wanted in ("L", "LA") else "RGBA"
    return image if mode == wanted and "transparency" not in image.info else image.convert(wanted)


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    # Pillow's own conversion cuts off at 255. The high byte is what it keeps of sixteen bits in RGB.
    raw = image.tobytes()
    high, low = (Image.frombytes("L", image.size, raw[at::2]) for at in ((0, 1) if image.mode == "I;16B" else (1, 0)))
    clear = image.info.get("transparency")
    if clear is None:
        return high
    differs = [
        one.point([0 if v == part else 255 for v in range(256)])
        for one, part in ((high, clear >> 8), (low, clear & 0xFF))
    ]
    return Image.merge("LA", (high, ImageChops.lighter(*differs)))


def _stretched(image: Image.Image, span: Span) -> Image.Image:
    low, high = span
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale + (0.5 - low * scale)).convert("L")


def flattened(image: Image.Image) -> Image.Image:
    """The same without alpha, laid on white."""
    if image.mode not in ("LA", "RGBA"):
        return image
    mode = image.mode[:-1]
    ground = Image.new(mode, image.size, _WHITE if mode == "L" else (_WHITE,) * 3)
    ground.paste(image.convert(mode), mask=image.getchannel("A"))
    return ground


def in_rgb(image: Image.Image, alpha: bool) -> Image.Image:
    """The same in RGBA or RGB: frames of one animation are all alike."""
    wanted = "RGBA" if alpha else "RGB"
    return image if image.mode == wanted else image.convert(wanted)
