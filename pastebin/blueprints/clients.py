"""What makes known programs use this server: ready files and lines, with its own addresses in them.

One source for the page of one's keys, for `/api`, and for the files to save.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import render_template

from pastebin.access.gate import anonymous_uploads_off
from pastebin.blueprints.links import Links
from pastebin.errors import EndpointNotFound

KEY_PLACEHOLDER = "YOUR_KEY"


@dataclass(frozen=True)
class Snippet:
    """Something to copy, and where it can be saved from: None for what is no file of its own."""

    text: str
    href: str | None


def snippets(links: Links, key: str) -> dict[str, Snippet]:
    """All there is, by name, with *key* in it. What is saved never leaves the page: it stands in its link."""
    return {name: Snippet(text, _data_url(text)) for name, text in _texts(links, key).items()}


def snippets_for_all(links: Links) -> dict[str, Snippet]:
    """All there is, without anybody's key; where none is taken without, with a word in its place."""
    return {
        name: Snippet(text, f"/api/clients/{name}" if name in FILES else None)
        for name, text in _texts(links, _word_for_all()).items()
    }


def file(name: str, links: Links) -> str:
    """The text of one of the ready files.

    Raises:
        EndpointNotFound: there is none of this name.
    """
    if name not in FILES:
        raise EndpointNotFound(f"There is no such client file, only: {', '.join(FILES)}.")
    return _text(name, links, _word_for_all())


def host(links: Links) -> str:
    """The server's name, with its port where it is not the usual one."""
    return urlsplit(links.base).netloc


def _word_for_all() -> str | None:
    return KEY_PLACEHOLDER if anonymous_uploads_off() else None


def _texts(links: Links, key: str | None) -> Mapping[str, str]:
    return {name: _text(name, links, key) for name in (*FILES, *_LINES)}


def _text(name: str, links: Links, key: str | None) -> str:
    if name in _MADE:
        return _MADE[name](links, key)
    is_https = links.base.startswith("https:")
    # In a shell's double quotes, and in all the others, nothing in an address means anything but itself.
    home = quote(links.home(), safe=":/[]")
    known = {"home": home, "host": host(links), "is_https": is_https, "placeholder": KEY_PLACEHOLDER}
    return render_template(f"clients/{name}", key=key, **known)


def _sharex(links: Links, key: str | None) -> str:
    """A custom uploader of ShareX."""
    uploader = {
        "Version": "15.0.0",
        "Name": host(links),
        "DestinationType": "ImageUploader, TextUploader, FileUploader",
        "RequestMethod": "POST",
        "RequestURL": f"{links.base}/api/upload",
        **({"Headers": {"Authorization": f"Bearer {key}"}} if key else {}),
        "Body": "MultipartFormData",
        "FileFormName": "file",
        "URL": "{json:url}",
        "DeletionURL": "{json:deletion_url}",
        "ErrorMessage": "{json:message}",
    }
    return json.dumps(uploader, indent=2) + "\n"


def _data_url(text: str) -> str:
    return f"data:application/octet-stream;base64,{base64.b64encode(text.encode()).decode()}"


FILES = ("sharex.sxcu", "pastebinit.conf", "paste.sh", "flameshot.sh", "ksnip.sh", "paste.ps1")
"""What `/api/clients/NAME` serves."""

_LINES = ("curl.sh", "github.yml", "gitlab.yml", "git.sh")
_MADE: dict[str, Callable[[Links, str | None], str]] = {"sharex.sxcu": _sharex}
