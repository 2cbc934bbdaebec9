"""File names as people, and people who mean harm, give them; and what all systems take."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

_DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"}
_DEVICES |= {port + digit for port in ("com", "lpt") for digit in "0123456789¹²³"}
_PIECES = [
    "..",
    "/",
    "\\",
    ":",
    " ",
    ".",
    "\x00",
    "\u202e",
    "con",
    "NUL",
    "com1",
    ".txt",
    ".tar.gz",
    "é",
    "e\u0301",
    "(2)",
    "a",
    "A",
]

STRANGE = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=st.characters(categories=["L", "Cs", "Cc", "Cf"]), max_size=20),
    st.lists(st.sampled_from(_PIECES), max_size=12).map("".join),
)


def is_safe(name: str) -> bool:
    """Whether any system makes one file of this name, in the folder that is meant."""
    return (
        name not in ("", ".", "..")
        and len(name.encode()) <= 255
        and not set(name) & set('<>:"/\\|?*')
        and not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name)
        and not name.endswith((".", " "))
        and not name.startswith(" ")
        and name.partition(".")[0].rstrip(" ").casefold() not in _DEVICES
    )
