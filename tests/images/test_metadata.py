"""Where, when and by whom an image was made is in nothing that is made of it."""

from __future__ import annotations

import pytest
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

from pastebin.images.recipe import THUMBNAIL
from tests.images.pictures import GREEN, MEDIA_TYPES, RED, apng, asked, chunk, heic, packed, quarters, rendered, slopes

SECRET = b"53 deg 32 min north"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>' + SECRET + b"</exif:GPSLatitude></x:xmpmeta>"
TEXT = SECRET.decode()


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = TEXT
    found[0x013B] = TEXT
    gps = found.get_ifd(0x8825)
    gps[1], gps[2], gps[29] = "N", (53.0, 32.0, 0.0), TEXT
    return found


def text_chunks() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", TEXT)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add_text("Raw profile type iptc", TEXT)
    info.add(b"prIv", SECRET)
    return info


def tags() -> TiffImagePlugin.ImageFileDirectory_v2:
    found = TiffImagePlugin.ImageFileDirectory_v2()
    found[270], found[305], found[315] = TEXT, TEXT, TEXT
    found[700] = XMP
    found.tagtype[700] = 1
    found[33723] = SECRET
    found.tagtype[33723] = 7
    return found


def originals() -> dict[str, tuple[bytes, str]]:
    still, moving = slopes(60, 40), {"save_all": True, "append_images": [quarters(60, 40)]}
    jpeg = packed(still, "JPEG", exif=exif(), xmp=XMP, comment=SECRET)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0" + bytes([0, len(SECRET)]) + SECRET
    jpeg = jpeg[:2] + b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc + jpeg[2:]
    moving_png = apng((8, 8), [{"image": Image.new("RGB", (8, 8), colour), "ms": 50} for colour in (RED, GREEN)])
    return {
        "JPEG": (jpeg, "image/jpeg"),
        "PNG": (packed(still, "PNG", exif=exif(), pnginfo=text_chunks()), "image/png"),
        "PNG in palette": (packed(still.quantize(9), "PNG", exif=exif(), pnginfo=text_chunks()), "image/png"),
        "WEBP": (packed(still, "WEBP", exif=exif(), xmp=XMP), "image/webp"),
        "AVIF": (packed(still, "AVIF", exif=exif(), xmp=XMP), "image/avif"),
        "TIFF": (packed(still, "TIFF", tiffinfo=tags(), exif=exif()), "image/tiff"),
        "GIF": (packed(still, "GIF", comment=SECRET), "image/gif"),
        "HEIC": (heic().replace(b"A SECRET PLACE", SECRET[:14]), "image/heic"),
        "moving GIF": (packed(still, "GIF", comment=SECRET, **moving), "image/gif"),
        "moving WEBP": (packed(still, "WEBP", exif=exif(), xmp=XMP, **moving), "image/webp"),
        "moving AVIF": (packed(still, "AVIF", exif=exif(), xmp=XMP, **moving), "image/avif"),
        "moving PNG": (moving_png[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + moving_png[33:], "image/png"),
    }


ORIGINALS = originals()
# No shorter ones: three bytes are found by chance in what is compressed.
MARKS = (SECRET[:14], b"GPSLa", b"Exif\0", b"EXIF", b"eXIf", b"xmpmeta", b"XMP ", b"tEXt", b"iTXt", b"prIv", b"8BIM")


@pytest.mark.parametrize("kind", ORIGINALS)
def test_an_original_does_say_where_it_was_made(kind):
    assert SECRET[:14] in ORIGINALS[kind][0]


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "avif", "gif", None])
@pytest.mark.parametrize("query", [{"scale": 100}, {"cropx": 1}, {"scale": 50}])
@pytest.mark.parametrize("kind", ORIGINALS)
def test_nothing_of_it_is_in_what_is_made(kind, query, extension):
    _, image, raw = rendered(*ORIGINALS[kind], asked(extension, **query))

    assert not [mark for mark in MARKS if mark in raw]
    assert not {"exif", "xmp", "comment", "XML:com.adobe.xmp", "Comment"} & image.info.keys()


@pytest.mark.parametrize("kind", ORIGINALS)
def test_nothing_of_it_is_in_a_thumbnail(kind):
    _, _, raw = rendered(*ORIGINALS[kind], THUMBNAIL)

    assert not [mark for mark in MARKS if mark in raw]


def test_a_profile_stays_though_the_rest_goes():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = packed(slopes(60, 40), "JPEG", exif=exif(), icc_profile=profile)

    _, image, raw = rendered(data, MEDIA_TYPES["JPEG"], asked(scale=50))

    assert image.info["icc_profile"] == profile
    assert SECRET not in raw
