"""The files by which browsers, search engines and finders of holes know a site, where their standards look for them."""

from datetime import timedelta
from email.utils import parseaddr

from flask import jsonify, render_template, send_from_directory
from werkzeug.wrappers import Response

from pastebin.blueprints.web.blueprint import STATIC, asset, bp
from pastebin.errors import FileNotFound
from pastebin.extensions import now, settings

_DAY_SECONDS = 86_400
_SECURITY_TXT_DAYS = 180  # RFC 9116 section 2.5.5: less than a year

_ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-maskable-512.png", 512, "maskable"))


@bp.get("/robots.txt")
def robots() -> Response:
    """What crawlers leave alone (RFC 9309)."""
    return _text(render_template("robots.txt"))


@bp.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Whom to tell of a hole (RFC 9116); there is none where the operator names nobody.

    Raises:
        FileNotFound: OPERATOR_EMAIL is not set.
    """
    mailbox = operator_mailbox()
    if not mailbox:
        raise FileNotFound("The operator of this server names nobody to write to.")
    expires = (now() + timedelta(days=_SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT00:00:00Z")
    return _text(render_template("security.txt", mailbox=mailbox, expires=expires, base_url=settings.BASE_URL))


@bp.get("/favicon.ico")
def favicon() -> Response:
    """The icon for those who ask without having read a page."""
    return _icon("favicon.ico")


@bp.get("/apple-touch-icon.png")
@bp.get("/apple-touch-icon-precomposed.png")
def touch_icon() -> Response:
    """The icon for home screens, for those who ask without having read a page."""
    return _icon("apple-touch-icon.png")


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    """What the site is called and looks like where it is put on a home screen (W3C, Web Application Manifest)."""
    icons = [
        {"src": asset(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in _ICONS
    ]
    response = jsonify(
        id="/", name="pastebin", short_name="pastebin", description="Upload a file, give the link to anyone.",
        start_url="/", scope="/", display="minimal-ui", theme_color="#0b6b63", background_color="#fbfaf8", icons=icons,
    )  # fmt: skip
    response.mimetype = "application/manifest+json"
    return _kept(response)


def operator_mailbox() -> str:
    """The bare address of who runs this server; empty where they name none."""
    return parseaddr(settings.OPERATOR_EMAIL)[1]


def _icon(name: str) -> Response:
    return _kept(send_from_directory(STATIC, name))


def _text(text: str) -> Response:
    return _kept(Response(text, content_type="text/plain; charset=utf-8"))


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={_DAY_SECONDS}"
    return response
