"""Templates as Jinja has compiled them, kept for the next start and for the other workers.

Compiling is most of the work of a page's first answer, and each worker would
do it, and hold in memory what it takes.
"""

import os
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache

from pastebin import __version__

_CODE = Path(__file__).parents[1]
_MADE_WITH = ("jinja2", "flask", "markupsafe")


class CompiledTemplates(FileSystemBytecodeCache):
    """A file for each template, in a folder that is made when there is one to keep.

    Where nothing can be read or written there, templates are compiled as if there were no such folder.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder), "%s")

    def get_source_checksum(self, source: str) -> str:
        """What the source is told by; in other hands the same source is another template."""
        return super().get_source_checksum(f"{_MADE_BY}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Find it, if it is there and whole."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - what was cut off in the middle may be anything to who reads it
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, if that is possible."""
        with suppress(OSError):
            Path(self.directory).mkdir(mode=0o750, exist_ok=True)
            super().dump_bytecode(bucket)


def _made_by() -> str:
    """By what it was compiled: filters that are applied to constants are, too, and some of those are our own code."""
    versions = " ".join(f"{name} {version(name)}" for name in _MADE_WITH)
    # The links that editors leave beside a file lead nowhere.
    times = (
        os.lstat(os.path.join(folder, name)).st_mtime_ns
        for folder, _folders, names in os.walk(_CODE)
        for name in names
        if name.endswith(".py")
    )
    return f"{versions} {__version__} {max(times, default=0)}"


# Looked up with the code: what is put there while it runs belongs to the next one.
_MADE_BY = _made_by()
