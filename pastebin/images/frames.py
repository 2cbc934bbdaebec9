"""Pictures that follow one another: handed on one by one, so that a long animation is never in memory as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops


@dataclass(frozen=True)
class Frame:
    """One picture of an animation, as it is seen: whole, whatever it was made of. Duration in milliseconds."""

    image: Image.Image
    duration_ms: int


def changed_part(before: Image.Image | None, now: Image.Image) -> tuple[int, int, int, int]:
    """The part of a frame that has to be written: of one that is the same as before, a single pixel."""
    if before is None:
        return 0, 0, *now.size
    return ImageChops.difference(before, now).getbbox(alpha_only=False) or (0, 0, 1, 1)


class Film(Image.Image):
    """Frames as one image that Pillow's encoders of animations wind forward.

    They would take a list of images too, and hold all of it.
    """

    def __init__(self, frames: Iterator[Frame], count: int) -> None:
        super().__init__()
        self._frames = frames
        self._at = -1
        self.n_frames = count
        self.is_animated = count > 1
        self.durations_ms: list[int] = []
        """Of the frames so far. Encoders look at it after each frame, so what they are given grows as they need it."""
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Go on to the next frame. Going back is something encoders do at their end, and to nowhere."""
        if frame == self._at + 1:
            current = next(self._frames, None)
            if current is None:
                raise EOFError
            self._at = frame
            self.durations_ms.append(current.duration_ms)
            self.im, self._mode, self._size = current.image.im, current.image.mode, current.image.size

    def tell(self) -> int:
        """The number of the current frame, from 0."""
        return self._at
