"""The outbox: what was asked for goes out, once where all is well, and later where it is not; never a link in a log."""

from __future__ import annotations

import logging
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from pastebin.errors import FieldsInvalid, LinkInvalid
from pastebin.extensions import now, reading, transaction
from pastebin.models import OutboxRow, TicketRow, UserRow
from pastebin.services import accounts, emails, letters, outbox, recovery, tickets, upkeep, verification
from pastebin.services.actor import Actor, ActorKind, nobody
from pastebin.services.tickets import Purpose
from tests.conftest import PASSWORD
from tests.post import Post, link_in
from tests.programs import needs_program
from tests.smtp import MailServer, mail_server

NEW = "another good password"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture
def post(make_app: Callable[..., Flask], server: MailServer) -> Post:
    return Post(make_app, server)


def ask(post: Post, typed: str = "ann") -> None:
    with post.app.app_context():
        recovery.ask(nobody("192.0.2.1"), typed)


def count(post: Post, row: type[OutboxRow] | type[TicketRow]) -> int:
    with post.app.app_context(), reading() as connection:
        return int(connection.execute(select(func.count()).select_from(row)).scalar_one())


def shift(post: Post, **by: float) -> None:
    """Have what is in the outbox be that much older."""
    with post.app.app_context(), transaction() as connection:
        for row in connection.execute(select(OutboxRow.id, OutboxRow.created_at, OutboxRow.next_at)).all():
            older = {"created_at": row.created_at - timedelta(**by), "next_at": row.next_at - timedelta(**by)}
            connection.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(older))


def token_of(path: str) -> str:
    return path.rpartition("/")[2]


# ---- sending


def test_what_was_asked_for_goes_out_once(post):
    post.person()
    ask(post)

    assert len(post.deliver()) == 1
    assert post.deliver() == []
    assert count(post, OutboxRow) == 0


def test_a_row_for_nobody_is_dropped(post):
    ask(post, "nobody")
    ask(post, "nobody@example.org")

    assert post.deliver() == []
    assert count(post, OutboxRow) == 0


def test_many_processes_at_once_send_each_mail_once(post):
    for number in range(5):
        post.person(f"user{number}")
        ask(post, f"user{number}")
    start = Barrier(8)

    def send(_number: int) -> None:
        start.wait(10)
        with post.app.app_context():
            outbox.send_due()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))

    assert sorted(mail.recipient for mail in post.server.taken) == [f"user{number}@example.org" for number in range(5)]


def test_the_outbox_holds_nothing_secret(post):
    post.person()
    ask(post)
    with post.app.app_context(), reading() as connection:
        (row,) = connection.execute(select(OutboxRow.__table__)).all()

    assert count(post, TicketRow) == 0
    assert (row.kind, row.user_id, row.email) == ("reset", None, "ann")


def test_what_is_no_longer_wanted_is_dropped(post):
    post.person(is_verified=False)
    with post.app.app_context():
        ann = accounts.find("ann")
        with transaction() as connection:
            outbox.add(connection, Purpose.VERIFY, "old@example.org", ann.id)
            outbox.add(connection, Purpose.RESET, "ann@example.org", ann.id)

    assert post.deliver() == []
    assert count(post, OutboxRow) == 0


def test_a_mail_says_who_sent_it_and_is_answered_by_no_machine(make_app, server):
    post = Post(make_app, server, MAIL_FROM="The Paste <paste@example.org>")
    post.person("ann", "ann.b+c@example.org")
    ask(post)
    (mail,) = post.deliver()

    assert (mail.sender, mail.recipient) == ("paste@example.org", "ann.b+c@example.org")
    assert mail.message["From"] == "The Paste <paste@example.org>"
    assert mail.message["To"] == "ann.b+c@example.org"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[^@\s]+@localhost>", mail.message["Message-ID"])


def test_a_name_of_any_letters_goes_into_a_mail(post):
    post.person("Žofie", "zofie@example.org")
    ask(post, "žofie")
    (mail,) = post.deliver()

    assert mail.message["Subject"] == "A new password for Žofie at localhost"
    assert mail.text.startswith("Hello Žofie,\n")


