"""What the pool and its processes say to each other: JSON objects, one a message, descriptors beside them."""

from typing import Any, Final

MESSAGE_BYTES: Final = 64 << 10
"""Longer than any of them."""

Message = dict[str, Any]
