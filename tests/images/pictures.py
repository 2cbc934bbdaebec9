"""Images of every kind, made here: by Pillow where it writes them, byte by byte where it does not."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from PIL import Image

from pastebin.images.budget import Budget
from pastebin.images.recipe import Recipe, parse
from pastebin.images.render import Made, render

BUDGET = Budget(pixels=4_000_000, frames=100, source_bytes=8 << 20)

RED, GREEN, BLUE, YELLOW = (230, 20, 20), (20, 200, 20), (20, 20, 230), (230, 220, 20)
QUARTERS = (RED, GREEN, BLUE, YELLOW)
ORIENTATION = 0x0112

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "ICO": "image/vnd.microsoft.icon",
}


def quarters(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Red, green, blue and yellow, from left to right and from the top: whichever way it is turned, one can tell."""
    image = Image.new("RGB", (width, height))
    for at, colour in enumerate(QUARTERS):
        left, top = at % 2 * width // 2, at // 2 * height // 2
        image.paste(colour, (left, top, left + width - width // 2, top + height - height // 2))
    return image.convert(mode)


def slopes(width: int, height: int) -> Image.Image:
    """Colours that change slowly, differently along both axes: what is cut or scaled wrongly is seen in it."""
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.radial_gradient("L").resize((width, height))))


def packed(image: Image.Image, kind: str, **settings: Any) -> bytes:
    """The image as a file of Pillow's."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def oriented(image: Image.Image, kind: str, orientation: int) -> bytes:
    """A file that says in its EXIF (AVIF: in marks of its own) how it is to be turned."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    lossless = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}, "AVIF": {"quality": 95}}
    return packed(image, kind, exif=exif, **lossless.get(kind, {}))


def rendered(data: bytes, media_type: str, recipe: Recipe, budget: Budget = BUDGET) -> tuple[Made, Image.Image, bytes]:
    """What was made, as an image and as bytes."""
    into = io.BytesIO()
    made = render(io.BytesIO(data), media_type, recipe, budget, into)
    return made, Image.open(io.BytesIO(into.getvalue())), into.getvalue()


def asked(extension: str | None = None, **query: object) -> Recipe:
    """The recipe of a query."""
    recipe = parse({name: str(value) for name, value in query.items()}, extension)
    assert recipe
    return recipe


def pixels_of(image: Image.Image) -> list[tuple[int, ...]]:
    """All pixels in RGBA, row by row."""
    raw = image.convert("RGBA").tobytes()
    return [tuple(raw[at : at + 4]) for at in range(0, len(raw), 4)]


def unlike(one: Image.Image, other: Image.Image) -> float:
    """How different two images are: the mean over all samples, of 255."""
    assert one.size == other.size
    a, b = one.convert("RGBA").tobytes(), other.convert("RGBA").tobytes()
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


# ---- PNG, by hand (W3C PNG, third edition)

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Adam7: where each pass begins, and its steps.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

