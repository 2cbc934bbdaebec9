"""Broken images are refused in our own words, or come out in the right size: nothing else ever happens."""

from __future__ import annotations

import errno
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pastebin.errors import ImageUnusable
from pastebin.filetypes import media_type_of
from pastebin.images.budget import Budget
from pastebin.images.formats import READABLE
from pastebin.images.recipe import THUMBNAIL, Format, Recipe, Size
from pastebin.images.render import render
from tests.images.pictures import (
    BUDGET,
    HEIC_WITH_ALPHA,
    MEDIA_TYPES,
    apng,
    asked,
    heic,
    oriented,
    packed,
    quarters,
    rendered,
    slopes,
)

PHOTO = slopes(48, 36)
MOVING = {"save_all": True, "append_images": [quarters(48, 36), PHOTO.rotate(180)], "duration": 40}

EXAMPLES: dict[str, tuple[bytes, str]] = {
    **{kind: (packed(PHOTO, kind), MEDIA_TYPES[kind]) for kind in ("JPEG", "PNG", "WEBP", "AVIF", "BMP", "GIF")},
    "progressive JPEG": (packed(PHOTO, "JPEG", progressive=True), "image/jpeg"),
    "CMYK JPEG": (packed(PHOTO.convert("CMYK"), "JPEG"), "image/jpeg"),
    "turned JPEG": (oriented(PHOTO, "JPEG", 6), "image/jpeg"),
    "PNG in palette": (packed(PHOTO.quantize(20), "PNG", transparency=3), "image/png"),
    "TIFF": (packed(PHOTO, "TIFF"), "image/tiff"),
    "packed TIFF": (packed(PHOTO, "TIFF", compression="tiff_lzw"), "image/tiff"),
    "turned TIFF": (oriented(PHOTO, "TIFF", 8), "image/tiff"),
    "ICO": (packed(quarters(32, 32, "RGBA"), "ICO"), "image/vnd.microsoft.icon"),
    "ICO of bitmaps": (packed(quarters(32, 32), "ICO", bitmap_format="bmp"), "image/vnd.microsoft.icon"),
    "moving GIF": (packed(PHOTO, "GIF", **MOVING), "image/gif"),
    "moving WEBP": (packed(PHOTO, "WEBP", **MOVING), "image/webp"),
    "moving AVIF": (packed(PHOTO, "AVIF", **MOVING), "image/avif"),
    "moving PNG": (packed(PHOTO, "PNG", **MOVING), "image/png"),
    "PNG with a picture for others": (
        apng((48, 36), [{"image": PHOTO, "ms": 40}, {"image": quarters(9, 9), "ms": 40, "blend": 1}], default=PHOTO),
        "image/png",
    ),
    "HEIC": (heic(1), "image/heic"),
    "HEIC with alpha": (HEIC_WITH_ALPHA, "image/heic"),
}
RECIPES = (THUMBNAIL, asked("png", scale=50), asked("webp", cropx=3, scaley=10))


