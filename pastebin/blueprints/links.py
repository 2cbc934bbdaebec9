"""Every address that an answer may carry, built in one place."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Request, request

from pastebin.access import hosts
from pastebin.images.formats import is_image
from pastebin.services import secrets
from pastebin.services.files import PublicBlob, StoredFile


@dataclass(frozen=True)
class Links:
    """The addresses of files under one base (no slash at its end)."""

    base: str

    def home(self) -> str:
        """The server's own address, with a slash."""
        return f"{self.base}/"

    def short(self, found: StoredFile | PublicBlob) -> str:
        """`/HASH`, or `/UUID` where that alone leads to it."""
        return f"{self.base}/{found.reference}"

    def ext(self, found: StoredFile | PublicBlob) -> str:
        """`/HASH.ext`."""
        return f"{self.base}/{found.reference}.{found.extension}"

    def full(self, file: StoredFile) -> str:
        """`/HASH/any-name`."""
        return f"{self.base}/{file.reference}/{quote(file.filename, safe='')}"

    def direct(self, file: StoredFile, *, with_key: bool) -> str:
        """The one link to give away: with the extension, and the private key where the owner may see it."""
        return self.ext(file) + (_key(file) if with_key else "")

    def view(self, found: StoredFile | PublicBlob) -> str:
        """The page for people, without a private key."""
        return f"{self.base}/view/{found.reference}"

    def view_of_upload(self, file: StoredFile) -> str:
        """The page for people of this very upload, by its UUID, with the private key if it has one."""
        return f"{self.base}/view/{file.uuid}{_key(file)}"

    def thumbnail(self, file: StoredFile, *, with_key: bool) -> str | None:
        """`/UUID/thumb`, with the private key where the owner may see it; None where no thumbnail can be had.

        What has a download limit has none: it would be given away with it.
        """
        if file.download_limit is not None or not is_image(file.content_type):
            return None
        return f"{self.base}/{file.uuid}/thumb" + (_key(file) if with_key else "")

    def manage(self, file: StoredFile) -> str:
        """The owner's page."""
        return f"{self.base}/files/{file.uuid}"

    def deletion(self, file: StoredFile, token: str) -> str:
        """The page whose button deletes."""
        return f"{self.base}/delete/{file.uuid}/{token}"

    def new_password(self, token: str) -> str:
        """The page where a link's bearer sets a password."""
        return f"{self.base}/reset/{token}"


def _key(file: StoredFile) -> str:
    """The query that unlocks a private file; empty where it has no key."""
    return f"?key={secrets.encode_key(file.private_key)}" if file.private_key else ""


def private_key(asked: Request) -> str | None:
    """The private key in `?key=` (base64, either alphabet, padded or not), or None."""
    given = asked.args.get("key")
    return secrets.decode_key(given) if given else None


def links() -> Links:
    """The links of the current request."""
    return Links(hosts.base_url(request))
