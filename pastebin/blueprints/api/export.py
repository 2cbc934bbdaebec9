"""Which URL takes all of one's own files home."""

from functools import partial

from flask import request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, current_actor, current_user, gate
from pastebin.blueprints.api.views import bp
from pastebin.blueprints.delivery import deliver_archive
from pastebin.blueprints.description import Answer, describes
from pastebin.blueprints.links import links
from pastebin.blueprints.representation import describe_managed
from pastebin.extensions import now
from pastebin.services import export
from pastebin.services.actor import Scope

_ARCHIVE = Answer(
    "The archive. One that was cut short does not open.", media_type="application/zip",
    headers={"Content-Disposition": "An attachment, named by the account and the day."},
)  # fmt: skip


@bp.get("/users/me/export")
@gate(needs=Needs.ACCOUNT, scope=Scope.FILE_READ)
@describes("management", {200: _ARCHIVE})
def export_my_files() -> Response:
    """Export all of one's own files as a ZIP archive, private and limited ones too.

    Its last entry, `files.json`, is `{"count", "items"}`: each file as the
    API shows it, with its `sha256`, and with `archiveName`, the name of its
    entry. Entries are in the order of their uploads. No download is spent.
    """
    user = current_user()
    describe = partial(describe_managed, links=links(), for_owner=True)
    return deliver_archive(
        request, f"{user.name}-files-{now():%Y-%m-%d}.zip", export.archive(current_actor(), describe)
    )
