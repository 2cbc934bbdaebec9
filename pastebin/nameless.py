"""Files without a name, in memory where the system can: the server wants descriptors to send from."""

import os
import tempfile
from io import FileIO


def nameless_file(about: str) -> FileIO:
    """An empty one, to write and to read. *about* is what the system calls it where it shows open files."""
    if hasattr(os, "memfd_create"):
        return FileIO(os.memfd_create(about), "r+")
    descriptor, path = tempfile.mkstemp()
    os.unlink(path)
    return FileIO(descriptor, "r+")
