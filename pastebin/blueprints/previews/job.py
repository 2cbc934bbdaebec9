"""A job for the process that renders: its bounds, and how a message begins.

Beside `renderer`, which loads all that renders: serving processes need this alone.
"""

import struct
from typing import Final

LENGTH: Final = struct.Struct(">Q")

CPU_SECONDS: Final = 1.0
"""Of processor time, for one job: 256 KiB in an ordinary language take a third of it (docs/dependencies.md)."""

MOST_BYTES: Final = 256 * 1024
"""Of a text that is coloured or, being Markdown, rendered."""
