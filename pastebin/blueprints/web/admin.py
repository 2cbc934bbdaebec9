"""Which URLs staff's pages of the server have: how it stands, kill switches, settings, and the audit log."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from pastebin import __version__
from pastebin.access.gate import Needs, Token, current_actor, gate
from pastebin.blueprints import lists
from pastebin.blueprints.pages import render
from pastebin.blueprints.web.blueprint import bp
from pastebin.extensions import settings
from pastebin.services import audit, configuration, figures, health, switches, takedowns
from pastebin.services.switches import Switch

_LATEST = 10


@bp.get("/admin")
@gate(needs=Needs.STAFF_PERSON)
def admin() -> Response:
    """How it stands, at a glance: whether all is well, how much there is, the kill switches, and what was done last."""
    return render(
        "admin/overview.html",
        health=health.look(),
        figures=figures.look(),
        takedown_count=takedowns.listing(limit=0)[0],
        states=switches.states(),
        turned_by=_turned_by(),
        acts=audit.listing(_LATEST)[1],
        operator=settings.OPERATOR_EMAIL,
    )


def _turned_by() -> dict[str, str]:
    """Who turned each switch last, as far as the last acts of that kind tell."""
    latest = audit.listing(lists.PAGE_LENGTH, act=switches.ACT)[1]
    return {str(act.facts["switch"]): act.actor_name for act in reversed(latest)}


@bp.get("/admin/health")
@gate(needs=Needs.STAFF_PERSON)
def state_of_health() -> Response:
    """Room, database, mail, the sweep, and the processes."""
    return render(
        "admin/health.html",
        health=health.look(),
        figures=figures.look(),
        version=__version__,
        settings=settings,
    )


@bp.get("/admin/settings")
@gate(needs=Needs.STAFF_PERSON)
def all_settings() -> Response:
    """The settings in force, and the rate limits among them. They are changed on the server, not here."""
    entries = configuration.entries()
    changed = [entry for entry in entries if entry.origin != configuration.DEFAULT]
    others = [entry for entry in entries if entry.origin == configuration.DEFAULT]
    return render(
        "admin/settings.html",
        tables={
            "Set on this server": changed,
            "Left as they are": [entry for entry in others if not entry.is_rate],
            "Rate limits": [entry for entry in others if entry.is_rate],
        },
        changed_count=len(changed),
        limits_are_on=settings.RATE_LIMITS,
    )


@bp.get("/admin/audit")
@gate(needs=Needs.STAFF_PERSON)
def audit_log() -> Response:
    """What staff did, newest first: everything, or what one of them did, or one kind of act."""
    number = lists.page_number(request.args)
    chosen = {name: request.args.get(name, "") for name in ("actor", "act")}
    count, acts = audit.listing(lists.PAGE_LENGTH, lists.offset_of(number), **chosen)
    return render(
        "admin/audit.html",
        acts=acts,
        chosen=chosen,
        actors={"": "anybody"} | {name: name for name in audit.actors()},
        kinds={"": "anything"} | {act: act for act in audit.acts()},
        **lists.pager(request, number, count),
    )


# ---- kill switches


@bp.post("/admin/switches/<number>")
@gate(needs=Needs.STAFF_PERSON, token=Token.FORM)
def turn_switch(number: str) -> Response:
    """Turn a kill switch on or off. What would stop everything is asked for once more."""
    switch, is_on = switches.by_number(number), request.form.get("state") == "on"
    if switch is Switch.GLOBAL and is_on and request.form.get("confirmed") != "1":
        return render("admin/confirm_switch.html", switch=switch)
    switches.turn(current_actor(), switch, is_on=is_on)
    return redirect(url_for(".admin") + "#switches-title", 303)


@bp.app_template_global("switches_on")
def switches_on() -> list[Switch]:
    """Which kill switches are on: staff's pages say so."""
    return sorted(switches.on())
