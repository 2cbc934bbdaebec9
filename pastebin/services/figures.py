"""How much there is. Counting goes through whole tables, so the sweep does it, and what it found is what is shown.

Where there is so little that counting takes no time, it is counted anew; where there is more, once an hour.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from pastebin.extensions import derived, now, reading
from pastebin.models import BlobRow, EncryptedFileRow, FileRow, StagedRow, UserRow
from pastebin.services import reports

_NAME = "figures"
# So many rows are counted in a few milliseconds.
_FEW_ROWS = 10_000
_COUNTS_LAST = timedelta(hours=1)


@dataclass(frozen=True)
class Counts:
    """Rows, and the bytes that they stand for. What is over and not yet swept is among them.

    `stored` are the contents, each once however many files have it; `staged` those of them that wait in the database.
    """

    accounts: int
    files: int
    stored: int
    stored_bytes: int
    staged: int
    encrypted: int
    encrypted_bytes: int
    unfinished: int
    derived_bytes: int

    @property
    def are_few(self) -> bool:
        """Whether counting again takes no time."""
        return max(self.accounts + self.files + self.stored, self.encrypted + self.unfinished) <= _FEW_ROWS


@dataclass(frozen=True)
class Figures:
    """What was counted, and when."""

    counted_at: datetime
    counts: Counts


def look() -> Figures:
    """How much there is: now where that is quickly said, else as it was counted last."""
    return kept() or Figures(now(), count())


def keep() -> None:
    """Count, and keep that for who asks; not again where many were counted a while ago."""
    last = kept()
    if last is None or last.counted_at <= now() - _COUNTS_LAST:
        reports.keep(_NAME, **asdict(count()))


def kept() -> Figures | None:
    """What was counted last; None where counting again takes no time, or nothing was counted yet."""
    report = reports.find(_NAME)
    if report is None:
        return None
    counts = Counts(**report.facts)
    return None if counts.are_few else Figures(report.made_at, counts)


def count() -> Counts:
    """How much there is now."""
    contents = select(func.count(), func.coalesce(func.sum(BlobRow.size), 0))
    size = func.coalesce(func.sum(EncryptedFileRow.size), 0)
    encrypted = select(EncryptedFileRow.is_finished, func.count(), size).group_by(EncryptedFileRow.is_finished)
    with reading() as connection:
        stored, stored_bytes = connection.execute(contents).one()
        by_state = {is_finished: (rows, size_bytes) for is_finished, rows, size_bytes in connection.execute(encrypted)}
        accounts, files, staged = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (UserRow, FileRow, StagedRow)
        )
    finished, unfinished = by_state.get(True, (0, 0)), by_state.get(False, (0, 0))
    return Counts(
        accounts, files, stored, int(stored_bytes), staged, finished[0], int(finished[1] + unfinished[1]),
        unfinished[0], derived.held_bytes(),
    )  # fmt: skip
