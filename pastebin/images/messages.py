"""What the pool and its processes say to each other: JSON objects, one a message, descriptors beside them."""

from typing import Any, Final

MESSAGE_BYTES: Final = 64 << 10
"""Longer than any of them."""

TURNS: Final = 1 << 62
"""How many numbers there are to take turns by at an image; the one behind them is for large ones."""

Message = dict[str, Any]
