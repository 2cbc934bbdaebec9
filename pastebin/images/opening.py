"""Opening what a stranger sent as an image: by one plug-in, and nothing decoded before its size is known."""

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, BinaryIO, Final, cast

from PIL import AvifImagePlugin, Image, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.IcoImagePlugin import IcoImageFile
from PIL.Image import Transpose
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import Disposal, PngImageFile
from PIL.TiffImagePlugin import STRIPOFFSETS, TILEOFFSETS, TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from pastebin.errors import ImageUnusable
from pastebin.images.budget import Budget
from pastebin.images.recipe import Size

# Who asks for a picture waits beside others: one image does not take all processors.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
QUARTER_TURNS: Final = frozenset((Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90))

# Plug-ins walk through a file in Python, down to single bytes. So many reads take a second or two: an animation of
# 60 MB, read twice, needs half of them. In other formats each costs more, and honest files have larger blocks.
_MOST_READS: Final = 300_000
_MOST_READS_OF: Final = {"image/gif": 2_000_000, "image/bmp": 2_000_000}
# Encoders write ten or so. Each one of a hostile file goes over all pixels again, with hardly a byte.
_MOST_SCANS: Final = 50
_SCAN: Final = b"\xff\xda"
# Of positions in a TIFF: enough for a strip in each of 130,000 rows.
_MOST_OFFSET_BYTES: Final = 1 << 20


@contextmanager
def opened(source: BinaryIO, media_type: str, budget: Budget) -> Iterator[ImageFile.ImageFile]:
    """The image in *source*, not decoded yet (but of an icon), at most as large as the budget allows.

    Within the context Pillow itself refuses frames that turn out to be
    larger; that is set for the whole process, so this is not for threads.

    Raises:
        ImageUnusable: too many bytes or pixels, or no image by what was sniffed. Whatever Pillow raises, too.
    """
    length = source.seek(0, io.SEEK_END)
    if length > budget.source_bytes:
        raise ImageUnusable(f"The image has {length} bytes: at most {budget.source_bytes} can be transformed here.")
    steps = _Steps(source, _MOST_READS_OF.get(media_type, _MOST_READS))
    with _bounded(budget.pixels), closing(_plugin(media_type)(cast(BinaryIO, steps))) as image:
        budget.check_original(Size(*image.size))
        _check_scans(image, source)
        _repair_transparency(image)
        yield image


@contextmanager
def _bounded(pixels: int) -> Iterator[None]:
    # Pillow warns from its bound on, and refuses from twice that on: of some checks there is only the second.
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, (pixels + 1) // 2
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


class _Steps:
    """A file that can be read in so many steps, and is not closed by who reads it."""

    def __init__(self, source: BinaryIO, most: int) -> None:
        source.seek(0)
        self._left = most
        self._read = source.read
        self.seek = source.seek
        self.tell = source.tell
        # Where there is one, libtiff reads by itself instead of being given the whole file.
        self.fileno = source.fileno

    def read(self, size: int = -1) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise ImageUnusable("This image is made of so many small pieces that reading it takes too long.")
        return self._read(size)

    def flush(self) -> None:
        """There is nothing to flush in what is only read."""

    def close(self) -> None:
        """The file is the caller's."""


class _Tiff(TiffImageFile):
    """A TIFF whose directory is looked at before it is believed."""

    def _setup(self) -> None:
        # The raw tags: asking for a value unpacks it, and a file of positions becomes a list ten times its size.
        raw = self.tag_v2._tagdata
        if max(len(raw.get(tag, b"")) for tag in (STRIPOFFSETS, TILEOFFSETS)) > _MOST_OFFSET_BYTES:
            raise ImageUnusable("This TIFF has too many strips or tiles to be transformed.")
        # Pillow turns a TIFF while it loads it, and believes XMP too, by which it did not swap width and height.
        self.info.pop("xmp", None)
        super()._setup()  # type: ignore[no-untyped-call,unused-ignore]


class _Png(PngImageFile):
    """A PNG whose animation goes back to the frame before where it says so."""

    def load_end(self) -> None:
        # Pillow lays a frame upon the one before in place: then that one cannot be restored any more.
        restored = self.dispose_op == Disposal.OP_PREVIOUS if self.is_animated else False
        before = self._prev_im.copy() if restored and self._prev_im else None
        super().load_end()
        if before:
            self._prev_im = before


