"""The page of an encrypted file: it fetches the chunks and decrypts them in the browser.

The key is in the URL's fragment, which no browser sends. So this page must
run nothing but our own modules, and talk to nobody but this server.
"""

from flask import Request
from werkzeug.wrappers import Response

from pastebin.blueprints import pages
from pastebin.services import encrypted


def render(request: Request, uuid: str) -> Response:
    """The page of a finished file.

    Raises:
        FileNotFound: there is none of this UUID. ContentRemoved: it was taken down.
    """
    response = pages.render("encrypted.html", file=encrypted.find_finished(uuid))
    response.headers["Content-Security-Policy"] = _policy(request.host)
    return response


def _policy(host: str) -> str:
    """Our modules and no other file of this origin; a policy has no word for a host that is an IPv6 literal."""

    def under(path: str) -> str:
        return "'self'" if host.startswith("[") else f"{host}{path}"

    return (
        f"default-src 'none'; script-src {under('/static/modules/')}; worker-src {under('/static/modules/')}; "
        f"style-src {under('/static/')}; img-src {under('/static/')} blob:; connect-src {under('/api/file/')}; "
        f"manifest-src {under('/manifest.webmanifest')}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
