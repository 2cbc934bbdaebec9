"""Cut first, then scaled, upright: in exact pixels, and with the right pixels."""

from __future__ import annotations

import pytest
from PIL import Image, ImageChops, TiffImagePlugin

from pastebin.errors import ImageUnusable
from pastebin.images import pixels
from pastebin.images.recipe import THUMBNAIL, Format, Size
from tests.images.pictures import (
    BUDGET,
    MEDIA_TYPES,
    asked,
    heic,
    oriented,
    packed,
    quarters,
    rendered,
    slopes,
    unlike,
)

PICTURE = slopes(401, 301)

# How each EXIF orientation was stored: what undoes what shows it upright (TIFF 6.0, Exif 2.32 section 4.6.4).
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(upright: Image.Image, orientation: int) -> Image.Image:
    turn = STORED[orientation]
    return upright.transpose(turn) if turn is not None else upright


@pytest.mark.parametrize(
    ("query", "box", "size"),
    [
        ({"scale": 100}, (0, 0, 401, 301), (401, 301)),
        ({"cropx": 1}, (1, 0, 400, 301), (399, 301)),
        ({"cropy": 150}, (0, 150, 401, 151), (401, 1)),
        ({"cropx": 17, "cropy": 33}, (17, 33, 384, 268), (367, 235)),
        ({"scale": 50}, (0, 0, 401, 301), (201, 151)),
        ({"scale": 7}, (0, 0, 401, 301), (28, 21)),
        ({"scale": 250}, (0, 0, 401, 301), (1003, 753)),
        ({"scalex": 100}, (0, 0, 401, 301), (100, 75)),
        ({"scaley": 100}, (0, 0, 401, 301), (133, 100)),
        ({"scalex": 31, "scaley": 200}, (0, 0, 401, 301), (31, 200)),
        ({"cropx": 200, "cropy": 150, "scale": 100}, (200, 150, 201, 151), (1, 1)),
        ({"cropx": 100, "cropy": 3, "scale": 20}, (100, 3, 301, 298), (40, 59)),
        ({"cropx": 8, "cropy": 16, "scalex": 50}, (8, 16, 393, 285), (50, 35)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_crop_and_a_scale_are_these_pixels(kind, query, box, size):
    data = packed(PICTURE, kind, **({"quality": 95, "subsampling": 0} if kind == "JPEG" else {}))

    made, image, _ = rendered(data, MEDIA_TYPES[kind], asked("png", **query))

    # The straight way: cut, and one resampling of everything.
    expected = PICTURE.crop(box).resize(size, Image.Resampling.BICUBIC)
    assert (made.size, image.size, made.frames) == (Size(*size), size, 1)
    assert unlike(image, expected) < (1.5 if kind == "JPEG" else 0.7)


@pytest.mark.parametrize("query", [{"scale": 100}, {"cropx": 5, "cropy": 40}])
def test_a_crop_alone_changes_no_pixel(query):
    _, image, _ = rendered(packed(PICTURE, "PNG"), "image/png", asked("png", **query))

    x, y = query.get("cropx", 0), query.get("cropy", 0)
    assert image.tobytes() == PICTURE.crop((x, y, 401 - x, 301 - y)).tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("frame", [16, 33])
def test_what_is_cut_off_does_not_shine_through_the_edges(kind, frame):
    framed = Image.new("RGB", (600, 600), "black")
    framed.paste((255, 255, 255), (frame, frame, 600 - frame, 600 - frame))
    data = packed(framed, kind, **({"quality": 100} if kind == "JPEG" else {"lossless": True}))

    _, image, _ = rendered(data, MEDIA_TYPES[kind], asked("png", cropx=frame, cropy=frame, scalex=60))

    assert min(low for low, _ in image.convert("RGB").getextrema()) > 245


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_every_orientation_is_applied_before_everything_else(kind, orientation):
    upright = quarters(96, 64)
    data = oriented(stored(upright, orientation), kind, orientation)

    made, image, _ = rendered(data, MEDIA_TYPES[kind], asked("png", cropx=12, cropy=4, scalex=36))

    expected = upright.crop((12, 4, 84, 60)).resize((36, 28), Image.Resampling.BICUBIC)
    assert made.size == Size(36, 28)
    assert unlike(image, expected) < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_photograph_is_turned_after_it_is_reduced(orientation):
    upright = slopes(1600, 1000)
    data = oriented(stored(upright, orientation), "JPEG", orientation)

    _, image, _ = rendered(data, "image/jpeg", asked("png", cropx=80, cropy=16, scaley=100))

    assert unlike(image, upright.crop((80, 16, 1520, 984)).resize((149, 100), Image.Resampling.BICUBIC)) < 1.5


@pytest.mark.parametrize(("turns", "corners"), [(None, "RGB"), (0, "RGB"), (1, "GYR"), (2, "YBG"), (3, "BRY")])
def test_a_heic_is_turned_once_by_its_own_mark_and_never_by_exif(turns, corners):
    made, image, _ = rendered(heic(turns), "image/heic", asked("png", scale=50))

    assert made.size == (Size(32, 64) if turns in (1, 3) else Size(64, 32))
    right, bottom = image.width - 2, image.height - 2
    assert "".join(name_of(image.getpixel(at)) for at in ((2, 2), (right, 2), (2, bottom))) == corners


def name_of(pixel: tuple[int, int, int]) -> str:
    return {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 0): "Y"}[tuple(int(v > 128) for v in pixel)]


def test_orientation_after_the_pixels_of_a_png_counts_too():
    data = oriented(quarters(64, 32), "PNG", 6)
    at = data.index(b"eXIf") - 4
    length = int.from_bytes(data[at : at + 4], "big") + 12
    late = data[:at] + data[at + length : -12] + data[at : at + length] + data[-12:]

    assert rendered(late, "image/png", asked(scale=100))[0].size == Size(32, 64)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"\0" * 99]
)
def test_broken_exif_is_no_reason_not_to_show_an_image(exif):
    data = packed(quarters(64, 32), "JPEG", exif=exif)

    assert rendered(data, "image/jpeg", asked(scale=50))[0].size == Size(32, 16)


