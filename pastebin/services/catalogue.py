"""Lists of files: which, in which order, and how many there are, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, func, literal_column, or_, select, tuple_

from pastebin.extensions import Instant, Moment, now, reading
from pastebin.models import AddressRow, FileRow, UserRow
from pastebin.services.files import FILES, LIVE, NEWEST_FIRST, StoredFile, among, fetch

# What a list can be ordered by; with "-" the other way round.
_COLUMNS = {"created": FileRow.created_at, "size": FileRow.size, "name": FileRow.filename}
ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    **{name: (column.asc(), FileRow.id.asc()) for name, column in _COLUMNS.items()},
    **{f"-{name}": (column.desc(), FileRow.id.desc()) for name, column in _COLUMNS.items()},
}


@dataclass(frozen=True)
class Selection:
    """Which files a list shows: those of one owner (None: everybody's), that match, in an order."""

    owner_id: int | None
    search: str = ""
    media_type: str = ""
    order: Sequence[ColumnElement[Any]] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a file must meet to be among them."""
        found = [*among(self.owner_id), LIVE]
        if self.search:
            columns = (FileRow.filename, FileRow.name, AddressRow.address, FileRow.id)
            found.append(or_(*(column.icontains(self.search, autoescape=True) for column in columns)))
        if self.media_type:
            kind, slash, _rest = self.media_type.partition("/")
            exactly = slash and not self.media_type.endswith(("/", "/*"))
            matches = FileRow.media_type == self.media_type
            found.append(matches if exactly else FileRow.media_type.startswith(f"{kind}/", autoescape=True))
        return found


def listing(which: Selection, limit: int = 50, offset: int = 0) -> tuple[int, list[StoredFile]]:
    """How many live files there are of a selection, and some of them, newest first where it says nothing else."""
    conditions = which.conditions()
    count = _count(which, conditions)
    if limit == 0:
        return count, []
    ordered = FILES.where(*conditions).order_by(*(which.order or NEWEST_FIRST))
    return count, fetch(ordered.limit(limit).offset(offset))


def following(owner_id: int, last: StoredFile | None, until: datetime, at_most: int = 100) -> list[StoredFile]:
    """The owner's live files that were uploaded next after *last* (None: the first ones), *until* then, in order.

    For walks that take their time: each step is one seek, wherever it begins, and holds nothing.
    """
    begin = (last.created_at, last.uuid) if last else (_LONG_AGO, "")
    values = {"owner": owner_id, "created_at": begin[0], "uuid": begin[1], "until": until, "moment": now()}
    with reading() as connection:
        return [StoredFile(*row) for row in connection.execute(_FOLLOWING, {**values, "at_most": at_most})]


def _count(which: Selection, conditions: list[ColumnElement[bool]]) -> int:
    """How many there are, exactly."""
    if which.owner_id is not None and not which.search and not which.media_type:
        query, values = _OF_OWNER, {"owner": which.owner_id, "moment": now()}
    else:
        query, values = select(func.count()).select_from(FileRow).where(*conditions), {"moment": now()}
        if which.search:
            query = query.join(AddressRow, AddressRow.digest == FileRow.digest)
    with reading() as connection:
        return int(connection.execute(query, values).scalar_one_or_none() or 0)


# "+ 0" keeps SQLite from going through all files of the owner instead of the few that are over.
_OWNED = FileRow.owner_id + literal_column("0") == bindparam("owner")
_EXPIRED = FileRow.expires_at <= bindparam("moment", type_=Moment)
_USED_UP = FileRow.downloads >= FileRow.download_limit
# All that the account has, but for what is over and not yet swept: that is little, and found by indexes of its own.
# In one statement, so that no sweep comes in between.
_OF_OWNER = select(
    UserRow.file_count
    - select(func.count()).select_from(FileRow).where(_EXPIRED, _OWNED).scalar_subquery()
    - select(func.count()).select_from(FileRow).where(_USED_UP, ~_EXPIRED, _OWNED).scalar_subquery()
).where(UserRow.id == bindparam("owner"))

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_FOLLOWING = (
    FILES.where(
        FileRow.owner_id == bindparam("owner"),
        tuple_(FileRow.created_at, FileRow.id)
        > tuple_(bindparam("created_at", type_=Instant), bindparam("uuid", type_=String)),
        FileRow.created_at <= bindparam("until", type_=Instant),
        LIVE,
    )
    .order_by(FileRow.created_at, FileRow.id)
    .limit(bindparam("at_most", type_=Integer))
)
