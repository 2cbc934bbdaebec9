"""What each account has: how many files and bytes, kept with every change of them, so that a quota holds exactly."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import BigInteger, Connection, bindparam, func, select, update

from pastebin.config import write_size
from pastebin.errors import SessionInvalid, StorageLimit
from pastebin.extensions import FOREVER, reading, settings
from pastebin.models import FileRow, UserRow
from pastebin.prepared import Prepared


@dataclass(frozen=True)
class Totals:
    """Files and bytes of an account, those not yet swept included."""

    files: int
    size_bytes: int


def of(user_id: int) -> Totals:
    """What an account has."""
    with reading() as connection:
        row = connection.execute(_OF, {"user": user_id}).one_or_none()
    return Totals(row.file_count, row.used_bytes) if row else Totals(0, 0)


def add(connection: Connection, sizes: Iterable[tuple[int, int]]) -> None:
    """Count new files, given as owner and size, inside the caller's transaction.

    Raises:
        StorageLimit: one of the owners has no room for theirs.
        SessionInvalid: one of the accounts is gone, or disabled.
    """
    files, added = _summed(sizes)
    usual = FOREVER if settings.USER_QUOTA is None else settings.USER_QUOTA
    for user_id in sorted(files):
        values = {"user": user_id, "files": files[user_id], "bytes": added[user_id], "usual": usual}
        if _ADD.count(connection, values) == 0:
            _refuse(connection, user_id, added[user_id], usual)


def subtract(connection: Connection, sizes: Iterable[tuple[int | None, int]]) -> None:
    """Count files that were removed, given as owner and size, inside the caller's transaction."""
    files, removed = _summed((owner, size) for owner, size in sizes if owner is not None)
    for user_id in sorted(files):
        _SUBTRACT.count(connection, {"user": user_id, "files": files[user_id], "bytes": removed[user_id]})


def wrong(connection: Connection) -> list[tuple[int, Totals]]:
    """Accounts whose totals are not what their files say, with what they should be: as of one moment."""
    summed = (
        select(FileRow.owner_id, func.count().label("files"), func.sum(FileRow.size).label("bytes"))
        .where(FileRow.owner_id.is_not(None))
        .group_by(FileRow.owner_id)
        .subquery()
    )
    files, size = func.coalesce(summed.c.files, 0), func.coalesce(summed.c.bytes, 0)
    query = (
        select(UserRow.id, files, size)
        .outerjoin(summed, summed.c.owner_id == UserRow.id)
        .where((UserRow.file_count != files) | (UserRow.used_bytes != size))
    )
    return [(user_id, Totals(count, total)) for user_id, count, total in connection.execute(query)]


def correct(connection: Connection, user_id: int, right: Totals) -> None:
    """Set an account's totals."""
    values = {"file_count": right.files, "used_bytes": right.size_bytes}
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(values))


def _refuse(connection: Connection, user_id: int, wanted: int, usual: int) -> NoReturn:
    """Say why an account takes no more: it is full, or is no more."""
    row = connection.execute(_QUOTA, {"user": user_id, "usual": usual}).one_or_none()
    if row is None or row.quota >= FOREVER:
        raise SessionInvalid("This account is gone or disabled. Nothing was kept.")
    raise StorageLimit(
        f"It needs {write_size(wanted)}; {write_size(max(0, row.quota - row.used_bytes))} of your "
        f"{write_size(row.quota)} are free. Delete something, or ask the operator for more.",
        limit=row.quota,
    )


def _summed(sizes: Iterable[tuple[int, int]]) -> tuple[Counter[int], Counter[int]]:
    files: Counter[int] = Counter()
    size_bytes: Counter[int] = Counter()
    for owner_id, size in sizes:
        files[owner_id] += 1
        size_bytes[owner_id] += size
    return files, size_bytes


_FILES, _BYTES = bindparam("files", type_=BigInteger), bindparam("bytes", type_=BigInteger)
_THIS = UserRow.id == bindparam("user", type_=BigInteger)
_OF = select(UserRow.file_count, UserRow.used_bytes).where(_THIS)
_OPEN = (_THIS, UserRow.is_disabled.is_(False))
_LARGEST = func.coalesce(UserRow.quota, bindparam("usual", type_=BigInteger))
_QUOTA = select(_LARGEST.label("quota"), UserRow.used_bytes).where(*_OPEN)
_ADD = Prepared(
    update(UserRow)
    .where(*_OPEN, UserRow.used_bytes + _BYTES <= _LARGEST)
    .values(file_count=UserRow.file_count + _FILES, used_bytes=UserRow.used_bytes + _BYTES)
)
_SUBTRACT = Prepared(
    update(UserRow).where(_THIS).values(file_count=UserRow.file_count - _FILES, used_bytes=UserRow.used_bytes - _BYTES)
)