Samples = Sequence[Sequence[Sequence[int]]]


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: Samples, depth: int, colour: int, *, interlaced: bool = False, before: Iterable[bytes] = ()) -> bytes:
    """A PNG of rows of pixels of samples; *before* are chunks that stand before the pixels."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), depth, colour, 0, 0, interlaced)
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    lines = b"".join(
        b"\0" + _line(row[left::across], depth)
        for left, top, across, down in passes
        for row in rows[top::down]
        if row[left::across]
    )
    return _SIGNATURE + chunk(b"IHDR", header) + b"".join(before) + chunk(b"IDAT", zlib.compress(lines)) + END


END = chunk(b"IEND", b"")


def _line(pixels: Samples | Sequence[Sequence[int]], depth: int) -> bytes:
    bits = "".join(format(sample, f"0{depth}b") for pixel in pixels for sample in pixel)
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


def apng(
    canvas: tuple[int, int], frames: Sequence[dict[str, Any]], *, default: Any = None, count: int | None = None
) -> bytes:
    """An animated PNG in RGBA. A frame is `image`, `at`, `ms`, `dispose`, `blend`; *default* is shown by others.

    It says that it has *count* frames, where that is given.
    """
    parts = [_SIGNATURE, chunk(b"IHDR", struct.pack(">IIBBBBB", *canvas, 8, RGB_ALPHA, 0, 0, 0))]
    parts.append(chunk(b"acTL", struct.pack(">II", count or len(frames), 0)))
    if default:
        parts.append(chunk(b"IDAT", _filtered(default)))
    number = 0
    for at, frame in enumerate(frames):
        image: Image.Image = frame["image"]
        place = (*image.size, *frame.get("at", (0, 0)))
        rest = (frame["ms"], 1000, frame.get("dispose", 0), frame.get("blend", 0))
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, *place, *rest)))
        number += 1
        if at == 0 and not default:
            parts.append(chunk(b"IDAT", _filtered(image)))
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", number) + _filtered(image)))
            number += 1
    return b"".join([*parts, END])


def _filtered(image: Image.Image) -> bytes:
    raw, length = image.convert("RGBA").tobytes(), image.width * 4
    return zlib.compress(b"".join(b"\0" + raw[at : at + length] for at in range(0, len(raw), length)))


# ---- GIF, by hand (GIF89a)


def gif(
    canvas: tuple[int, int], palette: Sequence[tuple[int, int, int]], frames: Iterable[bytes], loop: int | None = 0
) -> bytes:
    """A GIF of frames that `gif_frame` made."""
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80 | _bits(palette) - 1, 0, 0) + _colours(palette)
    again = b"" if loop is None else b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", loop) + b"\0"
    return head + again + b"".join(frames) + b";"


def gif_frame(
    pixels: Sequence[Sequence[int]], *, at: tuple[int, int] = (0, 0), ms: int = 100, disposal: int = 0,
    clear: int | None = None, palette: Sequence[tuple[int, int, int]] | None = None,
) -> bytes:  # fmt: skip
    """A frame of palette indexes below 64; *clear* is the transparent one."""
    control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | (clear is not None), ms // 10, clear or 0, 0)
    flags = 0x80 | _bits(palette) - 1 if palette else 0
    place = b"," + struct.pack("<HHHHB", *at, len(pixels[0]), len(pixels), flags)
    codes = [code for row in pixels for index in row for code in (64, index)]
    return control + place + (_colours(palette) if palette else b"") + b"\x06" + _blocks([*codes, 65])


def _blocks(codes: Sequence[int]) -> bytes:
    # Every index after a code that clears the table, so that codes stay at seven bits: no compression at all.
    value = sum(code << 7 * at for at, code in enumerate(codes))
    data = value.to_bytes((7 * len(codes) + 7) // 8, "little")
    return b"".join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255)) + b"\0"


def _bits(palette: Sequence[object]) -> int:
    return max(1, (len(palette) - 1).bit_length())


def _colours(palette: Sequence[tuple[int, int, int]]) -> bytes:
    return b"".join(bytes(colour) for colour in palette).ljust(3 << _bits(palette), b"\0")


# ---- HEIC, of which nothing here has an encoder: made once by another (libheif with x265), 128 x 64 quarters

_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAABuwABAAAAAAAAAEcAAgAAAAACAgABAAAAAAAAAEAAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoBAgQWW6kkprm4CGgwIAAAMAMgAAAwACEGIAAQAHRAHBcrAi"
    "QAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAACAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAB"
    "ppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAj21kYXQAAABDKAGvE4DmqHDT//4mlH/9OueH6eXS0JZ//dN7C/zcoX/x4zVz//Sm1MCsfjnJ397G"
    "v/zp+tw8Af+MMw/zDk/81aua/gAAAAZFeGlmAABNTQAqAAAACAACAQ4AAgAAAA8AAAAmARIAAwAAAAEABgAAAAAAAEEgU0VDUkVUIFBMQUNFAA"
    "A="
)
HEIC_WITH_ALPHA = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAkZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAACagABAAAAAAAAAEcAAgAAAAACsQABAAAAAAAAAA8AAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAAACAABodmMxAAAAAA5waXRtAAAAAAABAAABhWlwcnAAAAFfaXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoBAgQWW6kkprm4CGgwIAAAMAMgAAAwACEGIAAQAHRAHBcrAi"
    "QAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAACAAAAAQAAAABBwaXhpAAAAAAMICAgAAABzaHZjQwEECAAAAJ/4AAAAAB7wAPz8+P"
    "gAAA8DYAABABdAAQwB//8ECAAAAwCf+AAAAwAAHroCQGEAAQAnQgEBBAgAAAMAn/gAAAMAAB7AQIEFlupJKa5sCAAAAwDIAAADAAhAYgABAAdE"
    "AcFysCJAAAAADnBpeGkAAAAAAQgAAAAnYXV4QwAAAAB1cm46bXBlZzpoZXZjOjIwMTU6YXV4aWQ6MQAAAAAeaXBtYQAAAAAAAAACAAEEgQIDBA"
    "ACBIUDBocAAAAaaXJlZgAAAAAAAAAOYXV4bAACAAEAAQAAAF5tZGF0AAAAQygBrxOA5qhw0//+JpR//Trnh+nl0tCWf/3Tewv83KF/8eM1c//0"
    "ptTArH45yd/exr/86frcPAH/jDMP8w5P/NWrmv4AAAALKAGuJ8cjROAgMHg="
)
_ROTATED_BY = 10


def heic(quarter_turns: int | None = None) -> bytes:
    """A HEIC whose EXIF says orientation 6, and that has an `irot` box beside it, or none (ISO/IEC 23008-12)."""
    data = bytearray(_HEIC.replace(b"\x01\x12\0\3\0\0\0\1\0\1", b"\x01\x12\0\3\0\0\0\1\0\6"))
    if quarter_turns is None:
        return bytes(data)
    for box, grows in ((b"meta", _ROTATED_BY), (b"iprp", _ROTATED_BY), (b"ipco", 9), (b"ipma", 1)):
        _grow(data, data.find(box) - 4, grows)
    for offset in (0x1BB, 0x202):
        _grow(data, data.find(struct.pack(">I", offset)), _ROTATED_BY)
    associations = data.find(b"ipma")
    data[associations + 14] = 5  # that many properties of the image
    end = associations + 19
    data[end:end] = b"\x85"  # the fifth, essential
    data[associations - 4 : associations - 4] = b"\0\0\0\x09irot" + bytes([quarter_turns])
    return bytes(data)


def _grow(data: bytearray, at: int, by: int) -> None:
    struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + by)
