"""Bytes in the store that no record names: left by an upload that was cut off or refused after they were put."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter

from sqlalchemy import bindparam, select

from pastebin.extensions import reading, store, transaction
from pastebin.models import BlobRow

# As many digests are looked up at once: one by one, those of a large store would take seconds.
_BATCH = 500


def among(digests: Iterable[str]) -> Iterator[str]:
    """Those of them that no record names, as things stand when each is looked at.

    Args:
        digests: in any order; neighbours are looked up together.
    """
    for _, neighbours in groupby(digests, key=itemgetter(slice(2))):
        while batch := list(islice(neighbours, _BATCH)):
            with reading() as connection:
                named = set(connection.execute(_NAMED, {"first": min(batch), "last": max(batch)}).scalars().all())
            yield from (digest for digest in batch if digest not in named)


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


_NAMED = select(BlobRow.digest).where(BlobRow.digest.between(bindparam("first"), bindparam("last")))
_ROW = select(BlobRow.digest).where(BlobRow.digest == bindparam("of"))
