"""The gallery: one's own files as cards, each with what stands for it, a thumbnail or a tile with its extension."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pastebin import filetypes
from pastebin.images import formats
from pastebin.services.files import StoredFile


class Kind(StrEnum):
    """What a file is at a glance; tiles look a little different for each."""

    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"
    OTHER = "other"


@dataclass(frozen=True)
class Card:
    """A file in the gallery.

    `thumbnail` is None where no image can be made of its content; else a
    path: under every name of this server the login's cookie goes with it,
    which a private file's thumbnail needs. An image that turns out to be
    damaged has one too, and there the answer is an error.
    """

    file: StoredFile
    thumbnail: str | None
    kind: Kind


def cards(files: Iterable[StoredFile]) -> list[Card]:
    """A card for each file, in their order."""
    return [Card(file, _thumbnail_of(file), _kind_of(file)) for file in files]


def _thumbnail_of(file: StoredFile) -> str | None:
    """By the content, as it is made: an image called `notes.txt` has one, a text called `a.png` has none."""
    return f"/{file.uuid}/thumb" if formats.is_image(file.content_type) else None


def _kind_of(file: StoredFile) -> Kind:
    if filetypes.serving(file.media_type, file.charset).content_type.startswith("text/plain"):
        return Kind.TEXT
    if file.media_type in _ARCHIVES:
        return Kind.ARCHIVE
    return _BY_MAIN_TYPE.get(file.media_type.partition("/")[0], Kind.OTHER)


_BY_MAIN_TYPE = {"audio": Kind.AUDIO, "video": Kind.VIDEO}
_ARCHIVES = frozenset(
    "application/zip application/gzip application/x-xz application/x-bzip2 application/zstd application/x-lz4 "
    "application/x-lzip application/x-lzma application/x-lzop application/x-brotli application/x-compress "
    "application/x-7z-compressed application/vnd.rar application/x-tar application/x-cpio "
    "application/vnd.ms-cab-compressed application/x-xar".split()
)
