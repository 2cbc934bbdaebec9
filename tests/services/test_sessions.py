"""Login sessions on a server that has trouble of its own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from pastebin.extensions import db, now, transaction
from pastebin.models import SessionRow
from pastebin.services import sessions


def test_a_session_stands_also_where_it_cannot_be_prolonged(app, make_user):
    with app.app_context():
        token, _ = sessions.begin(make_user())
        with transaction() as connection:
            connection.execute(update(SessionRow).values(expires_at=now() + timedelta(seconds=60)))
        with db.engine.connect() as connection:  # the pool's own, used again below: as on a full disk it takes nothing
            connection.exec_driver_sql("PRAGMA query_only = ON")

        found = sessions.find(token)

    assert found is not None
    assert found.user.name == "ann"
