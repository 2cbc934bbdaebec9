"""Accounts: make one, prove a password, change it."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from threading import BoundedSemaphore
from typing import Any, cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from pastebin.errors import (
    CredentialsInvalid,
    FieldsInvalid,
    PasswordInvalid,
    RegistrationClosed,
    ServiceUnavailable,
    UserExists,
    UserNotFound,
)
from pastebin.extensions import now, reading, settings, transaction
from pastebin.models import UserRow
from pastebin.services import emails, limits, outbox, standing, switches
from pastebin.services.actor import Actor, User
from pastebin.services.switches import Switch
from pastebin.services.tickets import Purpose

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024

_NAME = re.compile(r"[^\W_][\w.\-]{0,63}")
_hasher = PasswordHasher()
# Each hash takes 64 MiB and a core for a while: more than two at once would let logins starve everybody else.
_hashing = BoundedSemaphore(2)
# Who hashes, and who waits for it: each of them holds a thread that could serve somebody else.
_queue = BoundedSemaphore(2 + 6)
_LONGEST_WAIT_SECONDS = 10


@cache
def _nobodys_hash() -> str:
    """Verified where there is no such user, or no password yet, so that a wrong name costs what a wrong password does.

    Put together, not computed: a hash made here would cost the first stranger
    twice the time, and many at once would all make it, outside of their turns.
    """
    cost = f"m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    salt, made = ("A" * math.ceil(length * 4 / 3) for length in (_hasher.salt_len, _hasher.hash_len))
    return f"$argon2id$v=19${cost}${salt}${made}"


def register(actor: Actor, name: str, password: str, email: str | None = None) -> User:
    """Make an account for somebody who asks for one.

    Raises:
        RegistrationClosed: REGISTRATION is not open.
        RateLimited: too many from this address, or too many mails.
        FieldsInvalid: see `create`; or no e-mail address where one is needed. UserExists: see there.
    """
    if settings.REGISTRATION != "open":
        raise RegistrationClosed
    check_name(name)
    check_password(password)
    email = emails.check(email) if email or settings.REQUIRE_VERIFIED_EMAIL else None
    subject = limits.subject_of(actor.address)
    limits.take_place("register", subject, settings.REGISTER_RATE)
    place = emails.take_places(subject, email) if email else []
    try:
        return create(name, password, email=email)
    except UserExists:
        for each in place:  # no mail came of it
            limits.give_back(each)
        raise


def create(
    name: str,
    password: str | None,
    *,
    email: str | None = None,
    is_staff: bool = False,
    is_vouched_for: bool = False,
    also: Callable[[Connection, User], None] | None = None,
) -> User:
    """Make an account. Its e-mail address is sent a link that confirms it.

    Args:
        password: None for one that nobody can log in to before a link has set its password.
        is_vouched_for: whether the address counts as confirmed without that.
        also: what is done with it in the same transaction.

    Raises:
        FieldsInvalid: a name, password or address that cannot be used, and why.
        UserExists: the name is taken (letter case does not count).
    """
    checked = check_name(name)
    checked_email = emails.check(email) if email else None
    is_verified = checked_email is not None and is_vouched_for
    values = {
        "name": checked,
        "name_key": fold_name(name),
        "email": checked_email,
        "email_verified_at": now() if is_verified else None,
        "password_hash": _nobodys_hash() if password is None else hash_password(check_password(password)),
        "is_staff": is_staff,
        "is_disabled": False,
        "created_at": now(),
    }
    try:
        with transaction() as connection:
            uid = connection.execute(insert(UserRow).values(values).returning(UserRow.id)).scalar_one()
            made = User(uid, checked, is_staff, checked_email, is_verified)
            if checked_email and not is_verified:
                outbox.add(connection, Purpose.VERIFY, checked_email, uid)
            if also:
                also(connection, made)
    except IntegrityError as fault:
        raise UserExists(f"The user name {checked} is taken. Choose another.") from fault
    return made


def log_in(actor: Actor, name: str, password: str) -> User:
    """The user of a name and password.

    Raises:
        RateLimited: too many attempts from this address, or for this name. Nothing was hashed.
        CredentialsInvalid: no such user, wrong password, or a disabled account; which, is not told.
        SwitchedOff: nobody but staff may log in now; told to those alone whose password is right.
    """
    subject = limits.subject_of(actor.address)
    name_key = fold_name(name)[:128]
    limits.take_place("login", subject, settings.LOGIN_RATE)
    limits.take_place("login name", name_key, settings.LOGIN_NAME_RATE)
    row = _row(UserRow.name_key == name_key)
    right = _verify(row.password_hash if row else _nobodys_hash(), password)
    if row is None or not right or row.is_disabled:
        raise CredentialsInvalid
    limits.forget("login name", name_key)
    user = replace(as_user(row), proof=row.password_hash)
    switches.check(user, Switch.ACCOUNT_LOGIN)
    return user


def prove_password(actor: Actor, password: str) -> str:
    """Make sure that it is the account's owner who asks, by the password once more; the proof, for `check_proof`.

    Raises:
        RateLimited: too many attempts. Nothing was hashed.
        PasswordInvalid: it is wrong.
    """
    row = _row(UserRow.id == actor.user_id)
    if row is None:
        raise UserNotFound
    limits.take_place("login", limits.subject_of(actor.address), settings.LOGIN_RATE)
    limits.take_place("login name", row.name_key, settings.LOGIN_NAME_RATE)
    if not _verify(row.password_hash, password):
        raise PasswordInvalid
    limits.forget("login name", row.name_key)
    return str(row.password_hash)


def check_proof(connection: Connection, actor: Actor, proof: str) -> None:
    """Make sure that the password that was proved is still the account's, in the transaction that rests on it.

    Raises:
        PasswordInvalid: it was changed meanwhile, by somebody who had a better right maybe.
    """
    still = select(UserRow.id).where(UserRow.id == actor.user_id, UserRow.password_hash == proof)
    if connection.execute(still).first() is None:
        raise PasswordInvalid


def change_password(actor: Actor, old: str, new: str) -> None:
    """Set a new password and end all other sessions of the account.

    Raises:
        PasswordInvalid: *old* is wrong.
        FieldsInvalid: *new* cannot be used.
    """
    check_password(new, field="new_password")
    proof = prove_password(actor, old)
    new_hash = hash_password(new)
    with transaction() as connection:
        check_proof(connection, actor, proof)
        set_password(connection, cast(int, actor.user_id), new_hash, spared_session=actor.credential_id)


def set_password(connection: Connection, user_id: int, new_hash: str, *, spared_session: str = "") -> None:
    """Set a password inside the caller's transaction: what the old one let in ends, links for a new one too."""
    connection.execute(update(UserRow).where(UserRow.id == user_id).values(password_hash=new_hash))
    standing.end_sessions(connection, user_id, spared=spared_session)
    outbox.void(connection, user_id, Purpose.RESET)


