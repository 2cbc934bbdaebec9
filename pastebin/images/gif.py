"""Writing GIF (GIF89a): at most 256 colours a frame, of which one may be transparent."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import GifImagePlugin, Image, ImageChops
from PIL.Image import Dither, Quantize

from pastebin.images.frames import Frame, changed_part

_COLOURS: Final = 256
_CLEAR: Final = 255
_HALF: Final = 128
_LONGEST_MS: Final = 655_350
_MOST_LOOPS: Final = 65_535
# What becomes of a frame before the next one: it stays, or makes room.
_STAYS: Final = 1
_MAKES_ROOM: Final = 2


def write(frames: Iterator[Frame], plays: int, into: BinaryIO) -> None:
    """Write frames, one of them in memory at a time.

    Opaque ones are written as what has changed since the one before. Where
    there is transparency each is written whole: nothing shines through.

    Args:
        frames: in RGB or RGBA, all of one size and mode.
        plays: how often it is played, 0 for ever.
    """
    # GIF says how often it is played again, and nothing for once.
    loop = None if plays == 1 else min(plays and plays - 1, _MOST_LOOPS)
    before: Image.Image | None = None
    for frame in frames:
        changed = changed_part(None if frame.image.mode == "RGBA" else before, frame.image)
        picture, clear = _with_palette(frame.image.crop(changed) if before else frame.image)
        details = {
            "duration": min(frame.duration_ms, _LONGEST_MS),
            "disposal": _STAYS if clear is None else _MAKES_ROOM,
        }
        if clear is not None:
            details["transparency"] = clear
        if before is None:
            header, _ = GifImagePlugin.getheader(picture, info={"version": b"GIF89a", "loop": loop, **details})
            into.write(b"".join(header))
        else:
            details["include_color_table"] = True
        into.write(b"".join(GifImagePlugin.getdata(picture, changed[:2], **details)))
        before = frame.image
    into.write(b";")


def _with_palette(image: Image.Image) -> tuple[Image.Image, int | None]:
    """The image in colours of its own, and which of them is the transparent one, if any."""
    if image.mode == "RGB":
        return _quantised(image, _COLOURS), None
    opaque = image.getchannel("A").point([255 if alpha >= _HALF else 0 for alpha in range(256)])
    ground = Image.new("RGB", image.size)
    ground.paste(image.convert("RGB"), mask=opaque)
    picture = _quantised(ground, _CLEAR)
    picture.paste(_CLEAR, mask=ImageChops.invert(opaque))
    colours = picture.getpalette() or []
    picture.putpalette(colours[: 3 * _CLEAR] + [0] * (3 * _COLOURS - min(len(colours), 3 * _CLEAR)))
    return picture, _CLEAR


def _quantised(image: Image.Image, colours: int) -> Image.Image:
    # Few colours are kept as they are. Many are mixed, else a sky becomes bands: then an octree's palette is as good as
    # the median cut's, and made a hundred times as quickly.
    if image.getcolors(colours) is not None:
        return image.quantize(colours, Quantize.MEDIANCUT)
    return image.quantize(palette=image.quantize(colours, Quantize.FASTOCTREE), dither=Dither.FLOYDSTEINBERG)
