"""Whether it lives, and whether it can work."""

from __future__ import annotations

import shutil

from sqlalchemy.exc import OperationalError

from pastebin.services import health


def test_healthz_answers_while_the_process_lives(client):
    assert client.get("/healthz").json == {"status": "ok"}


def test_readyz_answers_while_database_and_store_do(client):
    assert client.get("/readyz").json == {"status": "ok", "failing": []}


def test_readyz_is_503_naming_a_store_that_is_gone(client, tmp_path):
    shutil.rmtree(tmp_path / "instance" / "blobs")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "failing": ["store"]}
    assert client.get("/healthz").status_code == 200


def test_readyz_is_503_naming_a_database_that_does_not_answer(client, monkeypatch):
    def broken():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(health, "reading", broken)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json["failing"] == ["database"]
