"""Which URLs the pages of one's own files have."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, Token, gate
from pastebin.blueprints.pages import person
from pastebin.blueprints.web import shelves
from pastebin.blueprints.web.blueprint import bp
from pastebin.blueprints.web.shelves import Shelf
from pastebin.services import management
from pastebin.services.switches import Switch


def _mine() -> Shelf:
    return Shelf(management.own(person()), "/files", in_grid=request.args.get(shelves.VIEW) == shelves.GRID)


@bp.get("/files")
@gate(needs=Needs.PERSON)
def own_files() -> Response:
    """One's own files, as a list or in a grid: newest first, or as they are searched and sorted."""
    return shelves.listed(_mine(), person())


@bp.post("/files/delete")
@gate(needs=Needs.PERSON, token=Token.FORM, switch=Switch.FILE_DELETE)
def delete_own_files() -> Response:
    """Delete several files of one's own, after a question."""
    return shelves.several_deleted(_mine())


@bp.get("/files/<uuid:uuid>")
@gate(needs=Needs.PERSON)
def manage(uuid: UUID) -> Response:
    """The owner's page of a file: what is known of it, its links, what can be changed, and its end."""
    return shelves.shown(_mine(), str(uuid))


@bp.post("/files/<uuid:uuid>")
@gate(needs=Needs.PERSON, token=Token.FORM, switch=Switch.FILE_MODIFY)
def change_own(uuid: UUID) -> Response:
    """Change a file of one's own."""
    return shelves.changed(_mine(), str(uuid))


@bp.post("/files/<uuid:uuid>/delete")
@gate(needs=Needs.PERSON, token=Token.FORM, switch=Switch.FILE_DELETE)
def delete_own(uuid: UUID) -> Response:
    """Delete a file of one's own."""
    return shelves.deleted(_mine(), str(uuid))
