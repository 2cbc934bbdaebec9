"""What an image may cost, in and out: looked at before anything is unpacked."""

from dataclasses import dataclass
from typing import Final

from pastebin.errors import ImageUnusable
from pastebin.images.recipe import Size

TOO_MUCH: Final = (
    "Making this takes more time or memory than this server has for one picture. Ask for a smaller one, or for another "
    "format."
)
"""What is said where the work was ended, from inside or from outside."""


@dataclass(frozen=True)
class Budget:
    """What one image may cost: pixels of one frame, frames, bytes of the original.

    All frames together may have ten times the pixels of one. The bytes are
    bounded for every format alike: some plug-ins read them into memory whole.
    """

    pixels: int
    frames: int
    source_bytes: int

    def check_original(self, size: Size, frames: int = 1) -> None:
        """Refuse to work on so many frames of this size.

        Raises:
            ImageUnusable: they have too many pixels, or are too many.
        """
        if frames > self.frames:
            raise ImageUnusable(f"The original has {frames} frames; this server changes images of up to {self.frames}.")
        if excess := self._excess(size, frames):
            raise ImageUnusable(f"The original has {excess}. It can be downloaded as it is.")

    def check_result(self, size: Size, frames: int, fields: list[str]) -> None:
        """Refuse to make so many frames of this size.

        Args:
            fields: of the query, that ask for it.

        Raises:
            ImageUnusable: they have too many pixels.
        """
        if excess := self._excess(size, frames):
            raise ImageUnusable(f"The result would have {excess}. Ask for a smaller one.", fields=fields)

    def _excess(self, size: Size, frames: int) -> str:
        if size.pixels > self.pixels:
            return f"{size} pixels; this server makes and changes images of up to {self.pixels}"
        if frames * size.pixels > 10 * self.pixels:
            return f"{frames} frames of {size} pixels; all of them together may have {10 * self.pixels} on this server"
        return ""
