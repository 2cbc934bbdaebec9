"""Files made to cost more than they are: refused before it is spent."""

from __future__ import annotations

import functools
import io
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pastebin.errors import ImageUnusable
from pastebin.images.budget import Budget
from pastebin.images.recipe import THUMBNAIL, Size
from pastebin.images.render import render
from tests.images.pictures import (
    END,
    GREY,
    MEDIA_TYPES,
    RGB,
    RGB_ALPHA,
    apng,
    asked,
    chunk,
    gif,
    gif_frame,
    packed,
    quarters,
    rendered,
    slopes,
)

# As a server has it: nothing here may come near what it allows for an honest image.
BUDGET = Budget(pixels=120_000_000, frames=1000, source_bytes=64 << 20)


def png_of_size(width: int, height: int, colour: int, pixels: bytes, before: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", pixels) + END


def deflated_zeros(length: int) -> bytes:
    """A whole number of MiB of zeros, packed: the same block over and over, since packing them takes seconds."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = struct.pack(">HH", length % 65_521, 1)
    return b"\x78\xda" + block * (length >> 20) + b"\x03\0" + checksum


def tiff(tags: list[tuple[int, int, int, bytes | int]], rest: bytes = b"", following: int = 0) -> bytes:
    """A TIFF of one directory: tag, type, count, and value or position."""
    entries = b"".join(
        struct.pack("<HHI", tag, kind, count) + (value if isinstance(value, bytes) else struct.pack("<I", value))
        for tag, kind, count, value in sorted(tags)
    )
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + rest


SHORT, LONG = 3, 4


def tiff_of_size(width: int, height: int, *more: tuple[int, int, int, bytes | int], **rest: object) -> bytes:
    tags = [(256, LONG, 1, width), (257, LONG, 1, height), (258, SHORT, 1, 8), (259, SHORT, 1, 1), (262, SHORT, 1, 1)]
    known = {tag for tag, *_ in more}
    given = [
        tag for tag in (*tags, (273, LONG, 1, 8), (278, LONG, 1, height), (279, LONG, 1, 64)) if tag[0] not in known
    ]
    return tiff([*given, *more], **rest)


def webp(canvas: Size, frame: bytes) -> bytes:
    """A canvas of any size with a small picture in it (RFC 9649)."""
    size = (canvas.width - 1).to_bytes(3, "little") + (canvas.height - 1).to_bytes(3, "little")
    picture = frame[12:]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size
    body += b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    place = bytes(6) + (7).to_bytes(3, "little") * 2 + (100).to_bytes(3, "little") + b"\0"
    body += b"ANMF" + struct.pack("<I", len(place) + len(picture)) + place + picture
    return b"RIFF" + struct.pack("<I", len(body)) + body


def ico(entries: list[tuple[int, int, int]], rest: bytes) -> bytes:
    """Entries: side, length, position."""
    head = struct.pack("<HHH", 0, 1, len(entries))
    return head + b"".join(struct.pack("<BBBBHHII", *(side, side, 0, 0, 1, 32, *at)) for side, *at in entries) + rest


def crumbs(data: bytes, at: int, crumb: bytes, count: int) -> bytes:
    return data[:at] + crumb * count + data[at:]


def jpeg_of_scans(side: int, scans: int) -> bytes:
    data = packed(Image.new("L", (side, side)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


SMALL = packed(slopes(40, 30), "PNG")
GIF_OF_ONE = gif((8, 8), ((0, 0, 0), (9, 9, 9)), [gif_frame([[1] * 8] * 8)])
ICC = b"profile\0\0"

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "PNG of 30000 x 30000": (lambda: png_of_size(30_000, 30_000, GREY, deflated_zeros(900 << 20)), "image/png"),
    "PNG of 2^31 x 2^31": (lambda: png_of_size(2**31 - 1, 2**31 - 1, RGB, b""), "image/png"),
    "PNG without pixels": (lambda: png_of_size(10_000, 10_000, RGB, zlib.compress(b"")), "image/png"),
    "PNG with a zTXt bomb": (
        lambda: png_of_size(9, 9, GREY, b"", chunk(b"zTXt", b"Comment\0\0" + deflated_zeros(500 << 20))), "image/png"),
    "PNG with an iCCP bomb": (
        lambda: png_of_size(9, 9, GREY, b"", chunk(b"iCCP", ICC + deflated_zeros(500 << 20))), "image/png"),
    "PNG of two million chunks": (lambda: crumbs(SMALL, 33, chunk(b"prIv", b""), 2_000_000), "image/png"),
    "APNG of 2^31 frames": (lambda: apng((9, 9), [{"image": quarters(9, 9), "ms": 9}], count=2**31 - 1), "image/png"),
    "GIF of 10000 frames": (
        lambda: gif((200, 200), ((0, 0, 0), (9, 9, 9)), [gif_frame([[1] * 4] * 4)] * 10_000), "image/gif"),
    "GIF of 65535 x 65535": (lambda: gif((65_535, 65_535), ((0, 0, 0), (9, 9, 9)), [gif_frame([[1]])]), "image/gif"),
    "GIF whose first frame is larger than it": (
        lambda: GIF_OF_ONE.replace(b",\0\0\0\0\x08\0\x08\0", b",\xff\xff\xff\xff\xff\xff\xff\xff"), "image/gif"),
    "GIF whose second frame is larger than it": (
        lambda: gif((200, 200), ((0, 0, 0), (9, 9, 9)), [gif_frame([[1]]), gif_frame([[1]], at=(60_000, 60_000))]),
        "image/gif"),
    "GIF of crumbs": (lambda: crumbs(GIF_OF_ONE, len(GIF_OF_ONE) - 2, b"\x01\0", 5_000_000), "image/gif"),
    "TIFF of 2^31 x 2^31": (lambda: tiff_of_size(2**31, 2**31), "image/tiff"),
    "TIFF that ends before its strips": (lambda: tiff_of_size(10_000, 10_000, (273, LONG, 1, 1 << 30)), "image/tiff"),
    "TIFF with strips before its beginning": (
        lambda: tiff_of_size(10_000, 10_000, (273, 9, 1, struct.pack("<i", -9))), "image/tiff"),
    "TIFF of five million strips": (
        lambda: tiff_of_size(9, 9_000_000, (273, LONG, 5_000_000, 200), (278, LONG, 1, 1), rest=bytes(20_000_200)),
        "image/tiff"),
    "TIFF of tiles as large as they can be": (
        lambda: tiff_of_size(99, 99, (259, SHORT, 1, 5), (322, LONG, 1, 2**31 - 16), (323, LONG, 1, 2**31 - 16),
                             (324, LONG, 1, 8), (325, LONG, 1, 9)), "image/tiff"),
    "TIFF whose directory is its own next": (lambda: tiff_of_size(9_000, 9_000, following=8), "image/tiff"),
    "TIFF of endless samples": (lambda: tiff_of_size(99, 99, (277, LONG, 1, 2**31)), "image/tiff"),
    "ICO whose pictures are elsewhere": (lambda: ico([(0, 1 << 30, 1 << 30)] * 3, b""), "image/vnd.microsoft.icon"),
    "ICO of 65535 pictures": (lambda: ico([(16, 99, 6)] * 65_535, b""), "image/vnd.microsoft.icon"),
    "ICO with a large PNG": (
        lambda: ico([(0, 99, 22)], png_of_size(30_000, 30_000, GREY, deflated_zeros(900 << 20))),
        "image/vnd.microsoft.icon"),
    "ICO with a large bitmap": (
        lambda: ico([(0, 99, 22)], struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 32, 0, 0, 0, 0, 0, 0)),
        "image/vnd.microsoft.icon"),
    "BMP of 2^31 x 2^31": (
        lambda: b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0),
        "image/bmp"),
    "BMP that goes nowhere": (
        lambda: b"BM" + struct.pack("<IIIIiiHHIIiiII", 54, 0, 54, 40, 10_000, 10_000, 1, 8, 1, 0, 0, 0, 0, 0)
        + bytes(1024) + b"\0\2\0\0" * 5_000_000, "image/bmp"),
    "WebP of 16384 x 16384": (
        lambda: webp(Size(16_384, 16_384), packed(quarters(8, 8), "WEBP")), "image/webp"),
    "WebP of 2^24 x 2^24": (lambda: webp(Size(1 << 24, 1 << 24), packed(quarters(8, 8), "WEBP")), "image/webp"),
    "JPEG of 65500 x 65500": (
        lambda: packed(quarters(8, 8), "JPEG").replace(b"\x08\0\x08\0\x08\x03", b"\x08\xff\xdc\xff\xdc\x03"),
        "image/jpeg"),
    "JPEG of a thousand scans": (lambda: jpeg_of_scans(2_000, 1_000), "image/jpeg"),
    "JPEG of three million markers": (
        lambda: crumbs(packed(quarters(8, 8), "JPEG"), 2, b"\xff\xee\0\2", 3_000_000), "image/jpeg"),
    "SVG by the name of PNG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/png"),
    "EPS by the name of PNG": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "image/png"),
    "64 MiB and a byte": (lambda: SMALL + bytes((64 << 20) + 1 - len(SMALL)), "image/png"),
}  # fmt: skip


# Of these the first frame is an honest picture, and more is not looked at where one is wanted.
HALF = asked("png", scale=50)
HONEST = [("GIF whose second frame is larger than it", THUMBNAIL)]
CASES = [(name, recipe) for name in HOSTILE for recipe in (THUMBNAIL, HALF) if (name, recipe) not in HONEST]


@functools.cache
def made(name: str) -> bytes:
    return HOSTILE[name][0]()


def spent(job: Callable[[], object]) -> tuple[float, int]:
    """Seconds of processor time, and by how many bytes the memory of this process was larger at its peak."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    before, started = _peak(), time.process_time()
    job()
    return time.process_time() - started, _peak() - before


def _peak() -> int:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) << 10


