"""Bytes by SHA-256. Knows no HTTP and no database."""

from pastebin.blobs.base import BlobMissing, BlobStore, Spool, StoreBusy, StoreFull

__all__ = ["BlobMissing", "BlobStore", "Spool", "StoreBusy", "StoreFull"]
