"""The extension and the media type that a stored file gets (contract section 3)."""

from typing import Final

from pastebin.filetypes.filenames import extension_of_name
from pastebin.filetypes.media_types import OCTET_STREAM, media_type_of
from pastebin.filetypes.sniffing import Sniffed

_ZIPS: Final = (
    "zip docx docm dotx dotm xlsx xlsm xlsb xltx xltm pptx pptm potx potm ppsx ppsm odt ott ods ots odp otp odg otg "
    "odf odb epub jar war ear apk aab ipa xpi crx whl egg cbz kmz 3mf nupkg vsix appx msix pages numbers key sketch "
    "xps oxps ora kra vsdx usdz npz"
)
# Before the colon what a content was recognised as, after it what such a file may be called
# besides. Names of the same media type (jpg, jpeg) need no line.
_ALSO_CALLED: Final = (
    f"{_ZIPS}: {_ZIPS}",
    "gz: emz wmz dia",
    "ole doc xls ppt: doc dot xls xlt ppt pps msg msi vsd mpp db docx xlsx pptx",
    "mp4 mov m4a m4b 3gp 3g2: mp4 m4v m4a m4b m4p m4r mov qt 3gp 3g2 f4v f4a",
    "heic heif avif: heic heif hif heics heifs avif",
    "webm mkv: webm weba mkv mka mks mk3d",
    "ogg opus ogv: ogg oga ogv ogx opus spx",
    "avi: divx",
    "tiff cr2: tiff tif dng cr2 nef nrw arw srf pef orf rw2 rwl 3fr iiq dcr erf",
    "mp3 aac: mp3 aac",
    "mpg: mp2 mpa",
    "ts: m2ts mts m2t tp trp",
    "asf: wmv wma",
    "png: apng",
    "jpg: mpo thm",
    "bmp: rle",
    "ico cur: ico cur",
    "jp2 j2k: jp2 j2k jpm j2c jpc",
    "pdf: ai",
    "ttf otf ttc: ttf otf ttc otc",
    "elf: so ko o bin appimage",
    "macho: dylib bundle so o bin",
    "deb: ipk",
    "a: o",
    "tar: ova gem cbt",
    "sqlite: db gpkg mbtiles",
    "hdf5: mat nc",
    "rar: cbr",
    "7z: cb7",
    "mid: rmi",
    "squashfs: appimage",
)
# Of these, programs invent names without end: any that is not known to be another thing fits.
_OPEN: Final = frozenset(
    f"{_ZIPS} gz xz bz2 zst lz4 lz lzma lzo br sz z tar ole mp4 mov m4a 3gp mkv webm ogg wav avi tiff elf exe macho "
    "sqlite hdf5 mdb asf age parquet avro doc xls ppt".split()
)


def _parse(lines: tuple[str, ...]) -> dict[str, frozenset[str]]:
    names: dict[str, frozenset[str]] = {}
    for line in lines:
        found, _, also = line.partition(": ")
        names.update(dict.fromkeys(found.split(), frozenset(also.split())))
    return names


_NAMES_OF: Final = _parse(_ALSO_CALLED)


def choose_extension(name: str | None, sniffed: Sniffed, charset: str | None) -> str:
    """The extension of an upload: `[a-z0-9]{1,16}`, or two of them for a tarball.

    The name's own, unless the content is a known binary format that such a
    name does not fit: then what was sniffed. Without both, `txt` for text
    (*charset* from `TextProbe`), else `bin`.
    """
    own = extension_of_name(name) if name else None
    if own is not None and (sniffed.extension is None or _fits(own, sniffed.extension)):
        return own
    return sniffed.extension or ("txt" if charset else "bin")


def media_type_for(extension: str, sniffed: Sniffed, charset: str | None) -> str:
    """The media type of content under an extension.

    The extension's own; where it stands for nothing in particular (unknown,
    or `bin`), the sniffed one, else `text/plain` for text that no
    extension calls binary, else `application/octet-stream`.
    """
    if sniffed.media_type and extension == sniffed.extension:
        return sniffed.media_type
    declared = media_type_of(extension)
    if declared is None or declared == OCTET_STREAM:
        declared = sniffed.media_type or declared
    return declared or ("text/plain" if charset else OCTET_STREAM)


def _fits(own: str, found: str) -> bool:
    """Whether a file called `.own` may well be of the format *found*.

    An unknown name fits only the formats that are used under any name: a zip
    called `.mcworld` is one, a PNG called `.bak` is a PNG. Digits alone are a
    version or a time of day ("Screenshot 12.30.45"), not a kind of file.
    """
    last = own.rpartition(".")[2]
    if last == found or last in _NAMES_OF.get(found, ()):
        return True
    declared, actual = media_type_of(last), media_type_of(found)
    if declared is None or declared == OCTET_STREAM:
        return found in _OPEN and not last.isdigit()
    return declared == actual