@pytest.mark.parametrize(("name", "recipe"), CASES, ids=[f"{name}, {recipe}" for name, recipe in CASES])
def test_it_is_refused_and_costs_little(name, recipe):
    data, into = io.BytesIO(made(name)), io.BytesIO()

    def refused() -> None:
        with pytest.raises(ImageUnusable):
            render(data, HOSTILE[name][1], recipe, BUDGET, into)

    seconds, memory = spent(refused)

    # A second for the worst of them on a quiet machine.
    assert seconds < 4
    assert memory < 150 << 20
    assert into.getvalue() == b""


def test_a_tiff_whose_directory_is_its_own_next_has_a_first_page():
    data = tiff_of_size(8, 8, (273, LONG, 1, 200), following=8, rest=bytes(300))

    assert rendered(data, "image/tiff", HALF)[0].size == Size(4, 4)


def test_a_canvas_that_is_larger_than_its_frames_is_shown_as_large_as_it_is():
    data = webp(Size(300, 200), packed(quarters(8, 8), "WEBP"))

    assert rendered(data, "image/webp", asked("png", scale=100))[0].size == Size(300, 200)


def test_an_icon_that_lies_about_its_sides_is_as_large_as_its_picture():
    picture = packed(quarters(100, 100), "PNG")

    assert rendered(ico([(16, len(picture), 22)], picture), MEDIA_TYPES["ICO"], asked(scale=50))[0].size == Size(50, 50)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("colour", [RGB, RGB_ALPHA])
def test_an_honest_large_picture_costs_its_pixels_and_little_more(colour):
    size = Size(10_000, 10_000)
    data = io.BytesIO(png_of_size(size.width, size.height, colour, deflated_zeros(4 * size.pixels + (1 << 20))))

    _, memory = spent(lambda: render(data, "image/png", THUMBNAIL, BUDGET, io.BytesIO()))

    assert memory < 4 * size.pixels + (60 << 20)


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("extension", ["gif", "png", "webp", "avif"])
def test_a_long_animation_is_not_in_memory_as_a_whole(extension):
    frames = [Image.new("L", (600, 400), shade) for shade in (40, 120, 200)] * 100
    data = io.BytesIO(packed(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))

    _, memory = spent(lambda: render(data, "image/gif", asked(extension, scale=90), BUDGET, io.BytesIO()))

    assert memory < 60 << 20  # three bytes a pixel would be 170 MB
