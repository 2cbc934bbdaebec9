"""The database is made and brought up to date at the start, however many start at once."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade

from pastebin import create_app, migrations
from pastebin.extensions import clear_log, db
from pastebin.services import accounts, audit, bounds, directory, encrypted_listing, keys
from tests import hushing
from tests.conftest import PASSWORD
from tests.running import ROOT

START = "import sys; from pastebin import create_app; create_app(sys.argv[1]); print('started')"


def test_a_fresh_database_is_what_the_models_say(app):
    with app.app_context(), db.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), db.metadata)

    assert differences == []


@pytest.mark.slow
def test_several_processes_start_at_once_on_a_fresh_instance(tmp_path):
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path / "instance")], cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    ended = [(process.communicate(timeout=60), process.returncode) for process in starting]

    assert [(said[0], status) for said, status in ended] == [("started\n", 0)] * 4, ended
    assert sum("database is at version" in said[1] for said, _status in ended) == 1
    assert [path.name for path in (tmp_path / "instance").glob(".secret_key*")] == []


def test_a_start_on_a_database_that_is_up_to_date_changes_nothing(make_app, tmp_path):
    make_app()
    database = tmp_path / "instance" / "pastebin.sqlite"
    before = database.read_bytes()

    make_app()

    assert database.read_bytes() == before


def test_every_step_can_be_taken_back_and_again(app, make_app):
    with app.app_context():
        downgrade(directory=str(migrations.FOLDER), revision="base")
        assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]

    with make_app().app_context():
        assert "files" in sa.inspect(db.engine).get_table_names()


@pytest.mark.parametrize("revision", ["0007", "0003"])
def test_addresses_from_before_mail_count_as_confirmed_and_going_back_takes_nothing_along(app, make_app, revision):
    with app.app_context():
        ann = accounts.create("ann", PASSWORD, email="ann@example.org")
        accounts.create("bob", PASSWORD)
        key = keys.issue(ann).secret
        downgrade(directory=str(migrations.FOLDER), revision=revision)

    with make_app().app_context():
        assert [accounts.find(name).is_verified for name in ("ann", "bob")] == [True, False]
        assert keys.identify(str(key), "192.0.2.1").user == accounts.find("ann")


def test_accounts_from_before_quotas_have_everybodys_and_going_back_takes_nothing_along(app, make_app):
    with app.app_context():
        ann = accounts.create("ann", PASSWORD)
        directory.set_quota(None, ann.id, 5)
        key = keys.issue(ann).secret
        downgrade(directory=str(migrations.FOLDER), revision="0010")

    with make_app(USER_QUOTA=100).app_context():
        assert bounds.largest_storage(accounts.find("ann")) == 100
        assert keys.identify(str(key), "192.0.2.1").user == accounts.find("ann")


def test_encrypted_files_and_acts_from_before_administration_stay_and_going_back_takes_nothing_along(app, make_app):
    hush = hushing.upload(app.test_client(), b"12345")
    with app.app_context():
        directory.bind(None, accounts.create("ann", PASSWORD).id, 5)
        downgrade(directory=str(migrations.FOLDER), revision="0011")

    upgraded = make_app()
    with upgraded.app_context():
        entry = encrypted_listing.get(hush.id)
        assert (entry.size, entry.created_at) == (5, None)
        assert [act.act for act in audit.listing(act="change account")[1]] == ["change account"]
    assert upgraded.test_client().get(f"/api/file/{hush.id}/0").data == b"12345"


def test_addresses_lead_to_the_same_after_the_step_that_makes_them_one_tree_and_before_it(app, make_app):
    bodies = [b"%d" % number for number in range(20)]
    links = [app.test_client().put("/a.txt", data=body).text.strip() for body in bodies]
    with app.app_context():
        downgrade(directory=str(migrations.FOLDER), revision="0013")
        with db.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(DISTINCT address) FROM addresses")) == 20

    again = make_app().test_client()
    assert [again.get(link).data for link in links] == bodies
    assert [again.put("/b.txt", data=body).text.strip() for body in bodies] == links


def test_sqlite_waits_for_the_disk_at_every_commit(app):
    with app.app_context():
        clear_log()  # which waits for nobody, and leaves its connection as it was
    with app.app_context(), db.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }

    assert pragmas == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30_000
    }  # fmt: skip


def test_a_database_elsewhere_is_used_where_the_setting_names_one(tmp_path):
    create_app(tmp_path / "instance", DATABASE_URL=f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")

    assert (tmp_path / "elsewhere.sqlite").exists()
    assert not (tmp_path / "instance" / "pastebin.sqlite").exists()


def test_blobs_lie_elsewhere_where_the_setting_names_a_folder(tmp_path):
    app = create_app(tmp_path / "instance", BLOB_FOLDER=str(tmp_path / "elsewhere"), STAGING_SIZE=0)

    assert app.test_client().put("/x", data=b"x").status_code == 201
    assert len(list((tmp_path / "elsewhere").rglob("2d711642*"))) == 1


def test_the_newest_version_is_what_alembic_takes_for_it():
    assert migrations.newest() == ScriptDirectory(str(migrations.FOLDER)).get_current_head()


def test_a_start_without_anything_to_migrate_does_not_load_alembic(make_app, instance):
    make_app()
    program = "import sys, pastebin.background; from pastebin import create_app; create_app(); print([*sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PASTEBIN_INSTANCE": str(instance)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    loaded = set(ast.literal_eval(ran.stdout))
    assert "pastebin.services.upkeep" in loaded
    assert {"alembic", "flask_migrate", "mako"} & loaded == set()


def test_the_commands_of_flask_migrate_are_there(make_app, instance):
    make_app()
    ran = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "current"], cwd=ROOT,
        env={**os.environ, "PASTEBIN_INSTANCE": str(instance)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert ran.stdout.strip() == f"{migrations.newest()} (head)"
