"""What moves stays moving: every frame as it is seen, as long as it is seen, as often as it is played."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageSequence

from pastebin.errors import ImageUnusable
from pastebin.images.budget import Budget
from pastebin.images.recipe import THUMBNAIL
from tests.images.pictures import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    apng,
    asked,
    gif,
    gif_frame,
    packed,
    pixels_of,
    rendered,
    slopes,
    unlike,
)

COLOURS = (RED, GREEN, BLUE, YELLOW)
DURATIONS = (100, 40, 1000, 20)
CLEAR = (0, 0, 0, 0)


def moving(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> list[Image.Image]:
    """A square that goes from one quarter to the next, on ground of another colour each time."""
    pictures = []
    for at, colour in enumerate(COLOURS):
        picture = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else (20, 20, 20))
        picture.paste(colour, (at % 2 * 20, at // 2 * 15, at % 2 * 20 + 20, at // 2 * 15 + 15))
        pictures.append(picture)
    return pictures


def animation(kind: str, mode: str = "RGB", **settings: object) -> bytes:
    first, *others = moving(mode=mode)
    exact = {"WEBP": {"lossless": True}, "AVIF": {"quality": 95}, "GIF": {"disposal": 2 if mode == "RGBA" else 1}}
    return packed(
        first, kind, save_all=True, append_images=others, duration=list(DURATIONS), **exact.get(kind, {}), **settings
    )


def frames_of(raw: bytes) -> Iterator[tuple[Image.Image, int]]:
    """Every frame as Pillow shows it, and its milliseconds."""
    with Image.open(io.BytesIO(raw)) as image:
        for frame in ImageSequence.Iterator(image):
            frame.load()
            yield frame.convert("RGBA"), round(frame.info.get("duration", 0))


MOVING = {"GIF": "image/gif", "WEBP": "image/webp", "PNG": "image/png", "AVIF": "image/avif"}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("extension", ["gif", "webp", "png", "avif"])
@pytest.mark.parametrize("kind", MOVING)
def test_an_animation_becomes_the_same_animation_smaller(kind, extension, mode):
    made, image, raw = rendered(animation(kind, mode), MOVING[kind], asked(extension, scale=50))

    frames = list(frames_of(raw))
    assert (made.frames, image.n_frames, image.size) == (4, 4, (20, 15))
    assert [duration for _, duration in frames] == list(DURATIONS)
    for (frame, _), original in zip(frames, moving(mode=mode), strict=True):
        wanted = original.convert("RGBA").resize((20, 15), Image.Resampling.NEAREST)
        on_grey, wanted_on_grey = (laid_on_grey(one) for one in (frame, wanted))
        assert unlike(on_grey, wanted_on_grey) < 12


def laid_on_grey(image: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", image.size, (128, 128, 128, 255))
    return Image.alpha_composite(ground, image)


@pytest.mark.parametrize("kind", MOVING)
def test_without_another_format_it_stays_what_it_was(kind):
    made, image, _ = rendered(animation(kind), MOVING[kind], asked(cropx=2))

    assert (made.format.name, image.format, made.frames) == (kind, kind, 4)


@pytest.mark.parametrize(("plays", "in_gif"), [(0, 0), (1, None), (2, 1), (7, 6)])
@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize("extension", ["gif", "webp", "png"])
def test_it_is_played_as_often(kind, extension, plays, in_gif):
    data = (
        animation(kind, loop=plays)
        if kind != "GIF"
        else animation(kind, **({} if in_gif is None else {"loop": in_gif}))
    )

    _, image, _ = rendered(data, MOVING[kind], asked(extension, scale=50))

    assert image.info.get("loop") == (in_gif if extension == "gif" else plays)


@pytest.mark.parametrize("kind", MOVING)
@pytest.mark.parametrize("extension", ["jpg", "png"])
def test_a_thumbnail_is_the_first_frame(kind, extension):
    made, image, _ = rendered(animation(kind), MOVING[kind], THUMBNAIL)

    assert made.frames == getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((150, 100))[0] > 200


@pytest.mark.parametrize("kind", MOVING)
def test_a_format_that_does_not_move_has_the_first_frame(kind):
    made, image, _ = rendered(animation(kind), MOVING[kind], asked("jpg", scale=100))

    assert made.frames == 1
    assert unlike(image, moving()[0]) < 12


# ---- how frames of GIF and APNG lie upon each other

PALETTE = ((0, 0, 0), RED, GREEN, BLUE)


def full(index: int, width: int = 8, height: int = 8) -> list[list[int]]:
    return [[index] * width for _ in range(height)]


def seen_in(raw: bytes, *places: tuple[int, int]) -> list[list[tuple[int, ...]]]:
    return [
        [(*pixel[:3], 255) if pixel[3] else CLEAR for pixel in (frame.getpixel(at) for at in places)]
        for frame, _ in frames_of(raw)
    ]


def opaque(colour: tuple[int, int, int]) -> tuple[int, ...]:
    return (*colour, 255)


@pytest.mark.parametrize("extension", ["gif", "png", "webp"])
@pytest.mark.parametrize(
    ("disposal", "remains"), [(0, opaque(GREEN)), (1, opaque(GREEN)), (2, CLEAR), (3, opaque(RED))]
)
def test_what_becomes_of_a_gif_frame_before_the_next(disposal, remains, extension):
    data = gif(
        (8, 8),
        PALETTE,
        [
            gif_frame(full(1), clear=0, disposal=1),
            gif_frame(full(2, 4, 4), clear=0, disposal=disposal),
            gif_frame(full(3, 2, 2), at=(6, 6), clear=0, disposal=1),
        ],
    )

    _, _, raw = rendered(data, "image/gif", exact(extension))

    corner, opposite = (1, 1), (7, 7)
    assert nearly(seen_in(raw, corner, opposite)) == [
        [opaque(RED), opaque(RED)],
        [opaque(GREEN), opaque(RED)],
        [remains, opaque(BLUE)],
    ]


def exact(extension: str):
    return asked(extension, scale=100)


def nearly(frames: list[list[tuple[int, ...]]]) -> list[list[tuple[int, ...]]]:
    """Colours that a lossy encoder has moved a little, brought back to the nearest of ours."""
    known = [opaque(colour) for colour in ((0, 0, 0), *COLOURS)]

    def nearest(pixel: tuple[int, ...]) -> tuple[int, ...]:
        return min(known, key=lambda one: sum(abs(a - b) for a, b in zip(one, pixel, strict=True)))

    return [[pixel if pixel == CLEAR else nearest(pixel) for pixel in row] for row in frames]


@pytest.mark.parametrize("extension", ["gif", "png"])
def test_gif_frames_have_palettes_of_their_own(extension):
    others = ((9, 9, 9), YELLOW, BLUE, RED)
    data = gif((8, 8), PALETTE, [gif_frame(full(1)), gif_frame(full(1), palette=others), gif_frame(full(1))])

    _, _, raw = rendered(data, "image/gif", exact(extension))

    assert seen_in(raw, (3, 3)) == [[opaque(RED)], [opaque(YELLOW)], [opaque(RED)]]


def test_a_gif_frame_that_is_larger_than_the_picture_is_seen_as_far_as_the_picture_goes():
    data = gif((8, 8), PALETTE, [gif_frame(full(1)), gif_frame(full(2, 20, 20)), gif_frame(full(3, 4, 4))])

    made, image, raw = rendered(data, "image/gif", exact("png"))

    assert (made.frames, image.size) == (3, (8, 8))
    assert seen_in(raw, (1, 1), (7, 7)) == [
        [opaque(RED), opaque(RED)],
        [opaque(GREEN), opaque(GREEN)],
        [opaque(BLUE), opaque(GREEN)],
    ]


@pytest.mark.parametrize("extension", ["gif", "png", "webp", "avif"])
def test_a_frame_that_changes_nothing_keeps_its_time(extension):
    data = gif((8, 8), PALETTE, [gif_frame(full(1), ms=200), gif_frame(full(1), ms=300), gif_frame(full(2), ms=400)])

    made, _, raw = rendered(data, "image/gif", exact(extension))

    assert made.frames == 3
    assert sum(duration for _, duration in frames_of(raw)) == 900


@pytest.mark.parametrize("alpha", [90, 255])
@pytest.mark.parametrize("extension", ["gif", "png", "webp", "avif"])
def test_frames_that_are_all_the_same_are_a_picture_like_them(extension, alpha):
    data = apng((8, 8), [{"image": square((*RED, alpha)), "ms": 100}] * 3)

    _, _, raw = rendered(data, "image/png", exact(extension))

    clear = extension == "gif" and alpha < 128
    assert all(pixel == CLEAR if clear else pixel[0] > 200 for [pixel] in seen_in(raw, (3, 3)))


def square(colour: tuple[int, ...], side: int = 8) -> Image.Image:
    return Image.new("RGBA", (side, side), colour)


@pytest.mark.parametrize("extension", ["png", "gif", "webp"])
@pytest.mark.parametrize("blend", [0, 1])
@pytest.mark.parametrize(("dispose", "remains"), [(0, opaque(GREEN)), (1, CLEAR), (2, opaque(RED))])
def test_what_becomes_of_an_apng_frame_before_the_next(dispose, remains, blend, extension):
    data = apng(
        (8, 8),
        [
            {"image": square(RED), "ms": 100},
            {"image": square(GREEN, 4), "ms": 200, "dispose": dispose, "blend": blend},
            {"image": square(BLUE, 2), "ms": 300, "at": (6, 6), "blend": blend},
        ],
    )

    _, _, raw = rendered(data, "image/png", exact(extension))

    assert nearly(seen_in(raw, (1, 1), (7, 7))) == [
        [opaque(RED), opaque(RED)],
        [opaque(GREEN), opaque(RED)],
        [remains, opaque(BLUE)],
    ]


@pytest.mark.parametrize("blend", [0, 1])
def test_a_picture_for_those_who_cannot_play_an_apng_is_no_frame_of_it(blend):
    data = apng(
        (8, 8),
        [
            {"image": square(GREEN, 4), "ms": 100, "blend": blend},
            {"image": square(BLUE, 4), "at": (4, 4), "ms": 200, "blend": blend},
        ],
        default=square(RED),
    )

    made, _, raw = rendered(data, "image/png", exact("png"))

    assert made.frames == 2
    assert seen_in(raw, (1, 1), (7, 7)) == [[opaque(GREEN), CLEAR], [opaque(GREEN), opaque(BLUE)]]


def test_of_an_apng_with_such_a_picture_the_thumbnail_is_the_first_frame():
    data = apng((8, 8), [{"image": square(GREEN), "ms": 100}, {"image": square(BLUE), "ms": 100}], default=square(RED))

    _, image, _ = rendered(data, "image/png", THUMBNAIL)

    assert image.convert("RGB").getpixel((256, 256)) == GREEN


def test_an_animation_of_one_frame_is_a_picture():
    data = apng((8, 8), [{"image": square(GREEN), "ms": 100}])

    made, image, raw = rendered(data, "image/png", exact("png"))

    assert (made.frames, getattr(image, "n_frames", 1)) == (1, 1)
    assert b"acTL" not in raw
    assert set(pixels_of(image)) == {opaque(GREEN)}


def test_an_animation_of_photographs_is_not_much_larger_as_gif():
    pictures = [slopes(120, 90).rotate(3 * at) for at in range(6)]
    data = packed(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], duration=50)

    _, _, raw = rendered(data, "image/webp", asked("gif", scale=100))

    for (frame, _), picture in zip(frames_of(raw), pictures, strict=True):
        assert unlike(frame.reduce(4), picture.reduce(4)) < 4


# ---- what all frames together may cost


@pytest.mark.parametrize("kind", MOVING)
@pytest.mark.parametrize("recipe", [asked(scale=50), asked("jpg", scale=50), THUMBNAIL], ids=str)
def test_more_frames_than_the_budget_are_refused_whatever_is_made_of_them(kind, recipe):
    few = Budget(pixels=1_000_000, frames=3, source_bytes=1 << 20)

    with pytest.raises(ImageUnusable, match="4 frames"):
        rendered(animation(kind), MOVING[kind], recipe, few)


@pytest.mark.parametrize("scale", [50, 200])
def test_all_frames_together_have_ten_times_the_pixels_of_one_and_no_more(scale):
    frames = [gif_frame(full(1 + at % 2)) for at in range(12)]
    larger = 64 * max(1, (scale // 100) ** 2)
    tight = Budget(pixels=larger, frames=100, source_bytes=1 << 20)

    assert rendered(gif((8, 8), PALETTE, frames[:10]), "image/gif", asked(scale=scale), tight)[0].frames == 10
    with pytest.raises(ImageUnusable, match="all of them together"):
        rendered(gif((8, 8), PALETTE, frames[:11]), "image/gif", asked(scale=scale), tight)
