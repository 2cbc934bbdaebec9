"""Bytes in the store that no record names: left by an upload that was cut off or refused after they were put."""

from sqlalchemy import bindparam, select

from pastebin.extensions import reading, store, transaction
from pastebin.models import BlobRow


def remove(digest: str) -> bool:
    """Remove the bytes of a digest if no record names them; whether they were such.

    Bytes that another upload is just about to name may go too: it finds that
    out inside its own transaction, and puts them again.
    """
    with reading() as connection:
        if connection.execute(_ROW, {"of": digest}).first() is not None:
            return False
    # Looked for again where no upload can be about to write it.
    with transaction() as connection:
        if connection.execute(_ROW, {"of": digest}).first() is not None:
            return False
        store.remove(digest)
    return True


_ROW = select(BlobRow.digest).where(BlobRow.digest == bindparam("of"))
