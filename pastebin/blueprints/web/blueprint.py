"""The room that all pages share: its templates, its static files, and the words that templates may use."""

from pathlib import Path

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from pastebin.blueprints import pages
from pastebin.blueprints.links import links
from pastebin.blueprints.web import static_files, wording
from pastebin.extensions import settings
from pastebin.services import outbox

STATIC = Path(__file__).parent / "static"

YEAR_SECONDS = 365 * 86_400
_SHORT_SECONDS = 300

# With a version in its URL a file never changes; in a browser, "immutable" spares even the question.
FOR_LONG = f"public, max-age={YEAR_SECONDS}, immutable"


class Pages(Blueprint):
    """A blueprint whose static files are kept for long where the URL names their content."""

    def send_static_file(self, filename: str) -> Response:  # type: ignore[override]  # Flask's class adds JSON to it
        """The file, kept for a year by a URL with the right version, for minutes by one without."""
        response = static_files.send(STATIC, filename)
        wanted = request.args.get("v")
        is_current = wanted and wanted == version(filename)
        response.headers["Cache-Control"] = FOR_LONG if is_current else f"public, max-age={_SHORT_SECONDS}"
        return response


bp = Pages("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static")


@bp.app_template_global("asset")
def asset(filename: str) -> str:
    """The URL of a static file, with its version: a changed file has a new address."""
    return url_for("web.static", filename=filename, v=version(filename))


@bp.app_template_global("site_address")
def site_address() -> str:
    """This site's own address, with the slash at its end."""
    return links().home()


@bp.app_template_global("registration_open")
def registration_open() -> bool:
    """Whether people may make accounts themselves."""
    return settings.REGISTRATION == "open"


@bp.app_template_global("mail_works")
def mail_works() -> bool:
    """Whether this server can send mail."""
    return outbox.is_open()


@bp.app_template_global("email_needed")
def email_needed() -> bool:
    """Whether an account needs a confirmed e-mail address to upload."""
    return settings.REQUIRE_VERIFIED_EMAIL


def version(filename: str) -> str:
    """The beginning of a static file's SHA-256; empty for one that is not there."""
    return static_files.version(STATIC / filename)


bp.app_template_global("indexed")(pages.indexed)

for _word in (
    wording.size, wording.date, wording.until, wording.ago, wording.span, wording.fact, wording.fact_name,
    wording.name_parts,
):  # fmt: skip
    bp.app_template_filter(_word.__name__)(_word)
