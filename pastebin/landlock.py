"""Linux's Landlock: a process gives up, for good, what it will not need (landlock(7))."""

import ctypes
import struct
from typing import Final

# The same on every architecture that has them.
_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446
_ASK_VERSION: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
# By the version of the interface that brought them: rights over files, over TCP, and towards other processes.
_FILE_RIGHTS: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
_TCP_SINCE: Final = 4
_SCOPES_SINCE: Final = 6


def shut_in() -> bool:
    """Give up opening files by name, TCP, and signals to processes outside; false where the system has no Landlock.

    What is open stays so. What is imported later than this is not found.
    """
    system = ctypes.CDLL(None, use_errno=True)
    version = system.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    if version < 1:
        return False
    rights = struct.pack(
        "QQQ",
        (1 << max(count for since, count in _FILE_RIGHTS if since <= version)) - 1,
        0b11 if version >= _TCP_SINCE else 0,
        0b11 if version >= _SCOPES_SINCE else 0,
    )
    # Older kernels refuse what is longer than they know, unless the rest is zero: then they take it.
    ruleset = system.syscall(_CREATE_RULESET, rights, ctypes.c_size_t(len(rights)), ctypes.c_uint32(0))
    if ruleset < 0 or system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(system.syscall(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0)
