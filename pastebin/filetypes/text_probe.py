"""Is it text, and in which charset: asked while the bytes pass by."""

import codecs
from collections.abc import Callable
from typing import Final

Decoder = Callable[[bytes | memoryview, str, bool], tuple[str, int]]

# Decoding makes a string that is thrown away: in steps of this many bytes it stays small, and in the processor's cache.
STEP_BYTES: Final = 256 * 1024

_BOMS: Final[dict[bytes, Decoder]] = {
    codecs.BOM_UTF16_LE: codecs.utf_16_le_decode,
    codecs.BOM_UTF16_BE: codecs.utf_16_be_decode,
}


class TextProbe:
    """Tells whether a stream of bytes is text, without keeping it.

    Feed it every block in order, then ask `finish`. Gives up at the first
    byte that cannot be text, after which feeding costs nothing. Never holds
    more than the 3 bytes of a character that a block cut in two.
    """

    __slots__ = ("_charset", "_cut", "_decode")

    def __init__(self) -> None:
        self._charset: str | None = "utf-8"
        self._decode: Decoder | None = None
        self._cut = b""

    def feed(self, block: bytes | memoryview) -> None:
        """Look at the next bytes, any number of them."""
        if self._charset is None:
            return
        if len(block) <= STEP_BYTES:
            self._look(block)
            return
        view = memoryview(block)
        for start in range(0, len(view), STEP_BYTES):
            if self._charset is not None:
                self._look(view[start : start + STEP_BYTES])

    def finish(self) -> str | None:
        """The charset: `utf-8`, `utf-16`, or None where it is no text.

        UTF-8 by validity alone, so nothing at all is UTF-8 and NULs are too.
        UTF-16 only where a byte order mark says so and the rest decodes.
        """
        if self._decode is None and self._cut.isascii():
            return self._charset
        return None if self._cut else self._charset

    def _look(self, block: bytes | memoryview) -> None:
        piece = b"".join((self._cut, block)) if self._cut else block
        decode = self._decode or self._choose(piece)
        if decode is None:
            self._cut = bytes(piece)
            return
        try:
            _, used = decode(piece, "strict", False)
        except UnicodeDecodeError:
            self._charset, self._cut = None, b""
        else:
            self._cut = bytes(piece[used:])

    def _choose(self, start: bytes | memoryview) -> Decoder | None:
        """The decoder for content that begins so; None while two bytes are not there to tell."""
        if len(start) < 2:
            return None
        utf16 = _BOMS.get(bytes(start[:2]))
        if utf16 is not None:
            self._charset = "utf-16"
        self._decode = utf16 or codecs.utf_8_decode
        return self._decode
