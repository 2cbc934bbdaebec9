"""What the database remembers: a module per table."""

from pastebin.models.accounts import ApiKeyRow, SessionRow, UserRow
from pastebin.models.blobs import AddressRow, BlobRow, BlobState, StagedRow
from pastebin.models.counters import CounterRow, LeaseRow
from pastebin.models.encrypted import ChunkRow, EncryptedFileRow, ParticipantRow
from pastebin.models.files import FileRow
from pastebin.models.mail import OutboxRow, TicketRow
from pastebin.models.operation import AuditRow, ReportRow, SwitchRow
from pastebin.models.takedowns import TakedownRow, TakenDownFileRow

__all__ = [
    "AddressRow",
    "ApiKeyRow",
    "AuditRow",
    "BlobRow",
    "BlobState",
    "ChunkRow",
    "CounterRow",
    "EncryptedFileRow",
    "FileRow",
    "LeaseRow",
    "OutboxRow",
    "ParticipantRow",
    "ReportRow",
    "SessionRow",
    "StagedRow",
    "SwitchRow",
    "TakedownRow",
    "TakenDownFileRow",
    "TicketRow",
    "UserRow",
]
