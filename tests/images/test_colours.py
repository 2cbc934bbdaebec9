"""Colours stay what they were: of presses, of long samples, through alpha, and with their profiles."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageCms

from pastebin.images.recipe import THUMBNAIL, Format
from tests.images.pictures import MEDIA_TYPES, asked, packed, pixels_of, quarters, rendered, slopes, unlike

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
PHOTO = slopes(120, 90)


def swapped_profile() -> bytes:
    """sRGB, but that red and green have changed places: whoever uses it can be told from who does not."""
    data = bytearray(SRGB)
    count = struct.unpack_from(">I", data, 128)[0]
    tags = {bytes(data[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data)


SWAPPED = swapped_profile()


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
@pytest.mark.parametrize("extension", ["jpg", "png", "webp"])
def test_colours_of_presses_and_cameras_become_rgb(mode, kind, extension):
    data = packed(PHOTO.convert(mode), kind, **({"quality": 95} if kind == "JPEG" else {}))

    _, image, _ = rendered(data, MEDIA_TYPES[kind], asked(extension, scale=50))

    assert image.mode in ("RGB", "RGBA")
    assert unlike(image, PHOTO.resize((60, 45), Image.Resampling.BICUBIC)) < 6


def test_lab_becomes_rgb():
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    data = packed(ImageCms.applyTransform(PHOTO, to_lab), "TIFF")

    _, image, _ = rendered(data, "image/tiff", asked("png", scale=50))

    assert image.mode == "RGB"
    assert unlike(image, PHOTO.resize((60, 45), Image.Resampling.BICUBIC)) < 6


def test_a_press_picture_is_converted_by_its_own_profile_and_leaves_it_behind():
    # No profile of a press can be made here; one of another kind shows that it is looked at, and dropped.
    data = packed(PHOTO.convert("CMYK"), "JPEG", icc_profile=SRGB, quality=95)

    made, image, raw = rendered(data, "image/jpeg", asked("jpg", scale=50))

    assert made.format is Format.JPEG
    assert "icc_profile" not in image.info
    assert b"ICC_PROFILE" not in raw
    assert image.mode == "RGB"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "avif"])
def test_a_profile_is_kept_where_it_still_fits(kind, extension):
    data = packed(PHOTO, kind, icc_profile=SWAPPED)

    _, image, _ = rendered(data, MEDIA_TYPES[kind], asked(extension, scale=50))

    assert image.info["icc_profile"] == SWAPPED


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "gif"), ("PNG", "gif")])
def test_colours_are_brought_to_srgb_where_no_profile_can_be_kept(kind, extension):
    red = Image.new("RGB", (40, 40), (220, 30, 30))

    _, image, _ = rendered(packed(red, kind, icc_profile=SWAPPED), MEDIA_TYPES[kind], asked(extension, scale=50))

    r, g, _ = image.convert("RGB").getpixel((10, 10))
    assert g > 150 > 90 > r


@pytest.mark.parametrize("profile", [b"", b"x" * 50, b"x" * 5000, SRGB[:200], LAB, SRGB + bytes(1 << 20)])
def test_a_profile_that_is_none_or_does_not_fit_is_dropped(profile):
    data = packed(PHOTO, "JPEG", icc_profile=profile, quality=95)

    _, image, _ = rendered(data, "image/jpeg", asked("png", scale=50))

    assert image.info.get("icc_profile") in (None, SRGB[:200])
    assert unlike(image, PHOTO.resize((60, 45), Image.Resampling.BICUBIC)) < 2


def test_a_grey_picture_does_not_keep_a_profile_of_colours():
    data = packed(PHOTO.convert("L"), "JPEG", icc_profile=SRGB)

    _, image, _ = rendered(data, "image/jpeg", asked("jpg", scale=50))

    assert (image.mode, image.info.get("icc_profile")) == ("L", None)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_are_scaled_and_not_cut_off(kind):
    wide = Image.new("I;16", (256, 4))
    wide.putdata([x * 257 for _ in range(4) for x in range(256)])

    _, image, _ = rendered(packed(wide, kind), MEDIA_TYPES[kind], asked("png", scale=100))

    assert [image.getpixel((x, 1)) for x in range(256)] == list(range(256))


@pytest.mark.parametrize(
    ("mode", "values", "expected"),
    [
        ("I", (0, 30_000, 65_535), (0, 117, 255)),
        ("I", (0, 100, 200), (0, 100, 200)),
        ("I", (-1000, 0, 1000), (0, 128, 255)),
        ("I", (0, 1 << 20, 1 << 21), (0, 128, 255)),
        ("F", (0.0, 0.5, 1.0), (0, 128, 255)),
        ("F", (-1.0, 0.0, 1.0), (0, 128, 255)),
        ("F", (3.5, 3.5, 3.5), (4, 4, 4)),
    ],
)
def test_longer_samples_are_brought_to_what_can_be_seen(mode, values, expected):
    image = Image.new(mode, (3, 1))
    image.putdata(values)

    _, made, _ = rendered(packed(image, "TIFF"), "image/tiff", asked("png", scale=100))

    assert all(abs(made.getpixel((x, 0)) - shade) <= 1 for x, shade in enumerate(expected))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_has_no_colour_to_lend_to_its_neighbours(mode):
    image = Image.new(mode, (100, 100), (255, 0, 0, 0) if mode == "RGBA" else (255, 0))
    image.paste((0, 0, 255, 255) if mode == "RGBA" else (40, 255), (0, 0, 51, 100))

    _, made, _ = rendered(packed(image, "PNG"), "image/png", asked("png", scale=30))

    visible = [pixel for pixel in pixels_of(made) if pixel[3] > 8]
    assert any(pixel[3] < 250 for pixel in visible)
    assert all(pixel[0] < 50 for pixel in visible)


@pytest.mark.parametrize("extension", ["png", "webp", "avif", "gif"])
def test_alpha_is_kept_where_the_format_can(extension):
    image = quarters(40, 40, "RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 20, 40))

    _, made, _ = rendered(packed(image, "PNG"), "image/png", asked(extension, scale=50))

    seen = made.convert("RGBA")
    assert seen.getpixel((4, 4))[3] < 3
    assert seen.getpixel((16, 4))[3] > 252


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (0, 0, 255, 128), (127, 127, 255)),
        ("RGBA", (9, 9, 9, 0), (255, 255, 255)),
        ("LA", (0, 128), (127, 127, 127)),
    ],
)
def test_alpha_is_laid_on_white_where_the_format_has_none(mode, colour, expected):
    _, made, _ = rendered(packed(Image.new(mode, (40, 40), colour), "PNG"), "image/png", asked("jpg", scale=50))

    assert all(abs(a - b) <= 3 for a, b in zip(made.convert("RGB").getpixel((9, 9)), expected, strict=True))


def test_few_colours_stay_themselves_in_gif():
    _, made, _ = rendered(packed(quarters(64, 48), "PNG"), "image/png", asked("gif", scale=100))

    assert made.convert("RGB").tobytes() == quarters(64, 48).tobytes()


def test_many_colours_are_mixed_in_gif_and_no_bands():
    sky = Image.linear_gradient("L").resize((400, 400), Image.Resampling.BICUBIC)
    sky = Image.merge("RGB", (sky, sky.transpose(Image.Transpose.ROTATE_90), sky.point(lambda v: 255 - v)))

    _, made, _ = rendered(packed(sky, "PNG"), "image/png", asked("gif", scale=100))

    smooth = (50, 50)
    found, wanted = made.convert("RGB").reduce(8), sky.reduce(8)
    assert found.size == wanted.size == smooth
    assert unlike(found, wanted) < 2


@pytest.mark.parametrize("mode", ["1", "P", "L", "RGB", "RGBA", "LA"])
def test_icons_become_png_since_they_have_alpha(mode):
    data = packed(quarters(64, 64, mode), "ICO", sizes=[(64, 64), (16, 16)])

    made, image, _ = rendered(data, "image/vnd.microsoft.icon", asked(scale=50))

    assert (made.format, image.size) == ((Format.PNG if mode in ("RGBA", "LA") else made.format), (32, 32))


@pytest.mark.parametrize("bitmap", ["bmp", "png"])
def test_icons_of_both_kinds_are_read(bitmap):
    data = packed(quarters(64, 64, "RGBA"), "ICO", sizes=[(64, 64)], bitmap_format=bitmap)

    made, image, _ = rendered(data, "image/vnd.microsoft.icon", asked(scale=100))

    assert made.format is Format.PNG
    assert unlike(image, quarters(64, 64)) < 1


@pytest.mark.parametrize(("kind", "format"), [("BMP", Format.BMP), ("TIFF", Format.TIFF), ("GIF", Format.GIF)])
def test_an_original_stays_in_its_own_format(kind, format):
    made, image, _ = rendered(packed(quarters(40, 30), kind), MEDIA_TYPES[kind], asked(scale=50))

    assert (made.format, image.format, image.size) == (format, kind, (20, 15))
    assert unlike(image, quarters(20, 15)) < 8


@pytest.mark.parametrize("progressive", [False, True])
def test_progressive_photographs_are_read(progressive):
    data = packed(PHOTO, "JPEG", progressive=progressive, quality=95)

    _, image, _ = rendered(data, "image/jpeg", THUMBNAIL)

    assert image.size == (512, 512)


def test_of_a_stereo_photograph_the_first_picture_is_taken():
    file = io.BytesIO()
    quarters(60, 40).save(file, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))])

    made, image, _ = rendered(file.getvalue(), "image/jpeg", asked(scale=50))

    assert (made.format, made.frames) == (Format.JPEG, 1)
    assert unlike(image, quarters(30, 20)) < 8
