"""Formats that hold others: looked into just far enough to tell which.

Every function here is given the head of a content that begins like the
container, and answers with an extension; None where it only looks alike.
"""

from typing import Final

_ZIP_ENTRY: Final = b"PK\x03\x04"
_ZIP_ENTRY_BYTES: Final = 30
# Flag bit 3: sizes come after the data, so the next entry has to be searched for.
_ZIP_STREAMED: Final = 0x08

_OPENDOCUMENT: Final = "application/vnd.oasis.opendocument."
_BY_MIMETYPE_ENTRY: Final = {
    "application/epub+zip": "epub",
    "image/openraster": "ora",
    "application/x-krita": "kra",
    _OPENDOCUMENT + "text": "odt",
    _OPENDOCUMENT + "text-template": "ott",
    _OPENDOCUMENT + "spreadsheet": "ods",
    _OPENDOCUMENT + "spreadsheet-template": "ots",
    _OPENDOCUMENT + "presentation": "odp",
    _OPENDOCUMENT + "presentation-template": "otp",
    _OPENDOCUMENT + "graphics": "odg",
    _OPENDOCUMENT + "formula": "odf",
    _OPENDOCUMENT + "base": "odb",
}
# Entries that one kind of program writes and nobody else: the first of them decides.
_BY_ENTRY: Final = (
    (b"word/document", "docx"),
    (b"word/_rels/", "docx"),
    (b"word/styles", "docx"),
    (b"xl/workbook", "xlsx"),
    (b"xl/worksheets/", "xlsx"),
    (b"xl/theme/", "xlsx"),
    (b"xl/_rels/", "xlsx"),
    (b"ppt/presentation", "pptx"),
    (b"ppt/slides/", "pptx"),
    (b"ppt/_rels/", "pptx"),
    (b"AndroidManifest.xml", "apk"),
    (b"classes.dex", "apk"),
    (b"resources.arsc", "apk"),
)
_OLE_STREAMS: Final = (
    ("WordDocument".encode("utf-16-le"), "doc"),
    ("Workbook".encode("utf-16-le"), "xls"),
    ("PowerPoint Document".encode("utf-16-le"), "ppt"),
)
# ISO base media: the brand names the kind. Whatever is not here is a film.
_BRANDS: Final = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"heim": "heic",
    b"heis": "heic",
    b"hevc": "heic",
    b"hevx": "heic",
    b"M4A ": "m4a",
    b"M4B ": "m4b",
    b"M4P ": "m4a",
    b"qt  ": "mov",
    b"crx ": "cr3",
    b"jp2 ": "jp2",
    b"jpx ": "jp2",
    b"3g2a": "3g2",
    b"3g2b": "3g2",
}
_STILL_BRANDS: Final = frozenset((b"mif1", b"msf1"))
_QUICKTIME_ATOMS: Final = frozenset((b"moov", b"mdat", b"wide", b"pnot"))
_RIFF_FORMS: Final = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi", b"RMID": "mid"}
_IFF_FORMS: Final = {b"AIFF": "aiff", b"AIFC": "aiff"}
_OGG_CODECS: Final = (
    (b"OpusHead", "opus"),
    (b"\x80theora", "ogv"),
    (b"BBCD\0", "ogv"),
    (b"fishead\0", "ogv"),
)


def in_zip(head: bytes) -> str:
    """An office document, a program or a book, by the entries within reach; else a plain `zip`."""
    is_jar = False
    at = 0
    while head.startswith(_ZIP_ENTRY, at) and len(head) >= at + _ZIP_ENTRY_BYTES:
        name_size = int.from_bytes(head[at + 26 : at + 28], "little")
        data = at + _ZIP_ENTRY_BYTES + name_size + int.from_bytes(head[at + 28 : at + 30], "little")
        name = head[at + _ZIP_ENTRY_BYTES : at + _ZIP_ENTRY_BYTES + name_size]
        size = int.from_bytes(head[at + 18 : at + 22], "little")
        if at == 0 and name == b"mimetype":
            return _by_mimetype_entry(head[data : data + (size or 80)])
        for beginning, extension in _BY_ENTRY:
            if name.startswith(beginning):
                return extension
        is_jar = is_jar or name.startswith(b"META-INF/")
        streamed = head[at + 6] & _ZIP_STREAMED and not size
        at = head.find(_ZIP_ENTRY, data) if streamed else data + size
        if at < 0:
            break
    return "jar" if is_jar else "zip"


def _by_mimetype_entry(content: bytes) -> str:
    # Without a size the next entry follows at once; its signature ends the text.
    text = content.partition(b"PK")[0].decode("latin-1").strip()
    return _BY_MIMETYPE_ENTRY.get(text, "zip")


def in_ole(head: bytes) -> str:
    """A Word, Excel or PowerPoint file of before 2007, where its directory is within reach."""
    for stream, extension in _OLE_STREAMS:
        if stream in head:
            return extension
    return "ole"


def in_iso_media(head: bytes) -> str | None:
    """MP4 and its relatives, from the `ftyp` box; QuickTime's older files have none."""
    kind = head[4:8]
    if kind != b"ftyp":
        return "mov" if kind in _QUICKTIME_ATOMS else None
    brand = head[8:12]
    if brand in _STILL_BRANDS:
        end = min(int.from_bytes(head[:4], "big"), 256)
        also = (head[at : at + 4] for at in range(16, end, 4))
        return next((_BRANDS[one] for one in also if one in _BRANDS), "heif")
    if brand[:3] == b"3gp":
        return "3gp"
    return _BRANDS.get(brand, "mp4")


def in_riff(head: bytes) -> str | None:
    """WebP, WAV, AVI: by the form's name after the length."""
    return _RIFF_FORMS.get(head[8:12])


def in_iff(head: bytes) -> str | None:
    """AIFF, the big-endian ancestor of RIFF."""
    return _IFF_FORMS.get(head[8:12])


def in_ogg(head: bytes) -> str:
    """Sound or film, by the codecs whose headers open the file."""
    for codec, extension in _OGG_CODECS:
        if codec in head[:512]:
            return extension
    return "ogg"


def in_matroska(head: bytes) -> str | None:
    """WebM or Matroska, by the DocType near the beginning of the EBML header."""
    if b"webm" in head[:64]:
        return "webm"
    return "mkv" if b"matroska" in head[:64] else None
