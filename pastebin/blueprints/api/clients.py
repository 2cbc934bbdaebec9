"""What makes known clients use this server: ready files, with its own addresses in them."""

import json
import shlex
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import render_template

from pastebin.access.gate import anonymous_uploads_off
from pastebin.blueprints.links import Links
from pastebin.errors import EndpointNotFound

KEY_PLACEHOLDER = "YOUR_KEY"


def sharex(links: Links) -> str:
    """A custom uploader of ShareX. Where nobody may upload without an account it has a key to fill in."""
    headers = {"Headers": {"Authorization": f"Bearer {KEY_PLACEHOLDER}"}} if anonymous_uploads_off() else {}
    uploader = {
        "Version": "15.0.0",
        "Name": host(links),
        "DestinationType": "ImageUploader, TextUploader, FileUploader",
        "RequestMethod": "POST",
        "RequestURL": f"{links.base}/api/upload",
        **headers,
        "Body": "MultipartFormData",
        "FileFormName": "file",
        "URL": "{json:url}",
        "DeletionURL": "{json:deletion_url}",
        "ErrorMessage": "{json:message}",
    }
    return json.dumps(uploader, indent=2) + "\n"


def pastebinit(links: Links) -> str:
    """A site of pastebinit, for `~/.pastebin.d/`."""
    is_https = links.base.startswith("https:")
    return render_template(
        "api/clients/pastebinit.conf", host=host(links), is_https=is_https, placeholder=KEY_PLACEHOLDER
    )


def shell(links: Links) -> str:
    """A function for sh, bash and zsh."""
    return render_template("api/clients/paste.sh", home=shlex.quote(links.home()), placeholder=KEY_PLACEHOLDER)


def file(name: str, links: Links) -> str:
    """The text of one of the ready files.

    Raises:
        EndpointNotFound: there is none of this name.
    """
    if name not in _FILES:
        raise EndpointNotFound(f"There is no such client file, only: {', '.join(_FILES)}.")
    return _FILES[name](links)


def host(links: Links) -> str:
    """The server's name, with its port where it is not the usual one."""
    return urlsplit(links.base).netloc


_FILES: dict[str, Callable[[Links], str]] = {
    "sharex.sxcu": sharex,
    "pastebinit.conf": pastebinit,
    "paste.sh": shell,
}
