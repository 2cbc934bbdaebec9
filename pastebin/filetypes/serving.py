"""As what stored bytes may leave the server (contract section 4).

What a browser could run never runs on this origin. So everything here is an
allow-list: a type that nobody thought of leaves as an attachment of unknown
kind, and text of every kind as plain text.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pastebin.filetypes.media_types import OCTET_STREAM


@dataclass(frozen=True)
class Serving:
    """How one kind of content is sent.

    *content_type* is the whole header, *inline* whether it may be shown at
    its own address. *as_image_only*, where it is set, is the type for a
    request that a browser makes for an `<img>` (`Sec-Fetch-Dest: image`):
    there nothing in it can run; the answer then varies with that header.
    """

    content_type: str
    inline: bool
    as_image_only: str | None


def _types(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Text under other names than text/…, …+xml and …+json.
_TEXTS: Final = _types("""
application/json application/json5 application/jsonl application/x-ndjson application/ndjson application/json-seq
application/xml application/xml-dtd application/xml-external-parsed-entity application/javascript
application/x-javascript application/ecmascript application/typescript application/yaml application/x-yaml
application/toml application/sql application/x-sql application/x-sh application/x-shellscript application/x-csh
application/x-perl application/x-ruby application/x-python application/x-httpd-php application/x-php
application/x-awk application/x-tcl application/x-tex application/x-latex application/x-texinfo application/x-troff
application/x-subrip application/x-desktop application/x-pem-file application/pgp-keys application/mbox
application/hta application/graphql application/n-triples application/sparql-query
application/x-www-form-urlencoded message/rfc822 message/global multipart/related multipart/mixed
audio/x-mpegurl audio/mpegurl application/vnd.apple.mpegurl audio/x-scpls model/obj image/x-xbitmap image/x-xpixmap
""")

_SHOWN: Final = _types("""
image/png image/apng image/jpeg image/gif image/webp image/avif image/heic image/heif image/bmp image/x-ms-bmp
image/tiff image/vnd.microsoft.icon image/x-icon image/x-win-bitmap image/jxl image/jp2
audio/mpeg audio/ogg audio/opus audio/flac audio/x-flac audio/wav audio/x-wav audio/vnd.wave audio/aac audio/mp4
audio/x-m4a audio/webm audio/x-matroska audio/aiff audio/x-aiff audio/midi audio/x-midi audio/basic audio/amr
audio/x-ms-wma audio/x-ape audio/x-wavpack audio/x-caf audio/3gpp audio/3gpp2
video/mp4 video/webm video/x-matroska video/matroska video/quicktime video/ogg video/x-msvideo video/mpeg video/mp2t
video/3gpp video/3gpp2 video/x-flv video/x-m4v video/x-ms-wmv video/x-ms-asf
""")

# Saved, never shown, under their own type. Nothing here is run, installed or imported by a
# browser: Java, Flash, extensions, certificates and device profiles are left out for that.
_SAVED: Final = _types("""
image/vnd.adobe.photoshop image/x-xcf image/x-exr image/vnd-ms.dds image/x-tga image/x-pcx
image/x-portable-anymap image/x-qoi image/x-icns image/wmf image/emf image/vnd.djvu image/x-adobe-dng
image/x-canon-cr2 image/x-canon-cr3 image/x-nikon-nef image/x-sony-arw image/x-olympus-orf image/x-panasonic-rw2
image/openraster
font/woff font/woff2 font/ttf font/otf font/collection application/vnd.ms-fontobject application/x-font-type1
application/pdf application/postscript application/rtf application/epub+zip application/x-mobipocket-ebook
application/vnd.amazon.ebook application/vnd.comicbook+zip application/vnd.comicbook-rar
application/msword application/vnd.ms-excel application/vnd.ms-powerpoint application/vnd.ms-outlook
application/vnd.visio application/vnd.ms-project application/x-mspublisher application/x-ole-storage
application/x-msaccess application/vnd.ms-xpsdocument application/vnd.ms-visio.drawing
application/vnd.openxmlformats-officedocument.wordprocessingml.document
application/vnd.openxmlformats-officedocument.wordprocessingml.template
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
application/vnd.openxmlformats-officedocument.spreadsheetml.template
application/vnd.openxmlformats-officedocument.presentationml.presentation
application/vnd.openxmlformats-officedocument.presentationml.template
application/vnd.openxmlformats-officedocument.presentationml.slideshow
application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-excel.sheet.macroenabled.12
application/vnd.ms-excel.sheet.binary.macroenabled.12 application/vnd.ms-powerpoint.presentation.macroenabled.12
application/vnd.oasis.opendocument.text application/vnd.oasis.opendocument.text-template
application/vnd.oasis.opendocument.spreadsheet application/vnd.oasis.opendocument.spreadsheet-template
application/vnd.oasis.opendocument.presentation application/vnd.oasis.opendocument.presentation-template
application/vnd.oasis.opendocument.graphics application/vnd.oasis.opendocument.formula
application/vnd.oasis.opendocument.database
application/vnd.apple.pages application/vnd.apple.numbers application/vnd.google-earth.kmz application/x-krita
application/x-sketch model/3mf model/gltf-binary model/stl model/vnd.usdz+zip application/x-blender
application/zip application/gzip application/x-xz application/x-bzip2 application/zstd application/x-lz4
application/x-lzip application/x-lzma application/x-lzop application/x-brotli application/x-snappy-framed
application/x-compress application/x-7z-compressed application/vnd.rar application/x-tar application/x-cpio
application/x-archive application/vnd.debian.binary-package application/x-rpm application/vnd.ms-cab-compressed
application/x-xar application/x-iso9660-image application/x-apple-diskimage application/x-squashfs
application/x-qemu-disk application/x-virtualbox-vmdk application/x-virtualbox-ova
application/vnd.android.package-archive application/x-ios-app application/x-python-wheel application/x-dex
application/x-python-code application/vnd.sqlite3 application/geopackage+sqlite3 application/vnd.apache.parquet
application/vnd.apache.arrow.file application/x-avro application/x-hdf5 application/x-npy application/x-npz
application/x-pickle application/dicom application/vnd.tcpdump.pcap application/x-pcapng application/x-keepass2
application/x-age application/pgp-encrypted application/pgp-signature application/x-bittorrent
application/x-executable application/x-sharedlib application/x-object application/vnd.appimage
application/x-mach-binary application/vnd.microsoft.portable-executable application/x-msi
""")

_SVG: Final = "image/svg+xml"
_CHARSETS: Final = frozenset(("utf-8", "utf-16"))


@lru_cache(maxsize=1024)
def serving(media_type: str, charset: str | None) -> Serving:
    """How content of a media type leaves the server.

    *charset* is what `TextProbe` said of the bytes, not what anybody claims.
    Any string may be given as the type: only those listed here get out.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if _is_text(kind):
        known = charset in _CHARSETS
        content_type = f"text/plain; charset={charset}" if known else "text/plain"
        return Serving(content_type, inline=True, as_image_only=_SVG if kind == _SVG else None)
    if kind in _SHOWN:
        return Serving(kind, inline=True, as_image_only=None)
    return Serving(kind if kind in _SAVED else OCTET_STREAM, inline=False, as_image_only=None)


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind.endswith(("+xml", "+json")) or kind in _TEXTS
