"""Passwords that clients choose for deleting an encrypted file (seed 004): kept as Argon2 hashes.

They cost a twentieth of what an account's does: every stranger who uploads may
send one, and what it protects is one file, from being deleted.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 1024
"""Characters. What hashing costs must not grow with what a stranger sends."""

_hasher = PasswordHasher(time_cost=2, memory_cost=4096, parallelism=1)  # 4 MiB, a few milliseconds


def hashed(password: str) -> str:
    """What is kept of it."""
    return _hasher.hash(_bytes(password))


def fits(kept: str | None, password: str) -> bool:
    """Whether it is the one that was chosen; never, where none was."""
    if kept is None or len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(kept, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
