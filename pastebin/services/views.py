"""Views: how often files were read by others than their owners (contract section 6).

Counted in memory and written down together, a second or so later, so that
reading a file costs no commit. What is told of a file is that much behind.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, Integer, bindparam, or_, select, type_coerce, update

from pastebin.edge import Edge
from pastebin.extensions import Moment, now, tally, transaction
from pastebin.models import FileRow
from pastebin.services.files import PUBLISHED


class OfFile(NamedTuple):
    """A view of this file, by its UUID."""

    uuid: str


class OfContent(NamedTuple):
    """A view of this content, by its hash, and who read it: an account's id; None: nobody."""

    content: str
    reader: int | None


View = OfFile | OfContent

_DIGEST = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Viewed:
    """Counts one view whenever it is called, also where no application is at hand."""

    view: View
    count: Callable[[View], None]

    def __call__(self) -> None:
        """Count it."""
        self.count(self.view)

    def __str__(self) -> str:
        """What was viewed, in a word: of a content only where nobody's account reads it."""
        return self.view.uuid if isinstance(self.view, OfFile) else self.view.content


MANY = 1024
"""Views of so many different files and contents are written down at once: others wait for that, some 30 ms."""


def of_file(uuid: str) -> Viewed:
    """What counts a view of a file."""
    return Viewed(OfFile(uuid), tally.count)


def of_content(digest: str, reader_id: int | None) -> Viewed:
    """What counts a view of a content, by this reader."""
    return Viewed(OfContent(digest, reader_id), tally.count)


def gather(edge: Edge) -> None:
    """Count what a proxy in front gave from its cache, to people without an account."""
    with edge.views() as times:
        for word, count in times.items():
            if _DIGEST.fullmatch(word):
                tally.count(OfContent(word, None), count)
            elif _UUID.fullmatch(word):
                tally.count(OfFile(word), count)


def write() -> int:
    """Write down what was counted; how many views. What cannot be written is counted still, for the next time.

    Views of a content are those of its oldest file that is public, unlimited
    and live, as it is now: one that was deleted since then leaves them to the
    next. Where there is none, or it is the reader's own, they are nobody's.
    """
    with tally.emptying() as times:
        if times:
            with transaction(durable=False) as connection:
                _add(connection, [{**view._asdict(), "times": count} for view, count in times.items()])
        return sum(times.values())


def _add(connection: Connection, counted: list[dict[str, object]]) -> None:
    moment = now()
    of_files = [values for values in counted if "uuid" in values]
    of_contents = [{**values, "moment": moment} for values in counted if "content" in values]
    if of_files:
        connection.execute(_ADD_TO_FILE, of_files)
    if of_contents:
        connection.execute(_ADD_TO_OLDEST, of_contents)


# One seek in ix_files_oldest, however many uploads of the content there are. Were `expires_at` not hidden behind a sum,
# SQLite would rather enter by it, and sort them all.
_OLDEST = (
    select(FileRow.id)
    .where(
        FileRow.digest == bindparam("content"),
        PUBLISHED,
        type_coerce(FileRow.expires_at, BigInteger) + 0 > bindparam("moment", type_=Moment),
    )
    .order_by(FileRow.created_at, FileRow.id)
    .limit(1)
)
_MORE = FileRow.views + bindparam("times", type_=Integer)
_ADD_TO_FILE = update(FileRow).where(FileRow.id == bindparam("uuid")).values(views=_MORE)
_READER = bindparam("reader", type_=Integer)
_NOT_ITS_OWNER = or_(_READER.is_(None), FileRow.owner_id.is_(None), FileRow.owner_id != _READER)
_ADD_TO_OLDEST = update(FileRow).where(FileRow.id == _OLDEST.scalar_subquery(), _NOT_ITS_OWNER).values(views=_MORE)