_ODD = st.text(st.sampled_from("ab.+-_'!#$%&*/=?^`{|}~@<>()[]\\,;:\"\r\n\t\0 é\u202e"), max_size=12)


@given(_ODD, _ODD)
def test_whatever_is_taken_for_an_address_is_one_address_in_a_header(migrated_instance, local, domain):
    try:
        email = emails.check(f"{local}@{domain}")
    except FieldsInvalid:
        return
    app = _any_app(migrated_instance)
    with app.app_context():
        message = letters.write(Purpose.VERIFY, "ann", email, "pv_x.y", now())
        wire = message.as_bytes()

    assert len(message["To"].addresses) == 1
    assert wire.count(b"\r\nTo:") == 1
    assert b"Bcc" not in wire


def _any_app(folder: Path, _made: dict[Path, Flask] = {}) -> Flask:  # noqa: B006 - made once for all examples
    from pastebin import create_app

    if folder not in _made:
        _made[folder] = create_app(folder, BASE_URL="http://localhost")
    return _made[folder]


# ---- what does not go out


@pytest.mark.parametrize(
    ("command", "reply", "advice"),
    [
        ("EHLO", "421 too busy", "Look at SMTP_HOST"),
        ("MAIL", "550 not from you", "Look at MAIL_FROM"),
        ("RCPT", "451 later", "the address was refused: 451 later"),
        ("DATA-END", "554 this says {mail}", "the mail was refused: 554. The log of 127.0.0.1"),
        ("AUTH", "535 wrong", "Look at SMTP_USER and SMTP_PASSWORD"),
    ],
)
def test_what_the_server_does_not_take_is_tried_again_and_the_log_says_what_to_do(
    make_app, server, caplog, command, reply, advice
):
    post = Post(make_app, server, SMTP_USER="paste", SMTP_PASSWORD="secret")
    post.person()
    ask(post)
    server.replies[command] = reply
    if command == "EHLO":
        server.replies["HELO"] = reply
    with caplog.at_level(logging.DEBUG):
        assert post.deliver() == []
        assert post.deliver() == []  # not at once
    assert advice in caplog.text
    assert "it is tried again in 2 minutes" in caplog.text
    assert not re.search(r"pr_|secret", caplog.text)

    server.replies.clear()
    shift(post, minutes=3)
    (mail,) = post.deliver()
    with post.app.app_context():
        recovery.reset(token_of(link_in(mail)), NEW)


def test_an_address_that_the_server_will_never_take_is_given_up(post, caplog):
    post.person()
    ask(post)
    post.server.replies["RCPT"] = "550 no such user"
    post.deliver()

    assert count(post, OutboxRow) == 0
    assert "is given up: the address was refused: 550 no such user" in caplog.text


def test_pauses_grow_and_end_after_a_day(make_app, server, caplog):
    post = Post(make_app, server, SMTP_PORT=1)  # nobody listens there
    post.person()
    ask(post)
    with caplog.at_level(logging.ERROR):
        for _ in range(60):
            post.deliver()
            shift(post, minutes=61)
            if count(post, OutboxRow) == 0:
                break
    pauses = [int(minutes) for minutes in re.findall(r"again in (\d+) minutes", caplog.text)]

    assert pauses[:6] == [2, 4, 8, 16, 32, 60]
    assert 20 < len(pauses) < 26
    assert "it is given up" in caplog.text
    assert "Look at SMTP_HOST, SMTP_PORT and SMTP_SECURITY" in caplog.text
    assert "pr_" not in caplog.text


def test_a_process_that_dies_while_sending_leaves_the_mail_for_the_next(post, monkeypatch):
    class Killed(BaseException):
        """As if the process were gone."""

    def die(*_arguments: object) -> None:
        raise Killed

    post.person()
    ask(post)
    monkeypatch.setattr("smtplib.SMTP.send_message", die)
    with pytest.raises(Killed):
        post.deliver()
    monkeypatch.undo()
    assert post.deliver() == []
    shift(post, minutes=3)

    assert len(post.deliver()) == 1


