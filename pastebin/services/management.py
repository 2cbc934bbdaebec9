"""Files after their upload: change and remove them, as their owner or as staff (contract section 5)."""

import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, update

from pastebin import filetypes
from pastebin.errors import BodyTooLarge, FieldsInvalid, FileNotFound
from pastebin.extensions import generation, now, transaction
from pastebin.models import FileRow
from pastebin.services import accounts, audit, files, names, secrets
from pastebin.services.actor import Actor, User
from pastebin.services.files import StoredFile
from pastebin.services.uploads import Privacy

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50
SHORTEST_PRIVATE_KEY, LONGEST_PRIVATE_KEY = 12, 64  # characters
# UTF-8 has no surrogates, PostgreSQL no NUL.
_IS_TEXT = re.compile(r"[^\0\ud800-\udfff]*")


@dataclass(frozen=True)
class Reach:
    """Which files somebody may manage: one owner's, or everybody's (None).

    `staff` is who does it by being staff: whatever they change is written into the audit log.
    """

    owner_id: int | None
    staff: Actor | None = None


def own(user: User) -> Reach:
    """One's own files."""
    return Reach(user.id)


def of_user(actor: Actor, user_id: int) -> Reach:
    """A user's files, for staff.

    Raises:
        UserNotFound: there is no such user.
    """
    return Reach(accounts.get(user_id).id, actor)


def of_everybody(actor: Actor) -> Reach:
    """All files, nobody's too, for staff."""
    return Reach(None, actor)


@dataclass(frozen=True)
class Reference:
    """A file as it is named in a path: by UUID or hash, and the extension where one was given."""

    address: str
    extension: str | None = None


@dataclass(frozen=True)
class Changes:
    """What is to be changed of a file; the names of the fields that are, in `fields`, the others count for nothing.

    `private_key` goes with `private`, for a file that is to be readable with a key: None for the one that it has, or a
    new one.
    """

    fields: frozenset[str]
    name: str | None = None
    filename: str = ""
    extension: str = ""
    expires_at: datetime | None = None
    download_limit: int | None = None
    privacy: Privacy = Privacy.PUBLIC
    private_key: str | None = None


def find(reach: Reach, reference: Reference) -> StoredFile:
    """The file of a reference.

    Raises:
        FileNotFound: there is none within reach, or its extension is another.
        AmbiguousFile: several have this hash.
    """
    found = files.find_among(reach.owner_id, reference.address)
    if reference.extension not in (None, found.extension):
        raise FileNotFound
    return found


def change(reach: Reach, reference: Reference, changes: Changes) -> StoredFile:
    """Change a file; as it is then.

    Raises:
        FileNotFound, AmbiguousFile: see `find`.
        FieldsInvalid: a value that cannot be.
    """
    file = find(reach, reference)
    values = _values(file, changes)
    with transaction() as connection:
        changing = update(FileRow).where(FileRow.id == file.uuid).values(**values, updated_at=now())
        if connection.execute(changing).rowcount == 0:
            raise FileNotFound
        _note(connection, reach, "change", uuid=file.uuid, fields=sorted(changes.fields))
    generation.advance()  # it may have become private, or something else by its type
    if "extension" in values:
        log.info("%s: extension changed from %s to %s", file.uuid, file.extension, values["extension"])
    return files.get(file.uuid)


def delete(reach: Reach, reference: Reference) -> StoredFile:
    """Delete one file; what it was.

    Raises:
        FileNotFound, AmbiguousFile: see `find`.
    """
    file = find(reach, reference)
    if _remove(reach, _named([file])) == 0:
        raise FileNotFound
    return file


def find_several(reach: Reach, references: Sequence[Reference]) -> list[StoredFile]:
    """The files of some references. Those that there are not are passed over.

    Raises:
        BodyTooLarge: more than `MOST_AT_ONCE`.
        FileNotFound: none of them is there.
        AmbiguousFile: several files have one of the hashes.
    """
    if len(references) > MOST_AT_ONCE:
        raise BodyTooLarge(f"At most {MOST_AT_ONCE} files can be deleted at once.", limit=MOST_AT_ONCE)
    found = []
    for reference in references:
        with suppress(FileNotFound):
            found.append(find(reach, reference))
    if not found:
        raise FileNotFound
    return found


def delete_several(reach: Reach, references: Sequence[Reference]) -> int:
    """Delete files, all in one transaction; how many. Those that there are not are passed over.

    Raises:
        BodyTooLarge, FileNotFound, AmbiguousFile: see `find_several`. None is deleted.
    """
    count = _remove(reach, _named(find_several(reach, references)))
    if count == 0:
        raise FileNotFound
    return count


def delete_all(reach: Reach, actor: Actor, password: str) -> int:
    """Delete all files of one user, in batches; how many.

    Raises:
        RateLimited, PasswordInvalid: *actor* could not prove to be there in person.
        FileNotFound: there are none.
    """
    accounts.prove_password(actor, password)
    if reach.owner_id is None:
        raise FileNotFound
    batches = files.in_batches(FileRow.owner_id == reach.owner_id)
    count = sum(_remove(reach, {"uuids": list(batch)}) for batch in batches)
    if count == 0:
        raise FileNotFound("There are no files to delete.")
    return count


