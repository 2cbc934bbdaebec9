"""Keys of Debian's age."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.programs import needs_program


class Key:
    """A key that age-keygen made."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "key.txt"
        made = subprocess.run(
            [needs_program("age-keygen"), "-o", self.path], capture_output=True, text=True, check=True
        )
        self.public = made.stderr.split()[-1]
        self.secret = self.path.read_text().split()[-1]

    def encrypt(self, content: bytes) -> bytes:
        """What `age -r` makes of it."""
        sealing = [needs_program("age"), "-r", self.public]
        return subprocess.run(sealing, input=content, capture_output=True, check=True).stdout