def test_a_server_that_is_not_trusted_gets_no_mail(make_app, tmp_path, caplog):
    with mail_server(_certificate(tmp_path), security="starttls") as server:
        post = Post(make_app, server, SMTP_SECURITY="starttls", SMTP_USER="paste", SMTP_PASSWORD="secret")
        post.person()
        ask(post)

        assert post.deliver() == []
        assert "its certificate is not trusted" in caplog.text
        assert server.logins == []


def test_a_server_without_starttls_gets_no_mail_where_that_is_wanted(make_app, server, caplog):
    post = Post(make_app, server, SMTP_SECURITY="starttls", SMTP_USER="paste", SMTP_PASSWORD="secret")
    post.person()
    ask(post)

    assert post.deliver() == []
    assert "does not offer STARTTLS" in caplog.text
    assert server.logins == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_is_trusted_is_logged_into_and_gets_it(make_app, tmp_path, monkeypatch, security):
    certificate = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(certificate, security=security) as server:
        post = Post(make_app, server, SMTP_SECURITY=security, SMTP_USER="paste", SMTP_PASSWORD="secret")
        post.person()
        ask(post)

        assert len(post.deliver()) == 1
        assert len(server.logins) == 1


def _certificate(folder: Path) -> Path:
    """One that nobody signed, with its key, for 127.0.0.1."""
    path = folder / "mail.pem"
    subprocess.run(
        [needs_program("openssl"), "req", "-x509", "-nodes", "-subj", "/CN=mail", "-addext",
         "subjectAltName=IP:127.0.0.1", "-newkey", "rsa:2048", "-keyout", path, "-out", folder / "own.pem"],
        capture_output=True, check=True,
    )  # fmt: skip
    with path.open("ab") as both:
        both.write((folder / "own.pem").read_bytes())
    os.chmod(path, 0o600)
    return path


# ---- tickets


def at_once(post: Post, act: Callable[[], object]) -> list[str]:
    """What eight are told who do the same at the same moment."""
    start = Barrier(8)

    def run(_number: int) -> str:
        with post.app.app_context():
            start.wait(10)
            try:
                act()
            except LinkInvalid:
                return "invalid"
            return "done"

    with ThreadPoolExecutor(8) as pool:
        return sorted(pool.map(run, range(8)))


def test_of_eight_who_use_a_link_at_once_one_does(post):
    post.person()
    for number in range(5):
        ask(post)
        token = token_of(post.link())
        passwords = iter([f"{NEW} {number} {each}" for each in range(8)])

        assert at_once(post, lambda t=token, p=passwords: recovery.reset(t, next(p))) == ["done"] + ["invalid"] * 7


def test_of_eight_who_confirm_at_once_one_does(post):
    post.person(is_verified=False)
    with post.app.app_context():
        ann = accounts.find("ann")
        with transaction() as connection:
            outbox.add(connection, Purpose.VERIFY, "ann@example.org", ann.id)
    token = token_of(post.link())

    assert at_once(post, lambda: verification.confirm(token)) == ["done"] + ["invalid"] * 7


def test_a_ticket_is_used_up_by_the_one_who_uses_it_whatever_it_is_for(post):
    ann = post.person()
    with post.app.app_context(), transaction() as connection:
        token, _ends = tickets.issue(connection, Purpose.RESET, ann.id, "ann@example.org")

    def use() -> None:
        with transaction() as connection:
            tickets.use(connection, Purpose.RESET, token)

    assert at_once(post, use) == ["done"] + ["invalid"] * 7


def test_a_ticket_whose_act_fails_still_works(post):
    ann = post.person()
    with post.app.app_context():
        with transaction() as connection:
            token, _ends = tickets.issue(connection, Purpose.RESET, ann.id, "ann@example.org")
        with pytest.raises(ZeroDivisionError):
            with transaction() as connection:
                tickets.use(connection, Purpose.RESET, token)
                raise ZeroDivisionError

        assert tickets.find(Purpose.RESET, token).user_id == ann.id


