"""Which extension and type an upload gets: contract section 3."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pastebin.filetypes import Sniffed, choose_extension, extension_of_name, media_type_for, media_type_of
from pastebin.filetypes import media_types as table
from tests.filetypes import contents

PATTERN = re.compile(r"[a-z0-9]{1,16}(\.[a-z0-9]{1,16})?")
NOTHING = Sniffed(None, None)


def found(extension: str | None) -> Sniffed:
    return Sniffed(media_type_of(extension), extension) if extension else NOTHING


@pytest.mark.parametrize(
    ("name", "sniffed", "charset", "extension"),
    [
        # The name's own, where nothing speaks against it.
        ("photo.PNG", "png", None, "png"),
        ("main.rs", None, "utf-8", "rs"),
        ("noise.xyz", None, None, "xyz"),
        ("page.png", None, "utf-8", "png"),
        ("backup.tar.gz", "gz", None, "tar.gz"),
        ("logs.TAR.ZST", "zst", None, "tar.zst"),
        ("photo.jpeg", "jpg", None, "jpeg"),
        ("scan.tif", "tiff", None, "tif"),
        # A known binary format, under a name that may well be its own.
        ("letter.docx", "zip", None, "docx"),
        ("letter.zip", "docx", None, "zip"),
        ("tool.jar", "zip", None, "jar"),
        ("world.mcworld", "zip", None, "mcworld"),
        ("drawing.svgz", "gz", None, "svgz"),
        ("code.tgz", "gz", None, "tgz"),
        ("song.m4a", "mp4", None, "m4a"),
        ("film.m4v", "mp4", None, "m4v"),
        ("film.mov", "mp4", None, "mov"),
        ("song.oga", "ogg", None, "oga"),
        ("song.ogg", "opus", None, "ogg"),
        ("film.mka", "mkv", None, "mka"),
        ("raw.nef", "tiff", None, "nef"),
        ("lib.dll", "exe", None, "dll"),
        ("lib.so", "elf", None, "so"),
        ("firmware.bin", "elf", None, "bin"),
        ("data.db", "sqlite", None, "db"),
        ("secret.docx", "ole", None, "docx"),
        ("setup.msi", "ole", None, "msi"),
        ("film.ts", "ts", None, "ts"),
        ("art.ai", "pdf", None, "ai"),
        ("box.ova", "tar", None, "ova"),
        ("notes.txt.age", "age", None, "age"),
        # One under a name that is not.
        ("archive.png", "zip", None, "zip"),
        ("notes.txt", "png", None, "png"),
        ("script.py", "elf", None, "elf"),
        ("evil.html", "gif", "utf-8", "gif"),
        ("image.svg", "png", None, "png"),
        ("image.jpg", "png", None, "png"),
        ("old.tar.gz", "xz", None, "xz"),
        ("song.wav", "avi", None, "avi"),
        ("paste.txt", "pdf", None, "pdf"),
        # A name that says nothing: formats that are used under any name keep it, others do not.
        ("photo.bak", "png", None, "png"),
        ("photo.xyz123", "jpg", None, "jpg"),
        ("photo.dat", "png", None, "png"),
        ("stdin.bin", "pdf", None, "pdf"),
        ("save.dat", "zip", None, "dat"),
        ("Screenshot 12.30.45", "png", None, "png"),
        ("release-1.2", "gz", None, "gz"),
        ("libm.so.6", "elf", None, "elf"),
        ("chapter.1", None, "utf-8", "1"),
        # No extension in the name, or no name.
        (".bashrc", None, "utf-8", "txt"),
        ("Makefile", None, "utf-8", "txt"),
        ("photo", "jpg", None, "jpg"),
        ("blob", None, None, "bin"),
        ("c.c++", None, "utf-8", "txt"),
        (None, None, "utf-16", "txt"),
        (None, None, None, "bin"),
        (None, "docx", None, "docx"),
        ("", None, "utf-8", "txt"),
    ],
)
def test_the_extension_of_an_upload(name, sniffed, charset, extension):
    assert choose_extension(name, found(sniffed), charset) == extension


@given(
    st.none() | st.text() | st.text("azAZ09. /-é", min_size=1).map(lambda name: "x." + name),
    st.sampled_from([None, *contents.BY_EXTENSION]),
    st.sampled_from([None, "utf-8", "utf-16"]),
)
def test_an_extension_always_fits_its_pattern(name, sniffed, charset):
    assert PATTERN.fullmatch(choose_extension(name, found(sniffed), charset))


@pytest.mark.parametrize("extension", sorted(table.MEDIA_TYPES))
def test_every_extension_of_the_table_can_be_had(extension):
    assert (
        choose_extension(f"file.{extension.upper()}", NOTHING, None) == extension == extension_of_name("x." + extension)
    )


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("md", "text/markdown"),
        ("rs", "text/x-rust"),
        ("go", "text/x-go"),
        ("ts", "text/x-typescript"),
        ("toml", "application/toml"),
        ("yaml", "application/yaml"),
        ("json", "application/json"),
        ("js", "text/javascript"),
        ("webp", "image/webp"),
        ("avif", "image/avif"),
        ("heic", "image/heic"),
        ("JPG", "image/jpeg"),
        ("opus", "audio/ogg"),
        ("mkv", "video/x-matroska"),
        ("wasm", "application/wasm"),
        ("diff", "text/x-diff"),
        ("csv", "text/csv"),
        ("tar.gz", "application/gzip"),
        ("tar.zst", "application/zstd"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_type_that_an_extension_stands_for(extension, media_type):
    assert media_type_of(extension) == media_type


@pytest.mark.parametrize(
    ("extension", "sniffed", "charset", "media_type"),
    [
        ("png", found("png"), None, "image/png"),
        ("txt", found("png"), None, "text/plain"),
        ("html", NOTHING, "utf-8", "text/html"),
        ("mcworld", found("zip"), None, "application/zip"),
        ("bin", found("elf"), None, "application/x-executable"),
        ("ts", Sniffed("video/mp2t", "ts"), None, "video/mp2t"),
        ("ts", NOTHING, "utf-8", "text/x-typescript"),
        ("mine", NOTHING, "utf-16", "text/plain"),
        ("bin", NOTHING, "utf-8", "application/octet-stream"),
        ("mine", NOTHING, None, "application/octet-stream"),
    ],
)
def test_the_type_of_a_stored_file(extension, sniffed, charset, media_type):
    assert media_type_for(extension, sniffed, charset) == media_type
