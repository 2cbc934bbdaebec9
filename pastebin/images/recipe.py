"""What is to be done with an image, in one canonical spelling (seed 000; contract section 4)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from pastebin.errors import FieldsInvalid, ImageUnusable

# More digits than any image has pixels.
_MOST_DIGITS: Final = 9
_FIELDS: Final = ("cropx", "cropy", "scale", "scalex", "scaley")


class Format(StrEnum):
    """A format that images are made in, by its extension."""

    JPEG = "jpg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    AVIF = "avif"
    BMP = "bmp"
    TIFF = "tiff"


@dataclass(frozen=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width} x {self.height}"

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height

    @property
    def lying(self) -> "Size":
        """The same after a quarter turn."""
        return Size(self.height, self.width)


@dataclass(frozen=True)
class Recipe:
    """A transform. Orientation is applied before it.

    `crop_x` and `crop_y` pixels go from both ends of an axis; then the image
    is scaled to `scale_x` and `scale_y` pixels (one alone keeps the
    proportions), else to `scale` percent. `cover` instead fills a box: scaled
    until it covers it, and cut to its centre; of the first frame alone.
    `format` is None for the original's own; with `cover` for PNG or JPEG,
    as the image has alpha or has not.
    """

    crop_x: int = 0
    crop_y: int = 0
    scale: int = 100
    scale_x: int | None = None
    scale_y: int | None = None
    cover: Size | None = None
    format: Format | None = None

    def __str__(self) -> str:
        """The canonical spelling, of `[a-z0-9x-]` alone: recipes that mean the same are spelled the same."""
        parts = []
        if self.crop_x or self.crop_y:
            parts.append(f"crop{self.crop_x}x{self.crop_y}")
        if self.cover:
            parts.append(f"cover{self.cover.width}x{self.cover.height}")
        elif self.scale_x or self.scale_y:
            parts.append(f"to{self.scale_x or ''}x{self.scale_y or ''}")
        elif self.scale != 100:
            parts.append(f"by{self.scale}")
        return "-".join([*parts, self.format or "same"])

    def resolved(self, own: Format | None) -> "Recipe":
        """The same recipe with its format written out: naming the original's own, or none, is then spelled alike."""
        if self.format or self.cover:
            return self
        return replace(self, format=own)

    @property
    def asks_for_size_by(self) -> list[str]:
        """The fields of a query that say how large it becomes."""
        fields = [name for name, length in (("scalex", self.scale_x), ("scaley", self.scale_y)) if length]
        return [] if self.cover else fields or ["scale"]

    def to_words(self) -> dict[str, Any]:
        """What JSON can carry; `from_words` makes the same recipe of it."""
        return asdict(self)

    @classmethod
    def from_words(cls, words: Mapping[str, Any]) -> "Recipe":
        """The recipe that `to_words` was asked of."""
        cover, wanted = words["cover"], words["format"]
        sized = cover and Size(**cover)
        return cls(**{**words, "cover": sized, "format": wanted and Format(wanted)})

    def margins(self, original: Size) -> tuple[float, float]:
        """What is cut off both ends of each axis of an upright image, in pixels and parts of them."""
        if not self.cover:
            return self.crop_x, self.crop_y
        cropped = self._cropped(original)
        shrink = min(cropped.width / self.cover.width, cropped.height / self.cover.height)
        return (
            self.crop_x + (cropped.width - shrink * self.cover.width) / 2,
            self.crop_y + (cropped.height - shrink * self.cover.height) / 2,
        )

    def size_of(self, original: Size) -> Size:
        """The size of what comes of an upright image.

        Raises:
            ImageUnusable: the crop leaves nothing.
        """
        cropped = self._cropped(original)
        if self.cover:
            return self.cover
        if self.scale_x and self.scale_y:
            return Size(self.scale_x, self.scale_y)
        if self.scale_x:
            return Size(self.scale_x, _in_proportion(self.scale_x, cropped.height, cropped.width))
        if self.scale_y:
            return Size(_in_proportion(self.scale_y, cropped.width, cropped.height), self.scale_y)
        return Size(_in_proportion(self.scale, cropped.width, 100), _in_proportion(self.scale, cropped.height, 100))

    def _cropped(self, original: Size) -> Size:
        left = Size(original.width - 2 * self.crop_x, original.height - 2 * self.crop_y)
        fields = [name for name, length in (("cropx", left.width), ("cropy", left.height)) if length < 1]
        if fields:
            raise ImageUnusable(f"The image has {original} pixels, so this crop leaves nothing of it.", fields=fields)
        return left


THUMBNAIL: Final = Recipe(cover=Size(512, 512))
"""A picture for lists (seed 000): what shows an image best in exactly this size."""


def parse(query: Mapping[str, str], extension: str | None) -> Recipe | None:
    """The recipe of a query; None where it asks for nothing: no field of it is given, or crops of 0 alone.

    A scale of 100 percent is one: what comes of it has the same size, and nothing of the original's metadata.

    Args:
        query: its fields as they were sent. Empty ones count as not given, others than ours are not looked at.
        extension: of the URL, lower case. It chooses the format; None, or one that we do not make, for the original's.

    Raises:
        FieldsInvalid: not a whole number, negative, or a scale or size of zero.
    """
    given = {name: _number(name, query[name]) for name in _FIELDS if query.get(name, "").strip()}
    if not any(value or not name.startswith("crop") for name, value in given.items()):
        return None
    return Recipe(
        crop_x=given.get("cropx", 0),
        crop_y=given.get("cropy", 0),
        scale=100 if "scalex" in given or "scaley" in given else given.get("scale", 100),
        scale_x=given.get("scalex"),
        scale_y=given.get("scaley"),
        format=_CHOSEN_BY.get(extension or ""),
    )


# BMP and TIFF are made of originals that are such, and of nothing else: no browser is helped by them.
_CHOSEN_BY: Final = {
    "jpg": Format.JPEG,
    "jpeg": Format.JPEG,
    "jpe": Format.JPEG,
    "png": Format.PNG,
    "gif": Format.GIF,
    "webp": Format.WEBP,
    "avif": Format.AVIF,
}
EXTENSIONS: Final = frozenset(_CHOSEN_BY)
"""Those that choose a format."""


def _number(name: str, text: str) -> int:
    text = text.strip()
    least = 0 if name.startswith("crop") else 1
    if not re.fullmatch(rf"[0-9]{{1,{_MOST_DIGITS}}}", text) or int(text) < least:
        unit = "percent" if name == "scale" else "pixels"
        raise FieldsInvalid(
            f"{name} is a whole number of {unit}, from {least}, of at most {_MOST_DIGITS} digits.", fields=[name]
        )
    return int(text)


def _in_proportion(length: int, of: int, to: int) -> int:
    """`length * of / to`, to the nearest whole pixel (half up), and never none."""
    return max(1, (2 * length * of + to) // (2 * to))
