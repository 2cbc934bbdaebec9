"""Writing animated PNG (PNG 3, section 11.3.4): frames as Pillow packs them as PNG, in other chunks."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from PIL import Image

from pastebin.images.frames import Frame, changed_part

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_LONGEST_MS: Final = 65_535
_THOUSANDTHS: Final = 1000
_DISPOSE_NONE: Final = 0
_BLEND_SOURCE: Final = 0
_IN_FIRST_FRAME: Final = (b"IHDR", b"iCCP")


def write(frames: Iterator[Frame], count: int, plays: int, into: BinaryIO, **settings: Any) -> None:
    """Write frames, one of them in memory at a time, each as what has changed since the one before.

    Args:
        frames: all of one size and mode; as many as *count*.
        plays: how often it is played, 0 for ever.
        settings: of Pillow's encoder.
    """
    into.write(_SIGNATURE)
    before: Image.Image | None = None
    number = 0
    for frame in frames:
        region = changed_part(before, frame.image)
        chunks = _chunks_of(frame.image.crop(region), settings)
        if before is None:
            for kind in _IN_FIRST_FRAME:
                for body in chunks.get(kind, ()):
                    _put(into, kind, body)
            _put(into, b"acTL", struct.pack(">II", count, plays))
        _put(into, b"fcTL", _control(number, region, frame.duration_ms))
        number += 1
        for body in chunks[b"IDAT"]:
            if before is None:
                _put(into, b"IDAT", body)
            else:
                _put(into, b"fdAT", struct.pack(">I", number) + body)
                number += 1
        before = frame.image
    _put(into, b"IEND", b"")


def _control(number: int, region: tuple[int, int, int, int], duration_ms: int) -> bytes:
    left, top, right, bottom = region
    delay = min(duration_ms, _LONGEST_MS), _THOUSANDTHS
    return struct.pack(
        ">IIIIIHHBB", number, right - left, bottom - top, left, top, *delay, _DISPOSE_NONE, _BLEND_SOURCE
    )


def _chunks_of(image: Image.Image, settings: dict[str, Any]) -> dict[bytes, list[bytes]]:
    packed = io.BytesIO()
    image.save(packed, "PNG", **settings)
    data, at = packed.getvalue(), len(_SIGNATURE)
    chunks: dict[bytes, list[bytes]] = {}
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        chunks.setdefault(kind, []).append(data[at + 8 : at + 8 + length])
        at += 12 + length
    return chunks


def _put(into: BinaryIO, kind: bytes, body: bytes) -> None:
    into.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind))))
