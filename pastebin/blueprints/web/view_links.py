"""The addresses on the page of a file, or of a content."""

import re
import shlex
from dataclasses import dataclass
from urllib.parse import urlencode

from pastebin.blueprints.links import Links
from pastebin.images.formats import is_image
from pastebin.services import secrets
from pastebin.services.actor import Actor
from pastebin.services.files import Found, PublicBlob, StoredFile

# What begins or ends something in Markdown, inside a link's words.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>!])")


@dataclass(frozen=True)
class ViewLinks:
    """The addresses on a page, whole URLs, with the private key where there is one.

    `here` is the content's for the page's own use, `path` the page's: paths, so that they work under every name of this
    server. `reference` is what both are built from, `key` the private key as a query has it, or empty.
    """

    page: str
    raw: str
    ext: str
    name: str | None
    curl: str
    markdown: str
    here: str
    path: str
    reference: str
    key: str

    @property
    def query(self) -> str:
        """What unlocks it: `?key=…`, or nothing."""
        return f"?key={self.key}" if self.key else ""

    def made(self, query: str) -> str:
        """The path of the JPEG that the query makes of an image."""
        return f"/{self.reference}.jpg?{query}" + (f"&key={self.key}" if self.key else "")

    def shown(self, extension: str, *, as_source: bool = False) -> str:
        """The path of the page in a language, and with the source of what it shows rendered."""
        query = {"as": "source"} if as_source else {}
        fields = urlencode({**query, **({"key": self.key} if self.key else {})}, safe="=")
        return self.path + (f".{extension}" if extension else "") + (f"?{fields}" if fields else "")


def of_file(file: StoredFile, to: Links, actor: Actor) -> ViewLinks:
    """Those of a file. The private key goes along: whoever sees this page is the owner, or came with it."""
    key = secrets.encode_key(file.private_key) if file.private_key else ""
    query = f"?key={key}" if key else ""
    direct, page = to.direct(file, with_key=True), to.view_of_upload(file)
    login = "-H 'Authorization: Bearer API_KEY' " if file.is_private and not key and actor.owns(file.owner_id) else ""
    return ViewLinks(
        page=page,
        raw=to.short(file) + query,
        ext=direct,
        name=to.full(file) + query,
        curl=f"curl {login}-o {shlex.quote(file.filename)} {shlex.quote(direct)}",
        markdown=_markdown(file, file.name or file.filename, page, direct, limited=file.download_limit is not None),
        here=f"/{file.uuid}.{file.extension}{query}",
        path=f"/view/{file.uuid}",
        reference=file.uuid,
        key=key,
    )


def of_blob(blob: PublicBlob, to: Links) -> ViewLinks:
    """Those of a content."""
    page, direct = to.view(blob), to.ext(blob)
    return ViewLinks(
        page=page,
        raw=to.short(blob),
        ext=direct,
        name=None,
        curl=f"curl -O {shlex.quote(direct)}",
        markdown=_markdown(blob, f"{blob.address}.{blob.extension}", page, direct, limited=False),
        here=Links("").ext(blob),
        path=Links("").view(blob),
        reference=blob.address,
        key="",
    )


def _markdown(found: Found, name: str, page: str, direct: str, *, limited: bool) -> str:
    """A link to the page; of an image the image. One that is limited would be spent by whoever reads the text."""
    words = _MARKDOWN.sub(r"\\\1", " ".join(name.split()))
    if is_image(found.content_type) and not limited:
        return f"![{words}]({direct})"
    return f"[{words}]({page})"
