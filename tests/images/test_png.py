"""PNG of every colour type and bit depth comes out as the pixels that its specification says."""

from __future__ import annotations

import random
import struct

import pytest

from pastebin.images.recipe import Size
from tests.images.pictures import (
    CHANNELS,
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGB_ALPHA,
    asked,
    chunk,
    pixels_of,
    png,
    rendered,
)

WIDTH, HEIGHT = 19, 13
KINDS = [
    *[(depth, GREY) for depth in (1, 2, 4, 8, 16)],
    *[(depth, RGB) for depth in (8, 16)],
    *[(depth, PALETTE) for depth in (1, 2, 4, 8)],
    *[(depth, GREY_ALPHA) for depth in (8, 16)],
    *[(depth, RGB_ALPHA) for depth in (8, 16)],
]
CAN_BE_CLEAR = [kind for kind in KINDS if kind[1] in (GREY, RGB, PALETTE)]

Pixel = tuple[int, int, int, int]


def samples(depth: int, colour: int) -> list[list[tuple[int, ...]]]:
    dice = random.Random(depth * 10 + colour)
    return [
        [tuple(dice.randrange(1 << depth) for _ in range(CHANNELS[colour])) for _ in range(WIDTH)]
        for _ in range(HEIGHT)
    ]


def palette(depth: int) -> list[tuple[int, int, int]]:
    dice = random.Random(depth)
    return [(dice.randrange(256), dice.randrange(256), dice.randrange(256)) for _ in range(1 << depth)]


def eight_bits(sample: int, depth: int) -> int:
    return sample >> 8 if depth == 16 else sample * 255 // ((1 << depth) - 1)


def pixel(given: tuple[int, ...], depth: int, colour: int) -> Pixel:
    """What PNG section 13 says that a pixel looks like, in eight bits."""
    if colour == PALETTE:
        return (*palette(depth)[given[0]], 255)
    short = [eight_bits(sample, depth) for sample in given]
    return {
        GREY: lambda: (short[0],) * 3 + (255,),
        RGB: lambda: (*short, 255),
        GREY_ALPHA: lambda: (short[0],) * 3 + (short[1],),
        RGB_ALPHA: lambda: tuple(short),
    }[colour]()


def colours(depth: int, colour: int) -> list[bytes]:
    return [chunk(b"PLTE", b"".join(map(bytes, palette(depth))))] if colour == PALETTE else []


def seen(data: bytes) -> list[list[Pixel]]:
    made, image, _ = rendered(data, "image/png", asked("png", scale=100))
    assert made.size == Size(WIDTH, HEIGHT)
    flat = pixels_of(image)
    return [[opaque_or_clear(p) for p in flat[at : at + WIDTH]] for at in range(0, len(flat), WIDTH)]


def opaque_or_clear(given: Pixel) -> Pixel:
    # The colour of what cannot be seen is nobody's business.
    return given if given[3] else (0, 0, 0, 0)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("depth", "colour"), KINDS)
def test_every_kind_is_seen_as_it_is(depth, colour, interlaced):
    rows = samples(depth, colour)

    found = seen(png(rows, depth, colour, interlaced=interlaced, before=colours(depth, colour)))

    assert found == [[opaque_or_clear(pixel(p, depth, colour)) for p in row] for row in rows]


@pytest.mark.parametrize(("depth", "colour"), CAN_BE_CLEAR)
def test_a_transparent_colour_is_seen_through(depth, colour):
    rows = samples(depth, colour)
    clear = rows[3][5]
    before = [*colours(depth, colour), transparency(clear, colour)]

    found = seen(png(rows, depth, colour, before=before))

    expected = [[(0, 0, 0, 0) if p == clear else pixel(p, depth, colour) for p in row] for row in rows]
    assert found == expected


def transparency(clear: tuple[int, ...], colour: int) -> bytes:
    if colour == PALETTE:
        return chunk(b"tRNS", b"\xff" * clear[0] + b"\0")
    return chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear))


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_every_colour_of_a_palette_has_its_own_alpha(depth):
    rows = samples(depth, PALETTE)
    alphas = [(at * 37 + 11) % 256 for at in range(1 << depth)]

    found = seen(png(rows, depth, PALETTE, before=[*colours(depth, PALETTE), chunk(b"tRNS", bytes(alphas))]))

    expected = [[opaque_or_clear((*palette(depth)[p[0]], alphas[p[0]])) for p in row] for row in rows]
    assert found == expected


@pytest.mark.parametrize("depth", [2, 8])
def test_a_palette_is_not_mixed_by_its_numbers(depth):
    # Black and white stand at both ends of the palette, colours between.
    white = (1 << depth) - 1
    shades = [(0, 0, 0), *[(255, 0, 0)] * (white - 1), (255, 255, 255)]
    rows = [[(white * (x % 2),) for x in range(40)] for _ in range(40)]

    _, image, _ = rendered(
        png(rows, depth, PALETTE, before=[chunk(b"PLTE", b"".join(map(bytes, shades)))]),
        "image/png",
        asked("png", scale=50),
    )

    red, green, blue = image.convert("RGB").getpixel((10, 10))
    assert red == green == blue
    assert 100 < red < 155
