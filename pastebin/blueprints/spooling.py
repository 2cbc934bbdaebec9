"""A body, or a part of one, on its way into a spool, within a bound."""

from collections.abc import Iterator
from contextlib import contextmanager

from pastebin.blobs import Spool, StoreFull
from pastebin.config import write_size
from pastebin.errors import BodyTooLarge, StorageFull
from pastebin.services import keeping

# After so much the disk is looked at again: a body's length may not have been told, and others upload too.
_ROOM_STEP = 16 << 20


class Spooling:
    """One content that is received.

    Args:
        expected_bytes: how many will come, as far as it was told.
        most_bytes: how many may.

    Raises:
        StorageFull: the disk has no room for them. ServiceUnavailable: too many uploads are under way.
    """

    def __init__(self, expected_bytes: int, most_bytes: int) -> None:
        self.spool: Spool = keeping.new_spool(expected_bytes)
        self._most = most_bytes
        self._next_look = _ROOM_STEP

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        """Throw the spool away where what is done inside fails."""
        try:
            yield
        except BaseException:
            self.discard()
            raise

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self.spool.size

    def write(self, block: bytes | memoryview) -> None:
        """Take the next bytes.

        Raises:
            BodyTooLarge: these are too many. StorageFull: the disk has no room for them.
        """
        if self.size + len(block) > self._most:
            raise BodyTooLarge(
                f"The upload is larger than {write_size(self._most)}, which is what is taken here.", limit=self._most
            )
        if self.size >= self._next_look:
            self._next_look = self.size + _ROOM_STEP
            keeping.check_room()
        try:
            self.spool.write(block)
        except StoreFull as fault:
            raise StorageFull from fault

    def discard(self) -> None:
        """Keep nothing."""
        self.spool.close()