def attempt(data: bytes, media_type: str, recipe: Recipe, budget: Budget = BUDGET) -> None:
    """Render, and look at it again: only our own refusal may be raised, and then nothing was written."""
    into = io.BytesIO()
    try:
        made = render(io.BytesIO(data), media_type, recipe, budget, into)
    except ImageUnusable:
        assert into.getvalue() == b""
        return
    with Image.open(io.BytesIO(into.getvalue())) as image:
        image.load()
        assert Size(*image.size) == made.size
        assert image.format == made.format.name
        if recipe.cover:
            assert made.size == recipe.cover


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_whole_file_is_an_image(name):
    assert rendered(*EXAMPLES[name], asked("jpg", scale=100))[0].frames == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_file_that_was_cut_off_is_refused_or_whole(name):
    data, media_type = EXAMPLES[name]

    for tenth in range(10):
        for recipe in RECIPES:
            attempt(data[: len(data) * tenth // 10], media_type, recipe)


@pytest.mark.parametrize("name", ["JPEG", "progressive JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "HEIC"])
def test_half_a_picture_is_no_picture(name):
    data, media_type = EXAMPLES[name]

    with pytest.raises(ImageUnusable, match="cannot be read as an image"):
        rendered(data[: len(data) * 6 // 10], media_type, THUMBNAIL)


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=25)
@given(at=st.data())
def test_flipped_bytes_are_refused_or_shown(name, at):
    data, media_type = EXAMPLES[name]
    broken = bytearray(data)
    for _ in range(at.draw(st.integers(1, 6))):
        # Half of them among the first bytes: that is where sizes, counts and positions stand.
        place = at.draw(st.integers(0, min(200, len(data) - 1)) | st.integers(0, len(data) - 1))
        broken[place] = at.draw(st.sampled_from((0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)) | st.integers(0, 255))

    attempt(bytes(broken), media_type, at.draw(st.sampled_from(RECIPES)))


@given(st.binary(max_size=300), st.sampled_from(sorted(READABLE)))
def test_any_bytes_are_refused_or_shown(data, media_type):
    attempt(data, media_type, THUMBNAIL)


@given(st.sampled_from(sorted(EXAMPLES)), st.sampled_from(sorted(READABLE)))
def test_one_kind_under_the_name_of_another_is_refused_or_is_both(name, media_type):
    attempt(EXAMPLES[name][0], media_type, THUMBNAIL)


@pytest.mark.parametrize(
    "media_type", ["image/svg+xml", "application/postscript", "image/vnd.adobe.photoshop", "", "x"]
)
def test_what_is_not_on_the_list_is_not_opened_whatever_it_is(media_type):
    with pytest.raises(ImageUnusable, match="no image of a kind"):
        rendered(packed(PHOTO, "PNG"), media_type, THUMBNAIL)


class FailingDisk(io.BytesIO):
    """A file that can be read up to its middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > len(self.getvalue()) // 2:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def test_a_disk_that_fails_is_not_the_images_fault():
    with pytest.raises(OSError, match="Input/output error"):
        render(FailingDisk(packed(slopes(300, 300), "BMP")), "image/bmp", THUMBNAIL, BUDGET, io.BytesIO())


SIZES = st.integers(1, 40)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[bytes, str, Size]:
    """An image of some kind, mode and size, as a file."""
    kind, modes = draw(
        st.sampled_from(
            (
                ("PNG", ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
                ("JPEG", ("L", "RGB", "CMYK", "YCbCr")),
                ("GIF", ("L", "P", "1", "RGB")),
                ("WEBP", ("L", "RGB", "RGBA", "LA")),
                ("AVIF", ("L", "RGB", "RGBA")),
                ("BMP", ("1", "L", "P", "RGB", "RGBA")),
                ("TIFF", ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F", "LAB")),
            )
        )
    )
    size = Size(draw(SIZES), draw(SIZES))
    mode = draw(st.sampled_from(modes))
    image = Image.new(mode, (size.width, size.height), draw(st.sampled_from((0, 1))) if mode != "LAB" else 0)
    return packed(image, kind), MEDIA_TYPES[kind], size


@settings(max_examples=150)
@given(
    pictures(),
    st.builds(
        Recipe,
        crop_x=st.integers(0, 22),
        crop_y=st.integers(0, 22),
        scale=st.integers(1, 400),
        scale_x=st.none() | st.integers(1, 90),
        scale_y=st.none() | st.integers(1, 90),
        cover=st.none() | st.builds(Size, SIZES, SIZES),
        format=st.none() | st.sampled_from(Format),
    ),
)
def test_any_picture_and_any_recipe_make_the_size_that_was_foretold(picture, recipe):
    data, media_type, size = picture
    try:
        expected = recipe.size_of(size)
    except ImageUnusable:
        attempt(data, media_type, recipe)
        return

    made, image, _ = rendered(data, media_type, recipe)

    image.load()
    assert made.size == expected == Size(*image.size)
    assert image.get_format_mimetype() == media_type_of(made.format)
