"""Digest and address: what a hash in a URL can be (contract section 1).

A digest is all 64 lower-case hex digits of a content's SHA-256. An address is
a leading part of it, fixed when the content is first stored.
"""

import re
from collections.abc import Iterable

DIGEST_LENGTH = 64
SHORTEST_ADDRESS = 8

_HEX = re.compile(r"[0-9a-fA-F]{%d,%d}" % (SHORTEST_ADDRESS, DIGEST_LENGTH))
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")


def is_hash(text: str) -> bool:
    """Whether *text* has the form of an address or a digest, in either case."""
    return _HEX.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Whether *text* has the form of a UUIDv4 with its dashes, in either case."""
    return _UUID.fullmatch(text) is not None


def split(segment: str) -> tuple[str, str | None] | None:
    """An address or UUID, and what stands behind the first dot (None where there is no dot); None for neither."""
    reference, dot, extension = segment.partition(".")
    return (reference, extension if dot else None) if is_uuid(reference) or is_hash(reference) else None


def shortest_address(digest: str, neighbours: Iterable[str | None], at_least: int) -> str:
    """The shortest leading part of *digest* that no neighbour begins with.

    Args:
        digest: 64 hex digits.
        neighbours: among them the digests ever stored that sort directly
            before and after it (None where there is none). No other digest
            can share a longer beginning with it than one of these two.
        at_least: the fewest digits (ADDRESS_LENGTH).
    """
    length = at_least
    for other in neighbours:
        while other is not None and length < DIGEST_LENGTH and other.startswith(digest[:length]):
            length += 1
    return digest[:length]
