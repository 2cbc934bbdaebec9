"""Which URLs staff's first pages have: how it stands, kill switches, and the audit log."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import lists
from pastebin.blueprints.pages import render
from pastebin.blueprints.web.blueprint import bp
from pastebin.services import audit, catalogue, directory, switches, takedowns
from pastebin.services.catalogue import Selection
from pastebin.services.switches import Switch

_LATEST = 10


@bp.get("/admin")
@gate(needs=Needs.STAFF_PERSON)
def admin() -> Response:
    """What staff look after, at a glance: how much there is, the kill switches, and what was done last."""
    are_on = switches.on()
    return render(
        "admin/overview.html",
        counts={
            "users": directory.listing(limit=0)[0],
            "files": catalogue.listing(Selection(None), limit=0)[0],
            "takedowns": takedowns.listing(limit=0)[0],
        },
        switches=[(switch, switch in are_on) for switch in Switch],
        acts=audit.listing(_LATEST)[1],
    )


@bp.post("/admin/switches/<number>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def turn_switch(number: str) -> Response:
    """Turn a kill switch on or off."""
    switches.turn(current_actor(), switches.by_number(number), is_on=request.form.get("state") == "on")
    return redirect(url_for(".admin"), 303)


@bp.get("/admin/audit")
@gate(needs=Needs.STAFF_PERSON)
def audit_log() -> Response:
    """Everything that staff did, newest first."""
    number = lists.page_number(request.args)
    count, acts = audit.listing(lists.PAGE_LENGTH, lists.offset_of(number))
    return render("admin/audit.html", acts=acts, **lists.pager(request, number, count))
