"""Cutting and scaling: pixels of any kind in, eight bits a channel out."""

from math import ceil, floor
from typing import Final

from PIL import Image, ImageChops
from PIL.Image import Resampling
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from pastebin.errors import ImageUnusable
from pastebin.images.recipe import Size

Box = tuple[float, float, float, float]

# How much larger than wanted an image is left by the quick steps before the good one: as Pillow's `thumbnail` has it.
_GAP: Final = 2.0
# A large image is converted and reduced in bands of so many pixels, which is what it costs beside itself.
_BAND_PIXELS: Final = 4 << 20
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
    if image.width < box[2] or image.height < box[3]:
        raise ImageUnusable("The image is not as large as it says.")
    span = _span(image)
    part, box = _reduced(image, box, size, span)
    # Where this changes nothing it is a copy, and no step of the resampling.
    return part.resize((size.width, size.height), Resampling.BICUBIC, box)


def _reduced_by_decoder(image: ImageFile, canvas: Size, margins: tuple[float, float], size: Size) -> Box:
    """Have a JPEG decoded at 1/2, 1/4 or 1/8, where that is enough, and return what is left of it then."""
    width, height = canvas.width, canvas.height
    x, y = margins
    box = (x, y, width - x, height - y)
    if not isinstance(image, JpegImageFile):
        return box
    for factor in (8, 4, 2):
        shrink = (box[2] - x) / size.width, (box[3] - y) / size.height
        if (factor * _GAP <= min(shrink) or shrink == (factor, factor)) and _falls_on_whole_pixels(
            canvas, margins, factor
        ):
            image.draft(None, (width // factor, height // factor))
            return x / factor, y / factor, (width - x) / factor, (height - y) / factor
    return box


def _falls_on_whole_pixels(canvas: Size, margins: tuple[float, float], factor: int) -> bool:
    # A whole number of pixels to cut is a promise. The centre for a thumbnail is not, and falls where it falls.
    return all(
        margin == 0 or margin % 1 != 0 or (margin % factor == 0 and (length - margin) % factor == 0)
        for margin, length in zip(margins, (canvas.width, canvas.height), strict=True)
    )


def _reduced(image: ImageFile, box: Box, size: Size, span: "Span") -> tuple[Image.Image, Box]:
    """What the box holds, plain, and averaged down to not less than `_GAP` times *size*; and where the box is in it."""
    left, top, right, bottom = floor(box[0]), floor(box[1]), ceil(box[2]), ceil(box[3])
    factor = (
        max(1, int((box[2] - box[0]) / size.width / _GAP)),
        max(1, int((box[3] - box[1]) / size.height / _GAP)),
    )
    if factor == (1, 1):
        whole = (left, top, right, bottom) == (0, 0, *image.size)
        part = plain(image if whole else image.crop((left, top, right, bottom)), span)
    else:
        part = _in_bands(image, (left, top, right, bottom), factor, span)
    inner = (
        (box[0] - left) / factor[0],
        (box[1] - top) / factor[1],
        (box[2] - left) / factor[0],
        (box[3] - top) / factor[1],
    )
    return part, inner


def _in_bands(image: ImageFile, hull: tuple[int, int, int, int], factor: tuple[int, int], span: "Span") -> Image.Image:
    left, top, right, bottom = hull
    rows = max(1, _BAND_PIXELS // (right - left) // factor[1]) * factor[1]
    made: Image.Image | None = None
    for at in range(top, bottom, rows):
        band = plain(image.crop((left, at, right, min(at + rows, bottom))), span).reduce(factor)
        if made is None:
            made = Image.new(band.mode, (band.width, ceil((bottom - top) / factor[1])))
        made.paste(band, (0, (at - top) // factor[1]))
    assert made is not None  # noqa: S101 - for the type checker: a box holds at least a row
    return made


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
