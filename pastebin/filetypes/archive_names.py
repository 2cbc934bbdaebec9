"""Names of files in an archive: such that any system can unpack them, side by side in one folder."""

import unicodedata
from typing import Final

from pastebin.filetypes.filenames import MAX_FILENAME_BYTES, extension_of_name, sanitise_filename

_NAMELESS: Final = "file"
# What Windows lets stand in no name; a colon names a stream there, and a folder on old Macs.
_RESERVED: Final = str.maketrans('<>:"|?*\\/', "_________")
# With any extension, or none, these are devices to Windows.
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"]
)
# For " (2)" and its like, up to more files than anybody can have.
_ROOM_BYTES: Final = 24


def archive_name(filename: str) -> str:
    """A file's name as it may stand in an archive: no path, nothing that a system takes for something else."""
    name = (sanitise_filename(filename) or _NAMELESS).translate(_RESERVED)
    if name.partition(".")[0].rstrip(" ").casefold() in _DEVICES:
        name = sanitise_filename(f"_{name}") or _NAMELESS
    return name


def numbered(name: str, number: int) -> str:
    """The same name, but told from others by a number before its extension: `photo (2).jpg`.

    Names so long that they differ only near their ends may become the same: they are numbered on together.
    """
    extension = extension_of_name(name)
    # A name may be all extension: `.tar.gz`.
    tail = name[-len(extension) - 1 :] if extension and len(name) > len(extension) + 1 else ""
    stem = name[: len(name) - len(tail)].encode()[: MAX_FILENAME_BYTES - _ROOM_BYTES - len(tail)]
    return f"{stem.decode(errors='ignore')} ({number}){tail}"


def name_key(name: str) -> str:
    """What two names have in common that fall together on some system: letter case, or how accents are written.

    Canonical caseless matching (Unicode, definition D145).
    """
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
