"""Mail of the real server: it leaves by itself, in one of two processes, and its links are written down nowhere."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from tests.running import Server
from tests.smtp import MailServer, Taken, mail_server

PASSWORD, NEW = "correct horse battery", "another good password"
BASE = "http://localhost"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
def served(make_server: Callable[..., Server], mail: MailServer) -> Server:
    return make_server(**_smtp(mail))


def _smtp(mail: MailServer) -> dict[str, Any]:
    return {
        "BASE_URL": BASE, "SMTP_HOST": "127.0.0.1", "SMTP_PORT": mail.port, "SMTP_SECURITY": "none",
        "LOG_LEVEL": "debug",
    }  # fmt: skip


def add_ann(server: Server) -> None:
    added = server.command("user", "add", "ann", "--email", "ann@example.org", "--password-stdin", stdin=PASSWORD)
    assert added.returncode == 0, added.stderr


def post(server: Server, path: str, **fields: str) -> requests.Response:
    return requests.post(f"{server.url}{path}", fields, timeout=30, allow_redirects=False)


def link_in(mail: Taken) -> str:
    """The path of its link."""
    return str(re.findall(rf"^{BASE}(/(?:verify|reset)/\S+)$", mail.text, re.M)[0])


def set_password(server: Server, link: str, password: str = NEW) -> int:
    return post(server, link, new_password=password, new_password_again=password).status_code


def log_in(server: Server, password: str) -> int:
    return post(server, "/login", username="ann", password=password).status_code


@pytest.mark.slow
def test_a_forgotten_password_is_replaced_within_seconds_and_no_link_is_logged(
    served: Server, mail: MailServer
) -> None:
    add_ann(served)
    begun = time.monotonic()
    assert post(served, "/forgot", account="ann").status_code == 200
    assert post(served, "/forgot", account="nobody").status_code == 200
    (sent,) = mail.wait()
    assert time.monotonic() - begun < 5
    assert sent.recipient == "ann@example.org"
    link = link_in(sent)
    assert requests.get(f"{served.url}{link}", timeout=30).status_code == 200
    assert set_password(served, link) == 303

    assert (log_in(served, PASSWORD), log_in(served, NEW)) == (401, 303)
    assert set_password(served, link) == 404
    time.sleep(2.5)
    assert len(mail.taken) == 1
    served.stop()
    log = served.log.read_text()
    assert link.rpartition("/")[2] not in log
    assert "pr_" not in log


@pytest.mark.slow
def test_of_eight_who_use_a_link_at_once_one_sets_the_password(served: Server, mail: MailServer) -> None:
    add_ann(served)
    post(served, "/forgot", account="ann@example.org")
    (sent,) = mail.wait()
    link, start = link_in(sent), Barrier(8)

    def use(number: int) -> int:
        start.wait(10)
        return set_password(served, link, f"{NEW} {number}")

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(use, range(8)))

    assert sorted(statuses) == [303] + [404] * 7
    assert log_in(served, f"{NEW} {statuses.index(303)}") == 303


@pytest.mark.slow
def test_a_mail_that_was_asked_for_survives_a_restart(make_server: Callable[..., Server], mail: MailServer) -> None:
    mail.replies["RCPT"] = "451 not now"
    server = make_server(**_smtp(mail))
    add_ann(server)
    post(server, "/forgot", account="ann")
    time.sleep(1.5)
    server.kill()
    assert mail.taken == []
    mail.replies.clear()
    with sqlite3.connect(server.instance / "pastebin.sqlite") as database:
        assert database.execute("UPDATE outbox SET next_at = 0").rowcount == 1
    server.start()

    (sent,) = mail.wait()
    assert set_password(server, link_in(sent)) == 303


@pytest.mark.slow
def test_without_base_url_no_mail_leaves_and_the_log_says_why(
    make_server: Callable[..., Server], mail: MailServer
) -> None:
    server = make_server(**{**_smtp(mail), "BASE_URL": ""})
    add_ann(server)
    assert post(server, "/forgot", account="ann").status_code == 503
    time.sleep(2)

    assert mail.commands == []
    assert "BASE_URL is not set" in server.log.read_text()
    assert "ann@example.org" not in server.log.read_text()