def test_a_tiff_is_turned_by_its_tag_and_not_by_what_xmp_says():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[700] = b'<rdf:Description tiff:Orientation="6"/>'
    tags.tagtype[700] = 1
    data = packed(quarters(64, 32), "TIFF", tiffinfo=tags)

    _, image, _ = rendered(data, "image/tiff", asked("png", scale=100))

    assert image.tobytes() == quarters(64, 32).tobytes()


@pytest.mark.parametrize(
    "size", [(1, 1), (3, 700), (700, 3), (512, 512), (511, 513), (2000, 31), (1600, 1200), (90, 60)]
)
def test_a_thumbnail_covers_its_box_with_the_centre(size):
    picture = slopes(*size)

    made, image, _ = rendered(packed(picture, "PNG"), "image/png", THUMBNAIL)

    side = min(size)
    left, top = (size[0] - side) / 2, (size[1] - side) / 2
    expected = picture.resize((512, 512), Image.Resampling.BICUBIC, (left, top, left + side, top + side))
    assert (made.format, made.size, image.size) == (Format.JPEG, Size(512, 512), (512, 512))
    assert unlike(image, expected) < 2.5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_thumbnail_is_upright(orientation):
    upright = quarters(900, 300)

    _, image, _ = rendered(oriented(stored(upright, orientation), "JPEG", orientation), "image/jpeg", THUMBNAIL)

    corners = ((9, 9), (500, 9), (9, 500), (500, 500))
    assert "".join(name_of(image.getpixel(at)) for at in corners) == "RGBY"