def _heif(source: BinaryIO) -> ImageFile.ImageFile:
    # Loaded when it is needed: few images are HEIF, and this is one more library in the process.
    from pillow_heif import options
    from pillow_heif.as_plugin import HeifImageFile

    options.DECODE_THREADS = 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    return HeifImageFile(source)


# Called by name, and never chosen by Pillow: JPEG's own door would hand on to MPO, whose first picture is a plain JPEG.
_PLUGINS: Final[dict[str, Callable[[BinaryIO], ImageFile.ImageFile]]] = {
    "image/jpeg": JpegImageFile,
    "image/png": _Png,
    "image/apng": _Png,
    "image/gif": GifImageFile,
    "image/webp": WebPImageFile,
    "image/avif": AvifImageFile,
    "image/bmp": BmpImageFile,
    "image/tiff": _Tiff,
    "image/heic": _heif,
    "image/heif": _heif,
    "image/vnd.microsoft.icon": IcoImageFile,
}


def _plugin(media_type: str) -> Callable[[BinaryIO], ImageFile.ImageFile]:
    if media_type not in _PLUGINS:
        raise ImageUnusable("This file is no image of a kind that can be transformed here.")
    return _PLUGINS[media_type]


def _check_scans(image: ImageFile.ImageFile, source: BinaryIO) -> None:
    """Refuse a progressive JPEG that is decoded over and over."""
    if not image.info.get("progressive"):
        return
    at = source.tell()
    source.seek(0)
    scans = sum(block.count(_SCAN) for block in iter(lambda: source.read(1 << 20), b""))
    source.seek(at)
    if scans > _MOST_SCANS:
        raise ImageUnusable("This JPEG has so many scans that decoding it takes too long.")


def _repair_transparency(image: ImageFile.ImageFile) -> None:
    """Bring the one transparent colour of a PNG (tRNS) to the eight bits that its pixels are brought to."""
    if not isinstance(image, PngImageFile) or not image.tile or "transparency" not in image.info:
        return
    given, raw_mode = image.info["transparency"], image.tile[0].args
    if raw_mode in ("L;2", "L;4"):
        image.info["transparency"] = given * (85 if raw_mode == "L;2" else 17) & 0xFF
    elif raw_mode == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in given)
    elif image.mode == "RGB":
        image.info["transparency"] = tuple(value & 0xFF for value in given)


def frames_of(image: ImageFile.ImageFile) -> int:
    """How many frames of an animation there are: 1 for everything that does not move, pages and bursts too."""
    if not isinstance(image, (GifImageFile, PngImageFile, WebPImageFile, AvifImageFile)):
        return 1
    return image.n_frames - first_frame_of(image)


def first_frame_of(image: ImageFile.ImageFile) -> int:
    """Which frame is the first of the animation: in an APNG, 0 may be a picture for those who cannot play it."""
    return 1 if getattr(image, "default_image", False) and getattr(image, "n_frames", 1) > 1 else 0


def clear_default_image(image: ImageFile.ImageFile) -> None:
    """Empty the canvas on which an APNG begins: Pillow leaves the picture for others there."""
    image.load()
    image.paste((0,) * len(image.getbands()), (0, 0, *image.size))


def plays_of(image: ImageFile.ImageFile) -> int:
    """How often an animation is played; 0 for ever, as for AVIF, of which Pillow does not tell."""
    loop = int(image.info.get("loop", 0))
    if not isinstance(image, GifImageFile):
        return loop
    # GIF says how often it is played again, and nothing for once.
    return loop and loop + 1 if "loop" in image.info else 1


def turn_of(image: ImageFile.ImageFile) -> Transpose | None:
    """What brings the decoded image upright.

    By EXIF, as browsers do it. AVIF's own marks (irot, imir) are reported as
    EXIF by Pillow, those of HEIF are applied by libheif, and TIFF is turned
    when it is loaded.
    """
    if isinstance(image, TiffImageFile):
        return None
    if isinstance(image, PngImageFile) and "exif" not in image.info and not image.is_animated:
        image.load()  # the chunk may come after the pixels
    return _TURNS.get(_orientation(image.info.get("exif")))


def _orientation(packed: Any) -> int:
    """1 to 8; 1 too where EXIF is absent or broken, which is no reason not to show an image."""
    exif = Image.Exif()
    try:
        exif.load(packed or b"")
        found = exif.get(_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, LookupError, TypeError, OverflowError, struct.error):
        return 1
    return found if isinstance(found, int) else 1
