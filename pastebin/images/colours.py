"""Colour profiles (ICC): kept where they still fit, applied where they do not, dropped where they are of no use."""

import io
from typing import Final

from PIL import Image, ImageCms

# Profiles of cameras and screens have a few KB, those of printing presses half a megabyte.
_MOST_BYTES: Final = 1 << 20
_SIGNATURE: Final = b"acsp"
_SPACES: Final = {"L": b"GRAY", "LA": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB ", "CMYK": b"CMYK", "LAB": b"Lab "}
_PLAIN: Final = frozenset(("L", "LA", "RGB", "RGBA"))


def profile_of(image: Image.Image, mode: str) -> bytes | None:
    """The profile of an opened image; None where it has none for this mode (ICC.1 section 7.2), or a huge one."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or not 128 <= len(profile) <= _MOST_BYTES:
        return None
    fits = profile[36:40] == _SIGNATURE and profile[16:20] == _SPACES.get(mode)
    return profile if fits else None


def settled(image: Image.Image, profile: bytes | None, kept_for: tuple[str, ...]) -> tuple[Image.Image, bytes | None]:
    """The image in L, LA, RGB or RGBA, and the profile that goes with it.

    *kept_for* are modes with which the output can hold a profile. With
    others, and out of CMYK and the like, colours are brought to sRGB.
    """
    if image.mode in kept_for:
        return image, profile
    if profile is not None and image.mode not in ("L", "LA"):
        converted = _by_profile(image, profile)
        if converted:
            return converted, None
    return (image if image.mode in _PLAIN else image.convert("RGB")), None


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """In sRGB; None where the profile is not one."""
    # Alpha is no colour: it goes along.
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