@pytest.mark.parametrize(
    ("data", "kind", "format"),
    [
        (packed(quarters(30, 30, "RGBA"), "PNG"), "image/png", Format.PNG),
        (packed(quarters(30, 30, "LA"), "PNG"), "image/png", Format.PNG),
        (packed(quarters(30, 30, "P"), "PNG"), "image/png", Format.JPEG),
        (packed(quarters(30, 30, "P"), "PNG", transparency=0), "image/png", Format.PNG),
        (packed(quarters(30, 30), "PNG", transparency=(1, 2, 3)), "image/png", Format.PNG),
        (packed(quarters(30, 30), "GIF"), "image/gif", Format.JPEG),
        (packed(Image.new("RGBA", (30, 30), (9, 9, 9, 9)), "WEBP"), "image/webp", Format.PNG),
        (packed(quarters(30, 30), "BMP"), "image/bmp", Format.JPEG),
        (heic(), "image/heic", Format.JPEG),
    ],
)
def test_a_thumbnail_is_png_where_there_is_alpha_and_else_jpeg(data, kind, format):
    made, image, _ = rendered(data, kind, THUMBNAIL)

    assert (made.format, image.format) == (format, format.name)


@pytest.mark.parametrize("query", [{"cropx": 201}, {"cropy": 151}])
def test_a_crop_that_leaves_nothing_is_refused(query):
    with pytest.raises(ImageUnusable, match="leaves nothing"):
        rendered(packed(PICTURE, "PNG"), "image/png", asked(**query))


@pytest.mark.parametrize(
    ("extension", "query"),
    [("webp", {"scalex": 16_384, "scaley": 1}), ("jpg", {"scaley": 65_501, "scalex": 1}),
     ("gif", {"scalex": 65_536, "scaley": 1}), ("avif", {"scalex": 32_769, "scaley": 1})],
)  # fmt: skip
def test_a_side_that_the_format_cannot_hold_is_refused(extension, query):
    with pytest.raises(ImageUnusable, match="do not fit"):
        rendered(packed(quarters(9, 9), "PNG"), "image/png", asked(extension, **query))


@pytest.mark.parametrize(
    ("extension", "longest"), [("webp", 16_383), ("jpg", 65_500), ("gif", 65_535), ("avif", 32_768), ("png", 70_000)]
)
def test_a_side_that_the_format_can_just_hold_is_made(extension, longest):
    _, image, _ = rendered(packed(quarters(9, 9), "PNG"), "image/png", asked(extension, scalex=longest, scaley=1))

    assert image.size == (longest, 1)


def test_more_pixels_than_the_budget_are_refused_in_and_out():
    large = packed(Image.new("L", (2001, 2000)), "PNG")
    exact = packed(Image.new("L", (2000, 2000)), "PNG")

    assert rendered(exact, "image/png", asked(scale=10))[0].size == Size(200, 200)
    for data, query in ((large, {"scale": 10}), (exact, {"scale": 101}), (exact, {"scalex": 4001, "scaley": 1000})):
        with pytest.raises(ImageUnusable, match=str(BUDGET.pixels)):
            rendered(data, "image/png", asked(**query))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
@pytest.mark.parametrize(
    "query", [{"scale": 37}, {"cropx": 100, "cropy": 7, "scale": 81}, {"scalex": 300, "scaley": 2900}]
)
def test_bands_that_a_large_picture_is_made_in_are_not_seen(query, mode, monkeypatch):
    picture = slopes(600, 900).convert(mode)
    data = packed(picture, "PNG")
    _, at_once, _ = rendered(data, "image/png", asked("png", **query))

    monkeypatch.setattr(pixels, "_BAND_PIXELS", 20_000)
    _, in_bands, _ = rendered(data, "image/png", asked("png", **query))

    # Not to the bit: where samples fall between pixels, Pillow rounds by where its box begins.
    assert unlike(at_once, in_bands) < 0.5
    difference = ImageChops.difference(at_once.convert("RGB"), in_bands.convert("RGB"))
    assert max(high for _, high in difference.getextrema()) < 8
