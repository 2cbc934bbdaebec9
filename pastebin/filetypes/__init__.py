"""What a file is, what it is called, and as what it may leave the server.

Pure functions over bytes and strings: no HTTP, no database, no settings, and
nothing read from the host, so that every machine answers the same.
"""

from pastebin.filetypes.archive_names import archive_name, name_key, numbered
from pastebin.filetypes.choosing import choose_extension, media_type_for
from pastebin.filetypes.filenames import TAR_WRAPPINGS, content_disposition, extension_of_name, sanitise_filename
from pastebin.filetypes.media_types import OCTET_STREAM, media_type_of
from pastebin.filetypes.serving import Serving, serving
from pastebin.filetypes.sniffing import SNIFF_BYTES, Sniffed, sniff
from pastebin.filetypes.text_probe import TextProbe

__all__ = [
    "OCTET_STREAM",
    "SNIFF_BYTES",
    "TAR_WRAPPINGS",
    "Serving",
    "Sniffed",
    "TextProbe",
    "archive_name",
    "choose_extension",
    "content_disposition",
    "extension_of_name",
    "media_type_for",
    "media_type_of",
    "name_key",
    "numbered",
    "sanitise_filename",
    "serving",
    "sniff",
]
