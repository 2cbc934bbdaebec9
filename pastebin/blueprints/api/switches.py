"""Which URLs the kill switches have (contract section 5)."""

from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from pastebin.access.gate import Needs, current_actor, gate
from pastebin.blueprints.api.views import bp
from pastebin.blueprints.description import Answer, describes
from pastebin.errors import EndpointNotFound
from pastebin.services import switches
from pastebin.services.switches import Switch

_ALL = {200: Answer("All kill switches, as they are now in every worker.", "SwitchesSchema")}
_NUMBER = {"number": "A kill switch's `id`."}


@bp.get("/killswitches")
@gate(needs=Needs.STAFF_SESSION, always=True)
@describes("operation", _ALL)
def all_switches() -> Response:
    """List the kill switches."""
    return jsonify(_described())


@bp.put("/killswitches/<number>")
@gate(needs=Needs.STAFF_SESSION, always=True)
@describes("operation", _ALL, path=_NUMBER, errors=(EndpointNotFound,))
def turn_on(number: str) -> Response:
    """Turn a kill switch on: what it is named for is refused from now on, but to staff."""
    return _turned(number, is_on=True)


@bp.delete("/killswitches/<number>")
@gate(needs=Needs.STAFF_SESSION, always=True)
@describes("operation", _ALL, path=_NUMBER, errors=(EndpointNotFound,))
def turn_off(number: str) -> Response:
    """Turn a kill switch off."""
    return _turned(number, is_on=False)


def _turned(number: str, *, is_on: bool) -> Response:
    switches.turn(current_actor(), switches.by_number(number), is_on=is_on)
    return jsonify(_described())


def _described() -> dict[str, Any]:
    on = switches.on()
    items = [{"id": int(switch), "name": switch.name, "state": switch in on} for switch in Switch]
    return {"count": len(items), "items": items}
