"""What an image may cost, in and out: looked at before anything is unpacked."""

from dataclasses import dataclass

from pastebin.errors import ImageUnusable
from pastebin.images.recipe import Size


@dataclass(frozen=True)
class Budget:
    """What one image may cost: pixels of one frame, frames, bytes of the original.

    All frames together may have ten times the pixels of one. The bytes are
    bounded for every format alike: some plug-ins read them into memory whole.
    """

    pixels: int
    frames: int
    source_bytes: int

    def check(self, size: Size, frames: int = 1) -> None:
        """Refuse so many frames of this size.

        Raises:
            ImageUnusable: they have too many pixels, or are too many.
        """
        if size.pixels > self.pixels:
            raise ImageUnusable(
                f"{size} pixels are too many: a picture has at most {self.pixels} here. Ask for a smaller one."
            )
        if frames > self.frames:
            raise ImageUnusable(f"The animation has {frames} frames: at most {self.frames} can be transformed here.")
        if frames * size.pixels > 10 * self.pixels:
            raise ImageUnusable(
                f"The animation has {frames} frames of {size} pixels: all together may have {10 * self.pixels} here."
            )
