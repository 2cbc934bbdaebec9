"""What a browser could run never runs on this origin: contract section 4."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.filetypes import OCTET_STREAM, Serving, media_type_of, serving
from pastebin.filetypes import media_types as table

TEXTS = """
text/plain text/html text/css text/javascript text/xml text/xsl text/csv text/cache-manifest text/x-component text/vtt
text/x-anything application/xhtml+xml application/xml application/rss+xml application/mathml+xml application/xslt+xml
application/vnd.invented+xml application/json application/vnd.invented+json application/javascript
application/ecmascript application/x-sh application/sql application/x-httpd-php application/hta message/rfc822
multipart/related application/vnd.apple.mpegurl TEXT/HTML text/html;charset=utf-7
""".split()
# Downloads of no type at all: a browser would run, install or import them, or nobody knows.
WITHHELD = """
application/java-archive application/java-vm application/x-shockwave-flash application/x-xpinstall
application/x-chrome-extension application/wasm application/x-apple-aspen-config application/pkix-cert
application/x-x509-ca-cert application/pkcs12 application/vnd.ms-htmlhelp application/x-ms-shortcut
multipart/x-mixed-replace application/x-invented application/octet-stream image/invented video/invented
""".split()


@pytest.mark.parametrize("media_type", TEXTS)
@pytest.mark.parametrize(
    ("charset", "content_type"),
    [
        ("utf-8", "text/plain; charset=utf-8"),
        ("utf-16", "text/plain; charset=utf-16"),
        (None, "text/plain"),
        ("utf-7", "text/plain"),
    ],
)
def test_text_of_every_kind_is_plain_text(media_type, charset, content_type):
    assert serving(media_type, charset) == Serving(content_type, inline=True, as_image_only=None)


def test_svg_is_an_image_only_where_nothing_in_it_can_run():
    assert serving("image/svg+xml", "utf-8") == Serving("text/plain; charset=utf-8", True, "image/svg+xml")


@pytest.mark.parametrize(
    "extension", "png jpg gif webp avif bmp ico apng heic tiff mp3 ogg wav flac mp4 webm mov".split()
)
def test_raster_images_audio_and_video_are_themselves(extension):
    media_type = media_type_of(extension)

    assert serving(media_type, None) == Serving(media_type, inline=True, as_image_only=None)


@pytest.mark.parametrize("extension", "pdf zip tar.gz docx epub exe elf sqlite woff2 ps psd apk".split())
def test_the_rest_is_saved_under_its_own_type(extension):
    media_type = media_type_of(extension)

    assert serving(media_type, None) == Serving(media_type, inline=False, as_image_only=None)


@pytest.mark.parametrize("media_type", [*WITHHELD, "", "nonsense", "image/png\r\nX-Evil: 1", "*/*", "image/*"])
def test_what_nobody_allowed_is_a_download_of_no_type(media_type):
    assert serving(media_type, "utf-8") == Serving(OCTET_STREAM, inline=False, as_image_only=None)


def test_whoever_adds_a_type_to_the_table_decides_what_becomes_of_it():
    undecided = {one for one in table.MEDIA_TYPES.values() if serving(one, None).content_type == OCTET_STREAM}

    assert undecided <= set(WITHHELD)


@given(st.text() | st.sampled_from(sorted(set(table.MEDIA_TYPES.values()))), st.none() | st.text())
def test_no_answer_is_anything_a_browser_could_run(media_type, charset):
    answer = serving(media_type, charset)

    assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+(; charset=utf-(8|16))?", answer.content_type)
    assert not re.search(
        r"html|xml(?!formats)|script\b(?<!postscript)|json|svg|java|flash|multipart", answer.content_type
    )
    assert answer.as_image_only in (None, "image/svg+xml")