def test_a_changed_address_takes_tickets_and_mails_of_the_old_one_along(post):
    ann = post.person()
    ask(post)
    post.deliver()
    with post.app.app_context():
        with transaction() as connection:
            outbox.add(connection, Purpose.RESET, "ann@example.org", ann.id)
        verification.change(Actor(ActorKind.SESSION, "192.0.2.1", ann), PASSWORD, "")

    assert (count(post, TicketRow), count(post, OutboxRow)) == (0, 0)


def test_only_a_hash_of_a_link_is_kept(post):
    post.person()
    ask(post)
    token = token_of(post.link())
    with post.app.app_context(), reading() as connection:
        (row,) = connection.execute(select(TicketRow.__table__)).all()

    assert len(token.split(".")[0].removeprefix("pr_")) >= 128 / 6
    assert not set(token.removeprefix("pr_").split(".")) & set(map(str, row))


def test_links_last_as_long_as_the_settings_say(make_app, server):
    post = Post(make_app, server, RESET_LIFETIME="10min", VERIFY_LIFETIME="3d")
    post.person()
    with post.app.app_context():
        accounts.create("bob", PASSWORD, email="bob@example.org")
    ask(post)
    post.deliver()
    with post.app.app_context(), reading() as connection:
        rows = connection.execute(select(TicketRow.purpose, TicketRow.expires_at)).all()

    left = {row.purpose: round((row.expires_at - now()) / timedelta(minutes=1)) for row in rows}
    assert left == {"reset": 10, "verify": 3 * 24 * 60}


def test_the_sweep_takes_what_has_expired(post):
    post.person()
    ask(post)
    post.deliver()
    ask(post)
    with post.app.app_context():
        upkeep.sweep()
    assert (count(post, TicketRow), count(post, OutboxRow)) == (1, 1)

    with post.app.app_context():
        with transaction() as connection:
            connection.execute(update(TicketRow).values(expires_at=now()))
        shift(post, days=1)
        upkeep.sweep()

    assert (count(post, TicketRow), count(post, OutboxRow)) == (0, 0)


def test_an_account_that_goes_takes_its_mail_and_links_along(post):
    post.person()
    ask(post)
    post.deliver()
    with post.app.app_context():
        ann = accounts.find("ann")
        with transaction() as connection:
            outbox.add(connection, Purpose.RESET, "ann@example.org", ann.id)
            connection.execute(delete(UserRow))

    assert (count(post, TicketRow), count(post, OutboxRow)) == (0, 0)


@pytest.mark.parametrize(
    "address",
    [
        "=?utf-8?q?a=40evil=2eorg=0d=0aSubject=3a_hello?=@example.org", "a=?b@example.org", "a@=?utf-8?q?b?=",
        "a.@example.org", ".a@example.org", "a@-example.org", "a@example..org", "a@[127.0.0.1]",
    ],
)  # fmt: skip
def test_what_would_be_decoded_in_a_header_is_no_address(address):
    with pytest.raises(FieldsInvalid):
        emails.check(address)


def test_one_that_cannot_be_written_stops_nobody_else(post, caplog):
    bad, good = post.person("bad", is_verified=False), post.person("good")
    with post.app.app_context(), transaction() as connection:
        evil = "=?utf-8?q?a=40evil=2eorg=0d=0aSubject=3a_hello=0d=0a?=@example.org"
        connection.execute(update(UserRow).where(UserRow.id == bad.id).values(email=evil))
        outbox.add(connection, Purpose.VERIFY, evil, bad.id)
    ask(post, "good")

    assert [mail.recipient for mail in post.deliver()] == [good.email]
    assert count(post, OutboxRow) == 0
    assert "it could not be written (ValueError)" in caplog.text


def test_who_is_refused_for_the_moment_holds_up_nobody_else(post, server):
    for name in ("ann", "bob"):
        post.person(name)
    for name in ("ann", "bob"):
        ask(post, name)
    server.replies["RCPT"] = "450 come back later"

    with post.app.app_context():
        assert outbox.send_due()  # no pause for the others
        with reading() as connection:
            attempts = connection.execute(select(OutboxRow.attempts)).scalars().all()
    assert attempts == [1, 1]