def replace_password(user_id: int, new: str) -> None:
    """Set an account's password for it, and end all its sessions.

    Raises:
        FieldsInvalid: *new* cannot be used.
    """
    new_hash = hash_password(check_password(new))
    with transaction() as connection:
        set_password(connection, user_id, new_hash)


def find(name: str) -> User:
    """The user of that name.

    Raises:
        UserNotFound: there is none.
    """
    row = _row(UserRow.name_key == fold_name(name))
    if row is None:
        raise UserNotFound(f"There is no user named {name}.")
    return as_user(row)


def get(user_id: int) -> User:
    """The user of that id.

    Raises:
        UserNotFound: there is none.
    """
    row = _row(UserRow.id == user_id)
    if row is None:
        raise UserNotFound
    return as_user(row)


# What `as_user` needs of an account.
COLUMNS = (
    UserRow.id, UserRow.name, UserRow.is_staff, UserRow.email, UserRow.email_verified_at, UserRow.max_file_size,
    UserRow.quota,
)  # fmt: skip


def as_user(row: Row[*tuple[Any, ...]]) -> User:
    """The plain value of a row that has the columns of an account."""
    verified = row.email_verified_at is not None
    return User(row.id, row.name, row.is_staff, row.email, verified, row.max_file_size, row.quota)


def check_name(name: str) -> str:
    """The name without space around it.

    Raises:
        FieldsInvalid: it cannot be a user name.
    """
    name = unicodedata.normalize("NFKC", name).strip()
    if not _NAME.fullmatch(name):
        raise FieldsInvalid(
            "A user name has 1 to 64 letters, digits, dots, dashes and underscores, and begins with a letter or digit.",
            fields=["username"],
        )
    return name


def check_password(password: str, field: str = "password") -> str:
    """The password as it stands.

    Raises:
        FieldsInvalid: it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise FieldsInvalid(
            f"A password has at least {SHORTEST_PASSWORD} characters and at most {LONGEST_PASSWORD}.", fields=[field]
        )
    return password


def _row(which: ColumnElement[bool]) -> Row[*tuple[Any, ...]] | None:
    with reading() as connection:
        return connection.execute(select(UserRow.__table__).where(which)).one_or_none()


def fold_name(name: str) -> str:
    """What tells accounts apart: the name without the differences that do not count."""
    # JSON and the command line can bring half a character, which no database takes and no account has.
    name = name.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", name).strip().casefold()


def hash_password(password: str) -> str:
    """What is kept of a password.

    Raises:
        ServiceUnavailable: too many are being hashed.
    """
    with _Turn():
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def _verify(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        password = ""  # the cost must not grow with what a stranger sends; no account has an empty one
    with _Turn():
        try:
            return _hasher.verify(password_hash, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False


class _Turn:
    """One of the two places at the hash; too long a queue is told to come back."""

    def __enter__(self) -> None:
        if not _queue.acquire(blocking=False):
            raise ServiceUnavailable(_TOO_MANY)
        if not _hashing.acquire(timeout=_LONGEST_WAIT_SECONDS):
            _queue.release()
            raise ServiceUnavailable(_TOO_MANY)

    def __exit__(self, *_: object) -> None:
        _hashing.release()
        _queue.release()


_TOO_MANY = "Too many people are logging in right now. Try again in a minute."