def _named(found: Sequence[StoredFile]) -> dict[str, list[str]]:
    """What the audit log is to keep of files that go."""
    return {
        "uuids": [file.uuid for file in found],
        "names": [file.filename for file in found],
        "sha256": [file.digest for file in found],
        "owners": sorted({"nobody" if file.owner_id is None else str(file.owner_id) for file in found}),
    }


def _remove(reach: Reach, facts: dict[str, list[str]]) -> int:
    def note(connection: Connection, count: int) -> None:
        _note(connection, reach, "delete", count=count, **facts)

    return files.remove(facts["uuids"], also=note)


def _note(connection: Connection, reach: Reach, act: str, **facts: object) -> None:
    if reach.staff is not None:
        owner = {} if reach.owner_id is None else {"owner": reach.owner_id}
        audit.note(connection, reach.staff, act, **owner, **facts)


def _values(file: StoredFile, changes: Changes) -> dict[str, Any]:
    """The columns that the changes set."""
    values: dict[str, Any] = {}
    for field in changes.fields:
        values |= _VALUES[field](file, changes)
    return values


def _of_name(_file: StoredFile, changes: Changes) -> dict[str, Any]:
    if changes.name is not None:
        check_name(changes.name)
    return {"name": changes.name}


def check_name(name: str) -> str:
    """A display name.

    Raises:
        FieldsInvalid: empty, too long, or with invisible characters.
    """
    if not name:
        raise FieldsInvalid("A name has at least one character.", fields=["name"])
    return names.check(name)


def _of_filename(_file: StoredFile, changes: Changes) -> dict[str, Any]:
    filename = filetypes.sanitise_filename(changes.filename)
    if filename is None:
        raise FieldsInvalid("Nothing of this file name can be used.", fields=["filename"])
    return {"filename": filename}


def _of_extension(file: StoredFile, changes: Changes) -> dict[str, Any]:
    """The type goes with the extension, and so does the end of the file name."""
    extension = changes.extension.removeprefix(".").lower()
    if filetypes.extension_of_name(f"file.{extension}") != extension:
        raise FieldsInvalid(
            "An extension has 1 to 16 of the characters a to z and 0 to 9, or is one like tar.gz.", fields=["extension"]
        )
    values = {
        "extension": extension,
        "media_type": filetypes.media_type_of(extension) or file.content_type,
    }
    stem = file.filename.removesuffix(f".{file.extension}")
    if stem != file.filename and stem and "filename" not in changes.fields:
        values["filename"] = filetypes.sanitise_filename(f"{stem}.{extension}") or file.filename
    return values


def _of_expiry(_file: StoredFile, changes: Changes) -> dict[str, Any]:
    return {"expires_at": changes.expires_at}


def _of_limit(file: StoredFile, changes: Changes) -> dict[str, Any]:
    limit = changes.download_limit
    if limit is not None and limit <= file.downloads:
        raise FieldsInvalid(
            f"It has been downloaded {file.downloads} times already: limit is a larger number, or null for none.",
            fields=["limit"],
        )
    return {"download_limit": limit}


def _of_privacy(file: StoredFile, changes: Changes) -> dict[str, Any]:
    if changes.privacy is Privacy.OWNER_ONLY and file.owner_id is None:
        raise FieldsInvalid("This file has no owner who alone could read it.", fields=["private"])
    given = None if changes.private_key is None else _check_private_key(changes.private_key)
    key: str | ColumnElement[str] | None = None
    if changes.privacy is Privacy.BY_KEY:
        # The one that the row has when it is written: one that was read before may have been replaced meanwhile, and
        # would be valid again.
        key = given or func.coalesce(FileRow.private_key, secrets.random_token())
    return {"is_private": changes.privacy is not Privacy.PUBLIC, "private_key": key}


def _check_private_key(text: str) -> str:
    """A private key that somebody chose, whatever its characters. Links carry it as it stands.

    Raises:
        FieldsInvalid: short enough to be guessed, too long, or no text.
    """
    if not SHORTEST_PRIVATE_KEY <= len(text) <= LONGEST_PRIVATE_KEY:
        raise FieldsInvalid(
            f"A password of a file has {SHORTEST_PRIVATE_KEY} to {LONGEST_PRIVATE_KEY} characters.", fields=["password"]
        )
    if not _IS_TEXT.fullmatch(text):
        raise FieldsInvalid("A password of a file is text, without NUL and halves of characters.", fields=["password"])
    return text


_VALUES = {
    "name": _of_name,
    "filename": _of_filename,
    "extension": _of_extension,
    "expire": _of_expiry,
    "limit": _of_limit,
    "private": _of_privacy,
}
FIELDS = frozenset(_VALUES)
