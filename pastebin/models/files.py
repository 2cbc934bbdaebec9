"""Files: one row an upload. Rules live here, never on blobs."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from pastebin.extensions import Expiry, Instant, Model, Moment
from pastebin.models.partial import partial_index


class FileRow(Model):
    """One upload of a content, with its owner, names and rules."""

    __tablename__ = "files"
    __table_args__ = (
        # "Is this hash address served, and until when" is one seek.
        partial_index(
            "ix_files_published",
            "digest",
            "expires_at",
            where="is_private = 0 AND download_limit IS NULL",
            on_postgresql="NOT is_private AND download_limit IS NULL",
        ),
        # Which file the views of a hash address are counted for is one seek.
        partial_index(
            "ix_files_oldest",
            "digest",
            "created_at",
            "id",
            where="is_private = 0 AND download_limit IS NULL",
            on_postgresql="NOT is_private AND download_limit IS NULL",
        ),
        Index("ix_files_digest_owner", "digest", "owner_id"),
        # What a list is chosen and ordered by beside its owner: going through somebody's files reads no row of them.
        # Nobody's files are in no list.
        partial_index(
            "ix_files_owner_created",
            "owner_id",
            "created_at",
            "id",
            "expires_at",
            "download_limit",
            "downloads",
            "filename",
            "name",
            "size",
            "media_type",
            where="owner_id IS NOT NULL",
        ),
        Index("ix_files_expires", "expires_at"),
        # The sweep's list of files whose downloads are used up.
        partial_index("ix_files_used_up", "id", where="downloads >= download_limit"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("blobs.digest"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    size: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(String(255))
    extension: Mapped[str] = mapped_column(String(33))
    media_type: Mapped[str] = mapped_column(String(127))
    is_private: Mapped[bool]
    private_key: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime | None] = mapped_column(Expiry, nullable=False)
    download_limit: Mapped[int | None]
    downloads: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(BigInteger, default=0)
    # Computed when it is first asked for: beside SHA-256 it would slow every upload down.
    md5: Mapped[str | None] = mapped_column(String(32))
    delete_token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Moment)
