"""Kill switches: what is off is off for all but staff, at once, and who turned it is written down."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import insert

from pastebin.errors import EndpointNotFound, SwitchedOff
from pastebin.extensions import now, transaction
from pastebin.models import SwitchRow
from pastebin.services import accounts, audit, switches
from pastebin.services.actor import User
from pastebin.services.switches import Switch
from tests.browsing import session_of
from tests.conftest import PASSWORD

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
    actor = session_of(accounts.create("root", PASSWORD, is_staff=True))
    for _ in range(2):
        switches.turn(actor, Switch.GLOBAL, is_on=True)
    switches.turn(None, Switch.GLOBAL, is_on=False)

    count, acts = audit.listing()
    assert count == 2
    assert [(act.actor_id, act.actor_name, act.act, act.facts) for act in acts] == [
        (None, "(command line)", "kill switch", {"switch": "GLOBAL", "state": "off"}),
        (actor.user_id, "root", "kill switch", {"switch": "GLOBAL", "state": "on"}),
    ]


@pytest.mark.parametrize("number", ["1", "9", "", "x", "05", "-5", "٥", "FILE_CREATE"])
def test_a_number_that_no_switch_has_is_not_found(number):
    with pytest.raises(EndpointNotFound):
        switches.by_number(number)


def test_a_change_whose_mark_was_lost_is_seen_after_a_while(monkeypatch):
    assert switches.on() == frozenset()
    with transaction() as connection:
        connection.execute(insert(SwitchRow).values(id=int(Switch.GLOBAL), changed_at=now()))
    assert switches.on() == frozenset()

    later = time.monotonic() + 6
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert switches.on() == {Switch.GLOBAL}
