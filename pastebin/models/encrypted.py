"""Files that their clients encrypted: one row an upload, one for each of its chunks (seed 004)."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Model, Moment


class EncryptedFileRow(Model):
    """One upload of something that the server cannot read: nobody's, with what its uploader asked for."""

    __tablename__ = "encrypted_files"
    __table_args__ = (Index("ix_encrypted_files_created", "created_at", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    # Gone once the upload is finished: nothing can be added or altered after that.
    upload_password_hash: Mapped[str | None] = mapped_column(String(64))
    delete_password_hash: Mapped[str | None] = mapped_column(String(128))
    is_finished: Mapped[bool] = mapped_column(default=False)
    # When it goes: while it is unfinished a day after it was begun, if that is sooner than was asked for.
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)
    kept_until: Mapped[datetime] = mapped_column(Moment)
    # None where it was begun before that was noted.
    created_at: Mapped[datetime | None] = mapped_column(Moment)
    download_limit: Mapped[int | None]
    # Of all chunks, without the metadata.
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    chunk_count: Mapped[int] = mapped_column(default=0)


class ChunkRow(Model):
    """A part of an encrypted file, by its place from 0 up; or, at -1, its metadata."""

    __tablename__ = "chunks"
    __table_args__ = (
        Index("ix_chunks_digest", "digest"),
        # Which is left to be downloaded, and which was the most, is asked at each download, of very many.
        Index("ix_chunks_file_downloads", "file_id", "downloads"),
    )

    file_id: Mapped[str] = mapped_column(ForeignKey("encrypted_files.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest"))
    size: Mapped[int] = mapped_column(BigInteger)
    downloads: Mapped[int] = mapped_column(default=0)


class ParticipantRow(Model):
    """An address that a part of an encrypted file came from, where the operator wants that kept."""

    __tablename__ = "participants"

    file_id: Mapped[str] = mapped_column(ForeignKey("encrypted_files.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(64), primary_key=True)
