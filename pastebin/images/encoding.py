"""Writing made pictures: which settings, for one image and for animations."""

import itertools
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from PIL import BmpImagePlugin, Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401

from pastebin.images import apng, gif, pixels
from pastebin.images.frames import Film, Frame
from pastebin.images.recipe import Format

_WEBP_CHUNK_AT: Final = 12
_WEBP_ALPHA: Final = 0x10
# WebP counts no further.
_MOST_PLAYS: Final = 65_535

# Quick before small: a picture is made while somebody waits, and made once.
_SETTINGS: Final[dict[Format, dict[str, Any]]] = {
    Format.JPEG: {"quality": 85},
    Format.PNG: {"compress_level": 4},
    Format.WEBP: {"quality": 80, "method": 2},
    Format.AVIF: {"quality": 65, "speed": 8, "max_threads": 1},
    Format.BMP: {},
    Format.TIFF: {"compression": "tiff_lzw"},
}
# Of what has more pixels than a camera's picture, in all frames together: two to four times as quick.
_HURRIED: Final[dict[Format, dict[str, Any]]] = {
    Format.PNG: {"compress_level": 1},
    Format.WEBP: {"method": 0},
    Format.AVIF: {"speed": 10},
}
_MANY_PIXELS: Final = 12 << 20


def write_still(image: Image.Image, made: Format, profile: bytes | None, into: BinaryIO) -> None:
    """Write one picture, in a mode that the format has, with nothing beside it but a profile.

    Where it cannot hold a profile, none may be given.
    """
    if made is Format.GIF:
        gif.write(iter([Frame(pixels.in_rgb(image, alpha=image.mode in ("LA", "RGBA")), 0)]), 1, into)
    else:
        image.save(into, made.name, **_settings(made, image.width * image.height, profile))


def write_animation(
    frames: Iterator[Frame], count: int, plays: int, made: Format, profile: bytes | None, into: BinaryIO
) -> None:
    """Write so many frames, in RGB or RGBA, all of one size and mode.

    Args:
        into: empty, and readable too.
        plays: how often it is played, 0 for ever. AVIF has no place for it here, and is played for ever.
    """
    if made is Format.GIF:
        gif.write(frames, plays, into)
        return
    first = next(frames)
    settings = _settings(made, count * first.image.width * first.image.height, profile)
    frames = itertools.chain([first], frames)
    if made is Format.PNG:
        apng.write(frames, count, plays, into, **settings)
    else:
        film = Film(frames, count)
        loop = min(plays, _MOST_PLAYS)
        film.save(into, made.name, save_all=True, duration=film.durations_ms, loop=loop, **settings)
    if made is Format.WEBP and first.image.mode == "RGBA":
        _mark_as_transparent(into)


def _mark_as_transparent(file: BinaryIO) -> None:
    """Set the flag of WebP's first chunk (RFC 9649 section 2.7.1) that says that there is transparency.

    libwebp forgets it where every frame is opaque and places become clear
    between two of them; who goes by it then shows these as black.
    """
    file.seek(_WEBP_CHUNK_AT)
    name, flags = struct.unpack("4s4xB", file.read(9))
    if name == b"VP8X":  # there is none where all frames were the same
        file.seek(_WEBP_CHUNK_AT + 8)
        file.write(bytes([flags | _WEBP_ALPHA]))


def _settings(made: Format, pixels_in_all: int, profile: bytes | None) -> dict[str, Any]:
    hurried = _HURRIED.get(made, {}) if pixels_in_all > _MANY_PIXELS else {}
    return {**_SETTINGS[made], **hurried, **({"icc_profile": profile} if profile else {})}
