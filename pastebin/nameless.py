"""Files without a name, in memory where the system can: the server wants descriptors to send from."""

import fcntl
import os
import tempfile
from io import FileIO


def nameless_file(about: str) -> FileIO:
    """An empty one, to write and to read. *about* is what the system calls it where it shows open files."""
    if hasattr(os, "memfd_create"):
        return FileIO(os.memfd_create(about, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), "r+")
    descriptor, path = tempfile.mkstemp()
    os.unlink(path)
    return FileIO(descriptor, "r+")


def seal(file: FileIO) -> None:
    """Let nobody who has it change it any more, where the system can.

    Raises:
        OSError: somebody has it mapped to write to it.
    """
    if hasattr(os, "memfd_create"):
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
