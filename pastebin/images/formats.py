"""Which media types can be opened as images, and what each format that we make can hold."""

from dataclasses import dataclass
from typing import Final

from pastebin.images.recipe import Format

READABLE: Final[dict[str, Format | None]] = {
    "image/jpeg": Format.JPEG,
    "image/png": Format.PNG,
    "image/apng": Format.PNG,
    "image/gif": Format.GIF,
    "image/webp": Format.WEBP,
    "image/avif": Format.AVIF,
    "image/bmp": Format.BMP,
    "image/tiff": Format.TIFF,
    "image/heic": None,
    "image/heif": None,
    "image/vnd.microsoft.icon": None,
}
"""Sniffed media types that are opened, and no other: each with the format it stays in, None where it becomes
PNG (with alpha) or JPEG, since nobody shows it or we do not write it."""


@dataclass(frozen=True)
class Traits:
    """What a format can hold: the longest side in pixels, alpha, several frames, and profiles of which modes."""

    longest_side: int
    alpha: bool = False
    animates: bool = False
    profiles: tuple[str, ...] = ()


TRAITS: Final = {
    # libjpeg's own limit, a little below the format's.
    Format.JPEG: Traits(65_500, profiles=("L", "RGB")),
    Format.PNG: Traits(2**31 - 1, alpha=True, animates=True, profiles=("L", "LA", "RGB", "RGBA")),
    Format.GIF: Traits(65_535, alpha=True, animates=True),
    # There is no grey in WebP, nor grey with alpha in Pillow's AVIF: these become RGB, and their profiles do not fit.
    Format.WEBP: Traits(16_383, alpha=True, animates=True, profiles=("RGB", "RGBA")),
    # What decoders take by default (libavif's AVIF_DEFAULT_IMAGE_DIMENSION_LIMIT), browsers among them.
    Format.AVIF: Traits(32_768, alpha=True, animates=True, profiles=("L", "RGB", "RGBA")),
    Format.BMP: Traits(2**31 - 1),
    Format.TIFF: Traits(2**32 - 1, alpha=True, profiles=("L", "LA", "RGB", "RGBA")),
}


def is_image(media_type: str | None) -> bool:
    """Whether a content of this sniffed type can be transformed."""
    return media_type in READABLE


def format_of(media_type: str | None) -> Format | None:
    """The format that an original of this type stays in; None where it depends on the picture, or is none."""
    return READABLE.get(media_type) if media_type else None
