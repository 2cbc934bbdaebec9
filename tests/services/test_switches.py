"""Kill switches: what is off is off for all but staff, at once, and who turned it is written down."""

from __future__ import annotations

import pytest

from pastebin.errors import EndpointNotFound, SwitchedOff
from pastebin.services import audit, switches
from pastebin.services.actor import Actor, ActorKind, User
from pastebin.services.switches import Switch

ANN = User(1, "ann", is_staff=False)
STAFF = User(2, "root", is_staff=True)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def test_at_first_nothing_is_switched_off():
    assert switches.on() == frozenset()
    switches.check(None, *Switch)


@pytest.mark.parametrize("switch", [switch for switch in Switch if switch is not Switch.GLOBAL])
def test_what_is_switched_off_is_refused_but_to_staff_and_everything_else_goes_on(switch):
    switches.turn(None, switch, is_on=True)

    for user in (None, ANN):
        with pytest.raises(SwitchedOff) as refused:
            switches.check(user, switch)
        assert refused.value.facts == {"feature": int(switch)}
        switches.check(user, *(other for other in Switch if other not in (switch, Switch.GLOBAL)))
    switches.check(STAFF, *Switch)
    switches.turn(None, switch, is_on=False)
    switches.check(None, switch)


def test_the_global_one_refuses_everything():
    switches.turn(None, Switch.GLOBAL, is_on=True)

    with pytest.raises(SwitchedOff) as refused:
        switches.check(ANN)
    assert refused.value.facts == {"feature": 8}


def test_another_worker_sees_it_at_once(app, make_app):
    other = make_app()
    with other.app_context():
        assert switches.on() == frozenset()
    switches.turn(None, Switch.FILE_CREATE, is_on=True)

    with other.app_context():
        assert switches.on() == {Switch.FILE_CREATE}
        switches.turn(None, Switch.FILE_CREATE, is_on=False)
    assert switches.on() == frozenset()


def test_turning_twice_is_no_error_and_one_act():
    actor = Actor(ActorKind.SESSION, "192.0.2.1", STAFF)
    for _ in range(2):
        switches.turn(actor, Switch.GLOBAL, is_on=True)
    switches.turn(None, Switch.GLOBAL, is_on=False)

    count, acts = audit.listing()
    assert count == 2
    assert [(act.actor_id, act.actor_name, act.act, act.facts) for act in acts] == [
        (None, "(command line)", "kill switch", {"switch": "GLOBAL", "state": False}),
        (2, "root", "kill switch", {"switch": "GLOBAL", "state": True}),
    ]


@pytest.mark.parametrize("number", ["1", "9", "", "x", "05", "-5", "٥", "FILE_CREATE"])
def test_a_number_that_no_switch_has_is_not_found(number):
    with pytest.raises(EndpointNotFound):
        switches.by_number(number)
