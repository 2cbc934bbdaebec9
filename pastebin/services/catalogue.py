"""Lists of files: which, in which order, and how many there are, exactly."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute

from pastebin.addresses import SHORTEST_ADDRESS
from pastebin.extensions import Instant, Moment, db, now, reading
from pastebin.models import AddressRow, FileRow, UserRow
from pastebin.services import standing
from pastebin.services.actor import Actor
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
            found.append(or_(*_mentions(self.search)))
        if self.media_type:
            kind, slash, _rest = self.media_type.partition("/")
            exactly = slash and not self.media_type.endswith(("/", "/*"))
            matches = FileRow.media_type == self.media_type
            found.append(matches if exactly else FileRow.media_type.startswith(f"{kind}/", autoescape=True))
        return found


def listing(
    which: Selection, limit: int = 50, offset: int = 0, most: int | None = None
) -> tuple[int, list[StoredFile]]:
    """How many live files there are of a selection, and some of them, newest first where it says nothing else.

    Where they are searched for, counting all that fit takes longer than finding some: no more than *most* are counted.
    """
    order = which.order or NEWEST_FIRST
    ids = _ids(which, order, limit, offset) if limit else []
    # Joining only what is shown with what is known of its content: to sort whole rows takes ten times as long.
    shown = fetch(FILES.where(FileRow.id.in_(ids)).order_by(*order)) if ids else []
    return _count(which, limit, offset, len(ids), most), shown


def following(owner_id: int, last: StoredFile | None, until: datetime, at_most: int = 100) -> list[StoredFile]:
    """The owner's live files that were uploaded next after *last* (None: the first ones), *until* then, in order.

    For walks that take their time: each step is one seek, wherever it begins, and holds nothing.
    """
    begin = (last.created_at, last.uuid) if last else (_LONG_AGO, "")
    values = {"owner": owner_id, "created_at": begin[0], "uuid": begin[1], "until": until, "moment": now()}
    with reading() as connection:
        return [StoredFile(*row) for row in connection.execute(_FOLLOWING, {**values, "at_most": at_most})]


def images(actor: Actor) -> Iterator[list[StoredFile]]:
    """The actor's live images, all of them, newest first: some at a time, each as it is when its turn comes.

    Nothing is held between two batches, and what is uploaded meanwhile is in
    none. There is one at least; it may be empty.

    Raises:
        SessionInvalid: the actor's session or key has ended meanwhile: there is no more for it.
    """
    batch = _images_before(actor, _FAR_OFF, "")
    yield batch
    while len(batch) == _BATCH:
        batch = _images_before(actor, batch[-1].created_at, batch[-1].uuid)
        if batch:
            yield batch


def _images_before(actor: Actor, created_at: datetime, uuid: str) -> list[StoredFile]:
    """The next images behind one that has these, if its reader may still have them."""
    values = {"owner": actor.user_id, "created_at": created_at, "uuid": uuid, "moment": now(), "at_most": _BATCH}
    with reading() as connection:
        standing.check(connection, actor)
        return [StoredFile(*row) for row in connection.execute(_IMAGES_BEFORE, values)]


def _ids(which: Selection, order: Sequence[ColumnElement[Any]], limit: int, offset: int) -> Sequence[str]:
    query = select(FileRow.id).where(*which.conditions()).order_by(*order).limit(limit).offset(offset)
    with reading() as connection:
        return connection.execute(query, {"moment": now()}).scalars().all()


def _mentions(text: str) -> Iterator[ColumnElement[bool]]:
    """Where a file may have a text: in its names, its address, or its UUID."""
    yield from (_has(column, text) for column in (FileRow.filename, FileRow.name))
    if re.fullmatch("[0-9a-fA-F-]+", text):
        yield _has(FileRow.id, text)
    if re.fullmatch("[0-9a-fA-F]+", text):
        # An address is the beginning of a digest, so few are looked up.
        here = select(AddressRow.digest).where(AddressRow.digest == FileRow.digest, _has(AddressRow.address, text))
        yield and_(_has(FileRow.digest, text), here.exists())
        if len(text) >= SHORTEST_ADDRESS:  # it may be longer than the address: the whole digest, say
            yield FileRow.digest.startswith(text.lower())


def _has(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    """Whether it is in a column, whatever the letter case: SQLite's LIKE does not look at that of ASCII letters."""
    if db.engine.dialect.name == "sqlite":
        return column.contains(text, autoescape=True)
    return column.icontains(text, autoescape=True)


def _count(which: Selection, limit: int, offset: int, shown: int, most: int | None) -> int:
    """How many there are, exactly; of those that are searched for, no more than that."""
    is_plain = not which.search and not which.media_type
    if not is_plain and shown < limit and (shown or not offset):
        return offset + shown  # the last of them were seen: whoever looks for something mostly finds little
    if is_plain and which.owner_id is not None:
        query, values = _OF_OWNER, {"owner": which.owner_id, "moment": now()}
    else:
        counted = select(FileRow.id).where(*which.conditions()).limit(None if is_plain else most).subquery()
        query, values = select(func.count()).select_from(counted), {"moment": now()}
    with reading() as connection:
        return int(connection.execute(query, values).scalar_one_or_none() or 0)


# "+ 0" and COALESCE keep SQLite from the indexes of the expiry and of the owner, by which it would go through all files
# instead of the few that are over.
_ZERO: ColumnElement[int] = literal_column("0")
_OWNED = func.coalesce(FileRow.owner_id, _ZERO) == bindparam("owner")
_EXPIRED = FileRow.expires_at <= bindparam("moment", type_=Moment)
_GOES_ON = type_coerce(FileRow.expires_at, BigInteger) + _ZERO > bindparam("moment", type_=Moment)
_USED_UP = FileRow.downloads >= FileRow.download_limit
# All that the account has, but for what is over and not yet swept: that is little, and found by indexes of its own.
# In one statement, so that no sweep comes in between.
_OF_OWNER = select(
    UserRow.file_count
    - select(func.count()).select_from(FileRow).where(_EXPIRED, _OWNED).scalar_subquery()
    - select(func.count()).select_from(FileRow).where(_USED_UP, _GOES_ON, _OWNED).scalar_subquery()
).where(UserRow.id == bindparam("owner"))

_BATCH = 50
_LONG_AGO, _FAR_OFF = datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(1 << 37, UTC)
_PLACE = tuple_(FileRow.created_at, FileRow.id)
_GIVEN_PLACE = tuple_(bindparam("created_at", type_=Instant), bindparam("uuid", type_=String))
_FOLLOWING = (
    FILES.where(
        FileRow.owner_id == bindparam("owner"),
        _PLACE > _GIVEN_PLACE,
        FileRow.created_at <= bindparam("until", type_=Instant),
        LIVE,
    )
    .order_by(FileRow.created_at, FileRow.id)
    .limit(bindparam("at_most", type_=Integer))
)
_IMAGES_BEFORE = (
    FILES.where(
        FileRow.owner_id == bindparam("owner"),
        _PLACE < _GIVEN_PLACE,
        FileRow.media_type.startswith("image/"),
        LIVE,
    )
    .order_by(*NEWEST_FIRST)
    .limit(bindparam("at_most", type_=Integer))
)
