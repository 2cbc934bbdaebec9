"""The form that changes a file: what stands in it, and what is done as it says."""

from datetime import datetime

from pastebin import expiry
from pastebin.blueprints.intake import parse_rules
from pastebin.blueprints.web.forms import FileForm
from pastebin.extensions import now
from pastebin.services import management
from pastebin.services.files import StoredFile
from pastebin.services.management import Changes, Reach, Reference
from pastebin.services.uploads import Privacy

LIFETIMES = {
    "": "as it is", "never": "never", "10min": "in 10 minutes", "1h": "in 1 hour", "1d": "in 1 day",
    "1w": "in 1 week", "30d": "in 30 days", "365d": "in 1 year",
}  # fmt: skip
_NEVER = "never"
_PRIVACIES = {Privacy.PUBLIC: "0", Privacy.BY_KEY: "1", Privacy.OWNER_ONLY: "owner"}


def save(reach: Reach, file: StoredFile, form: FileForm) -> StoredFile:
    """Change *file* as the form says; as it is then, the very same where nothing of it was otherwise.

    Staff change what others see of it, never its rules.

    Raises:
        FieldsInvalid: a value that cannot be.
        FileNotFound: it went meanwhile.
    """
    changes = _changes(form, file, for_staff=reach.staff is not None)
    return management.change(reach, Reference(file.uuid), changes) if changes.fields else file


def form_of(file: StoredFile) -> FileForm:
    """The form with what stands."""
    form = FileForm(empty=True)
    form.name.data, form.filename.data, form.extension.data = file.name or "", file.filename, file.extension
    form.limit.data = str(file.download_limit or "")
    form.private.data = _PRIVACIES[_privacy(file)]
    form.expire.data = ""
    return form


def _changes(form: FileForm, file: StoredFile, *, for_staff: bool) -> Changes:
    """What the form would have otherwise than it is."""
    name, filename, extension = ((field.data or "").strip() for field in (form.name, form.filename, form.extension))
    rules = parse_rules({"limit": form.limit.data or "", "private": form.private.data or ""}, _privacy(file))
    expire, at = form.expire.data or "", (form.expire_at.data or "").strip()
    is_changed = {
        "name": name != (file.name or ""),
        "filename": filename != file.filename,
        "extension": extension != file.extension,
    }
    if not for_staff:
        is_changed |= {
            "expire": bool(expire or at),
            "limit": rules.download_limit != file.download_limit,
            "private": rules.privacy is not _privacy(file),
        }
    return Changes(
        frozenset(field for field, is_otherwise in is_changed.items() if is_otherwise),
        name=name or None,
        filename=filename,
        extension=extension,
        expires_at=_expiry(expire, at),
        download_limit=rules.download_limit,
        privacy=rules.privacy,
    )


def _expiry(expire: str, at: str) -> datetime | None:
    """When it is to end: the time that was typed goes before what was chosen."""
    if at:
        return expiry.parse(at, now(), "expire_at")
    return expiry.parse(expire, now()) if expire and expire != _NEVER else None


def _privacy(file: StoredFile) -> Privacy:
    if not file.is_private:
        return Privacy.PUBLIC
    return Privacy.BY_KEY if file.private_key else Privacy.OWNER_ONLY
