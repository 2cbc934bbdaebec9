"""A visitor with a browser that knows no JavaScript: gets pages, fills their forms in, keeps cookies."""

from __future__ import annotations

import html
import re
from io import BytesIO

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import PASSWORD

_HTML = {"Accept": "text/html,application/xhtml+xml"}
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One browser. Forms carry the CSRF token of the page they stand on."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> TestResponse:
        """Follow a link."""
        return self.client.get(path, headers={**_HTML, **{k.replace("_", "-"): v for k, v in headers.items()}})

    def post(
        self, path: str, fields: dict[str, object] | None = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data=fields or {}, headers={**_HTML, **(headers or {})})

    def submit(self, page: str, path: str | None = None, **fields: object) -> TestResponse:
        """Get a page and send the form on it, with its token where it has one."""
        token = token_of(self.get(page))
        return self.post(path or page, {**({"csrf_token": token} if token else {}), **fields})

    def follow(self, answer: TestResponse) -> TestResponse:
        """Go where an answer leads."""
        assert answer.status_code == 303, answer.text
        return self.get(answer.location)

    def log_in(self, name: str = "ann", password: str = PASSWORD, path: str = "/login") -> TestResponse:
        """Through the form."""
        return self.submit(path, username=name, password=password)

    def upload(self, content: bytes = b"hello", name: str = "hello.txt", **fields: object) -> str:
        """Through the form; the UUID of what was uploaded."""
        answer = self.submit("/", "/upload", file=(BytesIO(content), name), **fields)
        assert answer.status_code == 303, answer.text
        return answer.location.rpartition("/view/")[2].partition("?")[0]


def token_of(page: TestResponse) -> str | None:
    """The CSRF token of the first form on a page."""
    found = _TOKEN.search(page.text)
    return html.unescape(found[1]) if found else None
