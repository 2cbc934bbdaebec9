"""File names: what is kept of a client's, its extension, and how one is said in a header."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

MAX_FILENAME_BYTES: Final = 255

# What a tarball may be wrapped in: with these the extension has two parts.
TAR_WRAPPINGS: Final = frozenset(["gz", "xz", "bz", "bz2", "zst", "zstd", "lz", "lz4", "lzma", "lzo", "br", "sz", "z"])

_EXTENSION: Final = re.compile(r"[A-Za-z0-9]{1,16}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# One line of ASCII that means itself between quotes: no quote, no backslash, and no
# percent sign, which some browsers decode (RFC 6266, appendix D).
_PLAIN: Final = re.compile(rf"[ !#$&-.0-\[\]-~]{{1,{MAX_FILENAME_BYTES}}}")
# RFC 8187 attr-char, beyond the letters, digits and "_.-~" that quote() never touches.
_ATTR_CHARS: Final = "!#$&+^`|"

# Characters that no name needs and that forge lines or reading order: C0, DEL, C1, the
# line separators, every bidirectional control (Unicode UAX #9), the byte order mark.
_REMOVED: Final = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


def extension_of_name(name: str) -> str | None:
    """The extension that a name ends in, lower-cased, without its dot.

    Two parts for a packed tarball (`tar.gz`), else the last one: 1 to 16
    ASCII letters and digits (contract section 3). A dotfile has none, as
    everywhere: `.bashrc` is all name. Dots and spaces at the end are nothing.
    """
    base = _last_component(name).rstrip(". ")
    stem, _, last = base.rpartition(".")
    if not stem.strip(". ") or not _EXTENSION.fullmatch(last):
        return None
    last = last.lower()
    if last in TAR_WRAPPINGS and stem[-4:].lower() == ".tar":
        return "tar." + last
    return last


def sanitise_filename(raw: str | None) -> str | None:
    """What is kept of a file name that a client sent; None where nothing is.

    The last part of a path (`/` and `\\`), in NFC, without control and
    bidirectional characters, spaces around it or dots after it, at most 255
    bytes of UTF-8 (the extension survives the cut). `-` is no name: curl
    sends it for standard input. Doing it twice changes nothing.
    """
    if raw is None:
        return None
    name = _trim(_printable(_last_component(raw)))
    name = _trim(_shorten(name))
    return None if name in ("", "-") else name


def content_disposition(filename: str, inline: bool) -> str:
    """The value of a Content-Disposition header (RFC 6266).

    Always one line of ASCII, whatever the name. One that ASCII cannot say is
    given twice: roughly, and in full as `filename*` (RFC 8187).
    """
    kind = "inline" if inline else "attachment"
    if _PLAIN.fullmatch(filename):
        return f'{kind}; filename="{filename}"'
    name = sanitise_filename(filename)
    if name is None:
        return kind
    if _PLAIN.fullmatch(name):
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{_in_ascii(name)}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"


def _last_component(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _printable(name: str) -> str:
    if name.isascii() and name.isprintable():
        return name
    name = _SURROGATE.sub("\ufffd", name).translate(_REMOVED)
    return unicodedata.normalize("NFC", name)


def _trim(name: str) -> str:
    """Without spaces around it and dots after it: a dot in front makes a dotfile, which is a name."""
    name = name.lstrip()
    shorter = name.rstrip().rstrip(".")
    while shorter != name:
        name, shorter = shorter, shorter.rstrip().rstrip(".")
    return name


def _shorten(name: str) -> str:
    """At most 255 bytes, cut between characters, with the extension still at the end."""
    if len(name.encode()) <= MAX_FILENAME_BYTES:
        return name
    extension = extension_of_name(name)
    tail = name[-len(extension) - 1 :] if extension else ""
    stem = name[: len(name) - len(tail)].encode()[: MAX_FILENAME_BYTES - len(tail)]
    return stem.decode(errors="ignore") + tail


def _in_ascii(name: str) -> str:
    """A name as near as ASCII comes: letters lose their accents, all else is an underscore."""
    letters = [letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)]
    return "".join(letter if _PLAIN.fullmatch(letter) else "_" for letter in letters) or "_"
