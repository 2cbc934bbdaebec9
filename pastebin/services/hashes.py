"""Hash addresses: which content a leading part of a digest means (contract section 1)."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import BindParameter, Row, Select, bindparam, select
from sqlalchemy.orm import aliased

from pastebin.addresses import is_hash
from pastebin.extensions import now, reading, settings
from pastebin.models import AddressRow


@dataclass(frozen=True)
class Lookup:
    """A query by hash, in its two forms: by published address, and by a leading part that fits one digest alone."""

    by_address: Select[*tuple[Any, ...]]
    by_digest: Select[*tuple[Any, ...]]

    @classmethod
    def of(cls, query: Select[*tuple[Any, ...]]) -> Self:
        """The two forms of a query on addresses."""
        other = aliased(AddressRow)
        begin: BindParameter[str] = bindparam("given")
        end: BindParameter[str] = bindparam("end")
        others = select(other.digest).where(other.digest >= begin, other.digest < end)
        is_alone = ~others.where(other.digest != AddressRow.digest).exists()
        fitting = query.where(AddressRow.digest >= begin, AddressRow.digest < end)
        return cls(fitting.where(AddressRow.address == begin), fitting.where(is_alone))


def resolve(lookup: Lookup, hexdigits: str, reader: int | None = None) -> Row[*tuple[Any, ...]] | None:
    """What the lookup shows (to *reader*) of the digest that a leading part of it means.

    A published address means its own content, for ever. Else the part must
    fit exactly one digest that was ever stored: one that is gone counts, so
    that its links never come to mean something else.

    What the lookup does not show takes the same queries as what is not there,
    and never leaves the database: its time tells nothing.
    """
    if not is_hash(hexdigits):
        return None
    given = hexdigits.lower()
    values = {"given": given, "end": given + "g", "moment": now(), "reader": reader}
    with reading() as connection:
        own = connection.execute(lookup.by_address, values).one_or_none()
        if own is not None:
            return own
        fitting = connection.execute(lookup.by_digest, values).one_or_none()
    # An address from before the setting grew stays one; shorter parts of a digest mean nothing.
    return fitting if len(given) >= settings.ADDRESS_LENGTH else None
