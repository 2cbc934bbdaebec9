"""The beginnings of real files, made by the programs that make them where Python has one."""

import bz2
import gzip
import io
import lzma
import sqlite3
import tarfile
import wave
import zipfile
from pathlib import Path


def zipped(*names: str, mimetype: str | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype is not None:
            archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name in names:
            archive.writestr(name, "content " * 90)
    return made.getvalue()


class _Pipe(io.BytesIO):
    """Something that cannot be sought, into which archives are streamed."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def zipped_into_a_pipe(*names: str) -> bytes:
    made = _Pipe()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "content " * 90)
    return made.getvalue()


def tarball(format_: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=format_) as archive:
        about = tarfile.TarInfo("notes.txt")
        about.size = 5
        archive.addfile(about, io.BytesIO(b"hello"))
    return made.getvalue()


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as recording:
        recording.setparams((1, 2, 8000, 0, "NONE", ""))
        recording.writeframes(bytes(400))
    return made.getvalue()


def database(folder: Path) -> bytes:
    path = folder / "any.db"
    connection = sqlite3.connect(path)
    connection.execute("create table t (x)")
    connection.close()
    return path.read_bytes()


def iso_media(brand: bytes, *also: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(also)
    return (len(body) + 4).to_bytes(4, "big") + body + bytes(64)


def ogg(first_packet: bytes) -> bytes:
    return b"OggS\0\2" + bytes(20) + b"\1\x1e" + first_packet + bytes(40)


def riff(form: bytes) -> bytes:
    return b"RIFF\x24\x10\0\0" + form + b"fmt \x10\0\0\0" + bytes(64)


def matroska(doctype: bytes) -> bytes:
    return (
        b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82" + bytes([0x80 | len(doctype)]) + doctype
    )


BY_EXTENSION: dict[str, tuple[bytes, ...]] = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x000\0\0\x000",),
    "jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1", b"\xff\xd8\xff\xe1\0\x18Exif\0\0"),
    "gif": (b"GIF87a0\x000\0\x81\0\0", b"GIF89a<script>"),
    "webp": (b"RIFFJ\0\0\0WEBPVP8 >\0\0\0", riff(b"WEBP")),
    "avif": (iso_media(b"avif", b"mif1"), iso_media(b"mif1", b"avif", b"miaf")),
    "heic": (iso_media(b"heic", b"mif1"), iso_media(b"mif1", b"mif1", b"heic")),
    "heif": (iso_media(b"mif1", b"miaf"),),
    "bmp": (b"BM6\x1b\0\0\0\0\0\x006\0\0\0(\0\0\x000\0\0\0",),
    "tiff": (b"II*\0\x08\0\0\0\t\0\0\1", b"MM\0*\0\0\0\x08"),
    "ico": (b"\0\0\1\0\2\0\x10\x10\0\0\0\0 \0S\0\0\0",),
    "jp2": (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ",),
    "jxl": (b"\0\0\0\x0cJXL \r\n\x87\n", b"\xff\x0a\xfa\x1f"),
    "psd": (b"8BPS\0\1" + bytes(20),),
    "emf": (b"\1\0\0\0" + bytes(36) + b" EMF",),
    "pdf": (b"%PDF-1.4\n% created by Pillow", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    "zip": (zipped("notes.txt"), zipped(), zipped_into_a_pipe("a", "b"), zipped("docs/word/document.xml")),
    "docx": (
        zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
        zipped("_rels/.rels", "docProps/core.xml", "word/_rels/document.xml.rels"),
        zipped_into_a_pipe("[Content_Types].xml", "word/document.xml"),
    ),
    "xlsx": (zipped("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), zipped("xl/worksheets/sheet1.xml")),
    "pptx": (zipped("[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"),),
    "odt": (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.text"),),
    "ods": (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"),),
    "odp": (zipped("content.xml", mimetype="application/vnd.oasis.opendocument.presentation"),),
    "epub": (zipped("META-INF/container.xml", mimetype="application/epub+zip"),),
    "jar": (zipped("META-INF/MANIFEST.MF", "org/example/Main.class"),),
    "apk": (zipped("AndroidManifest.xml", "classes.dex"), zipped("META-INF/a", "classes.dex")),
    "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le"),),
    "gz": (gzip.compress(b"hello", mtime=0),),
    "xz": (lzma.compress(b"hello"),),
    "lzma": (lzma.compress(b"hello", lzma.FORMAT_ALONE),),
    "bz2": (bz2.compress(b"hello"), bz2.compress(b"")),
    "zst": (b"\x28\xb5\x2f\xfd\x24\x05",),
    "lz4": (b"\x04\x22\x4d\x18\x64\x40",),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4",),
    "rar": (b"Rar!\x1a\7\0", b"Rar!\x1a\7\1\0"),
    "tar": (tarball(tarfile.PAX_FORMAT), tarball(tarfile.GNU_FORMAT)),
    "deb": (b"!<arch>\ndebian-binary   ",),
    "elf": (b"\x7fELF\2\1\1\0",),
    "exe": (b"MZ\x90\0\3\0\0\0",),
    "wasm": (b"\0asm\1\0\0\0",),
    "class": (b"\xca\xfe\xba\xbe\0\0\0\x34",),
    "macho": (b"\xcf\xfa\xed\xfe\7\0\0\1", b"\xca\xfe\xba\xbe\0\0\0\2"),
    "mp3": (b"ID3\4\0\0\0\0\0\x23" + bytes(40), b"\xff\xfb\x90\x64" + bytes(40)),
    "flac": (b"fLaC\0\0\0\x22", b"ID3\4\0\0\0\0\0\4" + bytes(4) + b"fLaC\0"),
    "ogg": (ogg(b"\1vorbis"),),
    "opus": (ogg(b"OpusHead\1"),),
    "ogv": (ogg(b"\x80theora"),),
    "wav": (sound(), riff(b"WAVE")),
    "m4a": (iso_media(b"M4A ", b"mp42"),),
    "mid": (b"MThd\0\0\0\6\0\1",),
    "mp4": (iso_media(b"isom", b"iso2", b"avc1", b"mp41"), iso_media(b"mp42")),
    "mov": (iso_media(b"qt  "), b"\0\0\0\x08wide\0\0\1\0mdat"),
    "3gp": (iso_media(b"3gp5"),),
    "webm": (matroska(b"webm"),),
    "mkv": (matroska(b"matroska"),),
    "avi": (riff(b"AVI "),),
    "ts": (b"".join(b"G\x40\0\x10" + bytes(184) for _ in range(5)),),
    "mpg": (b"\0\0\1\xba\x44\0",),
    "woff": (b"wOFF\0\1\0\0", b"wOFFOTTO"),
    "woff2": (b"wOF2\0\1\0\0",),
    "ttf": (b"\0\1\0\0\0\x11\1\0\0\4\0\x10GDEF", b"\0\1\0\0\0\x11\1\0\0\4\0\x10OS/2"),
    "otf": (b"OTTO\0\x0b\0\x80",),
    "swf": (b"CWS\x0a\x10\x20\0\0\0",),
    "age": (b"age-encryption.org/v1\n-> X25519 ",),
}
