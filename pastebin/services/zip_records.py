"""The records that a ZIP archive is made of, as bytes (PKWARE's APPNOTE.TXT 6.3.10, section 4.3).

Entries are stored as they are. What is too large for 32 bits is said in ZIP64, and only that.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

# What does not fit into a field is said by its largest value, and stands elsewhere.
_MOST_16: Final = 0xFFFF
_MOST_32: Final = 0xFFFFFFFF

_PLAIN_VERSION: Final = 20
_ZIP64_VERSION: Final = 45
_MADE_ON_UNIX: Final = 3 << 8 | _ZIP64_VERSION
_CRC_FOLLOWS: Final = 1 << 3
_NAME_IS_UTF8: Final = 1 << 11
_REGULAR_FILE: Final = 0o100644 << 16

_ZIP64: Final = 0x0001
_UNIX_TIME: Final = 0x5455
_LATEST_UNIX_TIME: Final = 0x7FFFFFFF
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One file of an archive: its size in bytes, and at which byte of the archive it begins.

    `crc_follows` where the bytes pass by before their CRC-32 is known: it then stands behind them.
    """

    name: str
    modified_at: datetime
    size: int
    offset: int
    crc: int = 0
    crc_follows: bool = False

    @property
    def is_large(self) -> bool:
        """Whether its size needs ZIP64."""
        return self.size >= _MOST_32


def local_header(entry: Entry) -> bytes:
    """What stands before the bytes of an entry (4.3.7)."""
    said = 0 if entry.crc_follows else entry.size
    extra = _unix_time(entry.modified_at)
    if entry.is_large:
        extra += struct.pack("<HHQQ", _ZIP64, 16, said, said)
        said = _MOST_32
    crc = 0 if entry.crc_follows else entry.crc
    return b"PK\x03\x04" + _common(entry, crc, said, extra) + entry.name.encode() + extra


def descriptor(entry: Entry) -> bytes:
    """What stands behind the bytes of an entry whose CRC-32 follows (4.3.9)."""
    sizes = "QQ" if entry.is_large else "LL"
    return struct.pack(f"<4sL{sizes}", b"PK\x07\x08", entry.crc, entry.size, entry.size)


def directory_header(entry: Entry) -> bytes:
    """What stands in the central directory of an entry (4.3.12)."""
    large = [entry.size] * 2 if entry.is_large else []
    if entry.offset >= _MOST_32:
        large.append(entry.offset)
    extra = _unix_time(entry.modified_at)
    if large:
        extra += struct.pack(f"<HH{len(large)}Q", _ZIP64, 8 * len(large), *large)
    common = _common(entry, entry.crc, min(entry.size, _MOST_32), extra, needs_zip64=bool(large))
    rest = struct.pack("<HHHLL", 0, 0, 0, _REGULAR_FILE, min(entry.offset, _MOST_32))
    return b"PK\x01\x02" + struct.pack("<H", _MADE_ON_UNIX) + common + rest + entry.name.encode() + extra


def end_of_directory(count: int, size: int, offset: int) -> bytes:
    """What an archive ends with (4.3.14 to 4.3.16).

    Args:
        count: how many entries there are.
        size: of the central directory, in bytes.
        offset: where it begins.
    """
    end = struct.pack(
        "<4sHHHHLLH", b"PK\x05\x06", 0, 0, min(count, _MOST_16), min(count, _MOST_16),
        min(size, _MOST_32), min(offset, _MOST_32), 0,
    )  # fmt: skip
    if count < _MOST_16 and size < _MOST_32 and offset < _MOST_32:
        return end
    record = struct.pack(
        "<4sQHHLLQQQQ", b"PK\x06\x06", 44, _MADE_ON_UNIX, _ZIP64_VERSION, 0, 0, count, count, size, offset
    )
    return record + struct.pack("<4sLQL", b"PK\x06\x07", 0, offset + size, 1) + end


def _common(entry: Entry, crc: int, size: int, extra: bytes, *, needs_zip64: bool | None = None) -> bytes:
    """What both headers of an entry say, from the version that it needs to the lengths of name and extra field."""
    is_zip64 = entry.is_large if needs_zip64 is None else needs_zip64
    flags = _NAME_IS_UTF8 | (_CRC_FOLLOWS if entry.crc_follows else 0)
    stored = 0
    date, time = _dos_time(entry.modified_at)
    return struct.pack(
        "<HHHHHLLLHH", _ZIP64_VERSION if is_zip64 else _PLAIN_VERSION, flags, stored, time, date,
        crc, size, size, len(entry.name.encode()), len(extra),
    )  # fmt: skip


def _dos_time(moment: datetime) -> tuple[int, int]:
    """Date and time as DOS kept them, to two seconds and in no zone: in UTC here."""
    at = min(max(moment, _EARLIEST), _LATEST).astimezone(UTC)
    return (at.year - 1980) << 9 | at.month << 5 | at.day, at.hour << 11 | at.minute << 5 | at.second // 2


def _unix_time(moment: datetime) -> bytes:
    """The same to the second and in UTC, in Info-ZIP's extra field, which most programs go by."""
    seconds = int(moment.timestamp())
    return struct.pack("<HHBL", _UNIX_TIME, 5, 1, seconds) if 0 <= seconds <= _LATEST_UNIX_TIME else b""
