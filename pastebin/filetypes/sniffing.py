"""Which binary format some content is, from how it begins.

It proves nothing (`GIF89a<script>` is a GIF to every sniffer): it chooses
extensions and types, and what those may do is decided in `serving`.
Text is nobody's business here: SVG, scripts and HTML are not recognised.

A table of our own: asking it costs one look at the first byte. The library
`filetype` takes 10 to 35 µs for the same, libmagic and puremagic 200.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from pastebin.filetypes import containers
from pastebin.filetypes.media_types import media_type_of

# What `sniff` likes to be given: an office document names itself some kilobytes in.
SNIFF_BYTES: Final = 8192


@dataclass(frozen=True)
class Sniffed:
    """A format that was recognised, both fields; or none, and both are None."""

    media_type: str | None
    extension: str | None


NOTHING: Final = Sniffed(None, None)

Look = Callable[[bytes], str | None]


def sniff(head: bytes) -> Sniffed:
    """The binary format of a content that begins with these bytes.

    *head* is the first `SNIFF_BYTES`, or everything where there is less.
    """
    if not head:
        return NOTHING
    for magic, found in _BY_FIRST_BYTE.get(head[0], ()):
        if head.startswith(magic):
            extension = found if isinstance(found, str) else found(head)
            if extension is not None:
                return _kind(extension)
    if head[257:263] in (b"ustar\0", b"ustar "):
        return _kind("tar")
    if head[128:132] == b"DICM":
        return _kind("dcm")
    return NOTHING


@cache
def _kind(extension: str) -> Sniffed:
    # The one extension of two worlds: what begins like a film is no TypeScript.
    return Sniffed("video/mp2t" if extension == "ts" else media_type_of(extension), extension)


def _bitmap(head: bytes) -> str | None:
    # "BM" alone begins many a text; the size of the second header is one of a few.
    known = head[14:18] in _BITMAP_HEADER_SIZES
    return "bmp" if known else None


def _icon(head: bytes) -> str | None:
    # A count of images, then an entry whose fourth byte is reserved and zero.
    count = int.from_bytes(head[4:6], "little")
    if not 0 < count < 256 or head[9:10] != b"\0":
        return None
    return "ico" if head[2] == 1 else "cur"


def _windows_program(head: bytes) -> str | None:
    return "exe" if b"\0" in head[2:64] else None


def _java_class_or_mach(head: bytes) -> str:
    # Both begin with CAFEBABE: then a version (45 is Java 1.1), or a small number of architectures.
    return "class" if int.from_bytes(head[6:8], "big") >= 45 else "macho"


def _mpeg_audio(head: bytes) -> str | None:
    # Bit rate 15 and sample rate 3 do not exist; FF FE and FF FF are no layer anybody uses.
    if len(head) < 4 or head[2] & 0xF0 == 0xF0 or head[2] & 0x0C == 0x0C:
        return None
    return "mp3"


def _adts(head: bytes) -> str | None:
    # Thirteen sample rates are known.
    return "aac" if len(head) > 6 and head[2] >> 2 & 0x0F < 13 else None


def _id3(head: bytes) -> str | None:
    if len(head) < 10 or head[3] > 4 or head[5] & 0x0F:
        return None
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return "flac" if head.startswith(b"fLaC", 10 + size) else "mp3"


def _bzip2(head: bytes) -> str | None:
    # "BZh" and a level, then the digits of pi (a block) or of its root (the end of an empty file).
    level_is_right = b"1" <= head[3:4] <= b"9"
    return "bz2" if level_is_right and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90") else None


def _lzma(head: bytes) -> str | None:
    # No magic: usual properties, then a length that is unknown or below a tebibyte.
    length = head[5:13]
    return "lzma" if len(length) == 8 and (length == b"\xff" * 8 or length[5:] == b"\0\0\0") else None


def _sfnt(head: bytes) -> str | None:
    # A small number of tables, the first of which has a name of four letters.
    tag = head[12:16]
    return "ttf" if tag.isalnum() or tag in (b"OS/2", b"cvt ") else None


def _tiff(head: bytes) -> str:
    return "cr2" if head[8:10] == b"CR" else "tiff"


def _transport_stream(head: bytes) -> str | None:
    # Packets of 188 bytes, each beginning with a G; the NUL because texts may do that too.
    return "ts" if head[0:753:188] == b"GGGGG" and b"\0" in head[:188] else None


def _flash(head: bytes) -> str | None:
    return "swf" if len(head) > 8 and 0 < head[3] < 44 else None


def _enhanced_metafile(head: bytes) -> str | None:
    return "emf" if head[40:44] == b" EMF" else None


def _archive(head: bytes) -> str:
    return "deb" if head.startswith(b"debian-binary", 8) else "a"


_BITMAP_HEADER_SIZES: Final = frozenset(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))

# In the order of asking, where several begin with the same byte. Magic that could begin
# a text goes on to a byte that does not, or to a function that looks further.
_MAGIC: Final[tuple[tuple[bytes, str | Look], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"RIFF", containers.in_riff),
    (b"RF64", containers.in_riff),
    (b"BM", _bitmap),
    (b"II*\0", _tiff),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"IIRO", "orf"),
    (b"IIU\0", "rw2"),
    (b"\0\0\1\0", _icon),
    (b"\0\0\2\0", _icon),
    (b"8BPS\0\1", "psd"),
    (b"8BPS\0\2", "psb"),
    (b"gimp xcf", "xcf"),
    (b"\xff\x0a", "jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xffO\xffQ", "j2k"),
    (b"v/1\x01", "exr"),
    (b"DDS |\0\0\0", "dds"),
    (b"qoif\0", "qoi"),
    (b"icns\0", "icns"),
    (b"\xd7\xcd\xc6\x9a", "wmf"),
    (b"\1\0\0\0", _enhanced_metafile),
    (b"AT&TFORM", "djvu"),
    (b"%PDF-", "pdf"),
    (b"\xef\xbb\xbf%PDF-", "pdf"),
    (b"\xc5\xd0\xd3\xc6", "eps"),
    (b"PK\x03\x04", containers.in_zip),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", containers.in_ole),
    (b"\0\1\0\0Standard ", "mdb"),
    (b"\x1f\x8b\x08", "gz"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", _bzip2),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"LZIP\1", "lz"),
    (b"]\0\0", _lzma),
    (b"\x89LZO\0", "lzo"),
    (b"\xff\x06\0\0sNaPpY", "sz"),
    (b"\x1f\x9d", "z"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"MSCF\0\0\0\0", "cab"),
    (b"xar!\0", "xar"),
    (b"Cr24", "crx"),
    (b"!<arch>\n", _archive),
    (b"\xed\xab\xee\xdb", "rpm"),
    (b"hsqs", "squashfs"),
    (b"QFI\xfb", "qcow2"),
    (b"KDMV", "vmdk"),
    (b"\x7fELF", "elf"),
    (b"MZ", _windows_program),
    (b"\xca\xfe\xba\xbe", _java_class_or_mach),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\0asm", "wasm"),
    (b"dex\n03", "dex"),
    (b"L\0\0\0\1\x14\2\0", "lnk"),
    (b"ITSF\3\0", "chm"),
    (b"SQLite format 3\0", "sqlite"),
    (b"PAR1\x15", "parquet"),
    (b"ARROW1\0\0", "arrow"),
    (b"Obj\1", "avro"),
    (b"\x89HDF\r\n\x1a\n", "hdf5"),
    (b"\x93NUMPY", "npy"),
    (b"\xd4\xc3\xb2\xa1", "pcap"),
    (b"\xa1\xb2\xc3\xd4", "pcap"),
    (b"\x0a\x0d\x0d\x0a", "pcapng"),
    (b"\x03\xd9\xa2\x9a", "kdbx"),
    (b"age-encryption.org/v1\n", "age"),
    (b"glTF\2\0\0\0", "glb"),
    (b"BLENDER-v", "blend"),
    (b"BLENDER_v", "blend"),
    (b"FWS", _flash),
    (b"CWS", _flash),
    (b"ZWS", _flash),
    (b"\0", containers.in_iso_media),
    (b"\x1a\x45\xdf\xa3", containers.in_matroska),
    (b"OggS\0", containers.in_ogg),
    (b"fLaC\0", "flac"),
    (b"fLaC\x80", "flac"),
    (b"ID3", _id3),
    (b"\xff\xfb", _mpeg_audio),
    (b"\xff\xfa", _mpeg_audio),
    (b"\xff\xf3", _mpeg_audio),
    (b"\xff\xf2", _mpeg_audio),
    (b"\xff\xf1", _adts),
    (b"\xff\xf9", _adts),
    (b"FORM", containers.in_iff),
    (b"MThd\0", "mid"),
    (b"#!AMR", "amr"),
    (b".snd\0", "au"),
    (b"MAC \x96\x0f", "ape"),
    (b"wvpk", "wv"),
    (b"caff\0\1", "caf"),
    (b"FLV\1", "flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"\0\0\1\xba", "mpg"),
    (b"\0\0\1\xb3", "mpg"),
    (b"G", _transport_stream),
    (b"wOFF\0\1\0\0", "woff"),
    (b"wOFFOTTO", "woff"),
    (b"wOFFtrue", "woff"),
    (b"wOF2\0\1\0\0", "woff2"),
    (b"wOF2OTTO", "woff2"),
    (b"wOF2true", "woff2"),
    (b"\0\1\0\0\0", _sfnt),
    (b"OTTO\0", "otf"),
    (b"ttcf\0", "ttc"),
    (b"\x80\1%!", "pfb"),
)


def _by_first_byte() -> dict[int, tuple[tuple[bytes, str | Look], ...]]:
    buckets: dict[int, list[tuple[bytes, str | Look]]] = {}
    for magic, found in _MAGIC:
        buckets.setdefault(magic[0], []).append((magic, found))
    return {first: tuple(rows) for first, rows in buckets.items()}


_BY_FIRST_BYTE: Final = _by_first_byte()
