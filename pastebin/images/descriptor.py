"""An open file that several may send at the same time, each from its own place in it."""

import os
import weakref
from io import FileIO


class Descriptor:
    """A descriptor that is closed when nobody has it any more."""

    def __init__(self, number: int) -> None:
        self.number = number
        weakref.finalize(self, os.close, number)

    @classmethod
    def of(cls, file: FileIO) -> "Descriptor":
        """Of a file that is closed by whoever opened it."""
        return cls(os.dup(file.fileno()))

    def open(self) -> FileIO:
        """The same file opened anew, at its beginning; also when it has no name, or has lost it."""
        return FileIO(f"/proc/self/fd/{self.number}")
