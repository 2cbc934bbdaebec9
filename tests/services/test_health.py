"""Whether all is well, and how much there is: what goes wrong is said, and looking costs little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, update

from pastebin.extensions import now, transaction
from pastebin.models import OutboxRow, ReportRow
from pastebin.services import figures, health, reports, switches, upkeep
from pastebin.services.figures import Counts
from pastebin.services.switches import Switch
from tests.forms import upload

HOUR = timedelta(hours=1)


def problems(app: Flask) -> tuple[str, ...]:
    with app.app_context():
        return health.look().problems


def an_hour_passes(app: Flask) -> None:
    """As far as the last sweep is concerned."""
    with app.app_context(), transaction() as connection:
        connection.execute(update(ReportRow).values(made_at=now() - HOUR))


def test_on_a_fresh_server_all_is_well(app):
    assert problems(app) == ()
    with app.app_context():
        upkeep.sweep()
    assert problems(app) == ()


def test_too_little_room_is_said_before_there_is_none(make_app):
    with make_app().app_context():
        room = health.look().room
    assert room is not None
    assert (room.free + room.reserve + room.used, room.reserve) == (room.total, 256 << 20)

    assert problems(make_app(STORAGE_RESERVE=room.total)) == (
        "The disk is below its reserve, and uploads are refused. Make room, or delete files.",
    )
    free = room.free + room.reserve
    assert problems(make_app(STORAGE_RESERVE=int(free * 0.6)))[0].startswith("The disk has only ")


def test_a_sweep_that_does_not_come_any_more_is_said(app, make_app, monkeypatch):
    with app.app_context():
        upkeep.sweep()
    an_hour_passes(app)
    assert problems(app) == ()  # the server was stopped meanwhile

    monkeypatch.setattr(health, "BEGAN_AT", now() - HOUR)
    assert [each for each in problems(app) if each.startswith("The sweep")]
    assert problems(make_app(SWEEP_INTERVAL="1h")) == ()
    assert problems(make_app(SWEEP_INTERVAL=0)) == ()
    with app.app_context(), transaction() as connection:
        connection.execute(update(ReportRow).values(made_at=now() - timedelta(days=8)))
    assert problems(make_app(SWEEP_INTERVAL=0))[0].endswith("Run: pastebin sweep")


def test_mail_that_does_not_go_out_is_said(make_app):
    app = make_app(BASE_URL="http://localhost")
    row = {"kind": "reset", "email": "a@example.org", "created_at": now() - HOUR, "next_at": now() + HOUR}
    with app.app_context(), transaction() as connection:
        connection.execute(insert(OutboxRow).values(row))

    assert problems(app) == ("Mails wait that the mail server does not take. The log says why.",)
    assert "BASE_URL" in problems(make_app(SMTP_HOST="mail.example.org"))[0]


def test_a_switch_that_is_on_is_said(app):
    with app.app_context():
        switches.turn(None, Switch.FILE_DELETE, is_on=True)

    assert problems(app) == ("Deleting files is switched off for everybody but staff.",)


def test_what_the_sweep_did_is_kept(app, client):
    upload(client, b"12345")
    with app.app_context():
        upkeep.sweep()
        report = reports.find(health.SWEEP)
        again = upkeep.sweep()

        assert report is not None
        assert (report.facts["moved"], report.facts["files"]) == (1, 0)
        assert again.moved == reports.find(health.SWEEP).facts["moved"] == 0


def test_where_there_is_little_it_is_counted_anew_and_else_the_sweeps_count_is_told(app, client, monkeypatch):
    with app.app_context():
        upkeep.sweep()
    upload(client, b"12345")
    with app.app_context():
        counts = figures.look().counts
        assert (counts.files, counts.stored, counts.stored_bytes, counts.staged) == (1, 1, 5, 1)
        reports.keep("figures", **{**counts.__dict__, "files": 2_000_000})

        found = figures.look()

        assert found.counts == Counts(**{**counts.__dict__, "files": 2_000_000})
        assert now() - found.counted_at < HOUR


def test_many_are_counted_once_an_hour(app, client):
    with app.app_context():
        many = {**figures.count().__dict__, "files": 2_000_000}
        reports.keep("figures", **many)
        upkeep.sweep()
        assert figures.look().counts.files == 2_000_000
    an_hour_passes(app)
    with app.app_context():
        upkeep.sweep()
        assert figures.look().counts.files == 0


@pytest.mark.parametrize("state", ["finished", "begun"])
def test_encrypted_files_are_counted_by_their_state(app, client, state):
    from tests import hushing

    hush = hushing.begin(client)
    hush.put(0, b"12345")
    if state == "finished":
        hush.finish(0)

    with app.app_context():
        counts = figures.count()

    assert (counts.encrypted, counts.unfinished, counts.encrypted_bytes) == (
        (1, 0, 5) if state == "finished" else (0, 1, 5)
    )
