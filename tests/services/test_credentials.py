"""Accounts, logins and keys as the rest of the program asks for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pastebin.errors import (
    CredentialsInvalid,
    FieldsInvalid,
    KeyInvalid,
    KeyNotFound,
    PasswordInvalid,
    RateLimited,
    RegistrationClosed,
    UserExists,
    UserNotFound,
)
from pastebin.extensions import now, reading, transaction
from pastebin.models import ApiKeyRow, SessionRow, UserRow
from pastebin.services import accounts, keys, secrets, sessions
from pastebin.services.actor import DEFAULT_SCOPES, Actor, ActorKind, Scope, nobody

HERE = "192.0.2.1"
PASSWORD = "correct horse battery"
STRANGER = nobody(HERE)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


@pytest.fixture
def ann():
    return accounts.create("ann", PASSWORD)


def session_of(user) -> tuple[str, Actor]:
    token, login = sessions.begin(user)
    return token, Actor(ActorKind.SESSION, HERE, user, credential_id=login.token_hash)


def column(which):
    with reading() as connection:
        return connection.execute(select(which)).scalars().all()


# ---- names and passwords


@pytest.mark.parametrize("name", ["ann", "Ann", "ANN", " ann ", "ａｎｎ"])
def test_letter_case_space_and_spelling_do_not_make_another_name(ann, name):
    assert accounts.find(name) == ann
    with pytest.raises(UserExists):
        accounts.create(name, PASSWORD)


@pytest.mark.parametrize("name", ["a", "Zoë", "x.y-z_1", "1", "漢字", "a" * 64])
def test_a_name_is_letters_digits_dots_dashes_and_underscores(name):
    assert accounts.create(name, PASSWORD).name == name


@pytest.mark.parametrize("name", ["", " ", "_x", ".x", "a b", "a/b", "<b>", "a\nb", "a" * 65, "\ud800", "a\x00", "-rf"])
def test_other_names_are_refused(name):
    with pytest.raises(FieldsInvalid) as refused:
        accounts.create(name, PASSWORD)

    assert refused.value.facts["fields"] == ["username"]


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
def test_a_password_has_8_to_1024_characters(password):
    with pytest.raises(FieldsInvalid):
        accounts.create("ann", password)


@pytest.mark.parametrize("password", ["12345678", "x" * 1024, "pässwörter 漢字", "\ud800-------", " spaces stay "])
def test_a_password_is_taken_as_it_stands(password):
    made = accounts.create("ann", password)

    assert accounts.log_in(STRANGER, "ann", password) == made
    with pytest.raises(CredentialsInvalid):
        accounts.log_in(STRANGER, "ann", password.strip() + "x")


def test_passwords_are_kept_as_argon2_hashes(ann):
    assert column(UserRow.password_hash)[0].startswith("$argon2id$")


def test_ids_are_never_given_twice(ann):
    with transaction() as connection:
        connection.execute(UserRow.__table__.delete())

    assert accounts.create("bob", PASSWORD).id > ann.id


def test_registration_can_be_closed(make_app):
    with make_app(REGISTRATION="closed").app_context():
        with pytest.raises(RegistrationClosed):
            accounts.register(STRANGER, "ann", PASSWORD)
        assert accounts.create("ann", PASSWORD).name == "ann"


# ---- logging in


@pytest.mark.parametrize("name", ["bob", "", "x" * 5000, "\ud800", "a\x00b", "' OR 1=1"])
def test_a_wrong_name_is_told_as_a_wrong_password_is(ann, name):
    with pytest.raises(CredentialsInvalid) as unknown:
        accounts.log_in(STRANGER, name, PASSWORD)
    with pytest.raises(CredentialsInvalid) as wrong:
        accounts.log_in(STRANGER, "ann", "wrong password")

    assert (unknown.value.message, unknown.value.facts) == (wrong.value.message, wrong.value.facts)


def test_a_disabled_account_is_told_as_a_wrong_password_is(ann):
    with transaction() as connection:
        connection.execute(update(UserRow).values(is_disabled=True))

    with pytest.raises(CredentialsInvalid):
        accounts.log_in(STRANGER, "ann", PASSWORD)


def test_one_name_is_tried_ten_times_from_wherever(ann):
    for number in range(10):
        with pytest.raises(CredentialsInvalid):
            accounts.log_in(nobody(f"192.0.2.{number}"), "ann", "wrong password")

    with pytest.raises(RateLimited):
        accounts.log_in(nobody("192.0.2.99"), "ann", PASSWORD)
    with pytest.raises(CredentialsInvalid):
        accounts.log_in(nobody("192.0.2.99"), "bob", PASSWORD)


def test_one_address_tries_thirty_names(ann):
    for number in range(30):
        with pytest.raises(CredentialsInvalid):
            accounts.log_in(STRANGER, f"name{number}", PASSWORD)

    with pytest.raises(RateLimited):
        accounts.log_in(STRANGER, "ann", PASSWORD)


def test_what_is_limited_is_not_hashed(ann, monkeypatch):
    for _ in range(10):
        with pytest.raises(CredentialsInvalid):
            accounts.log_in(STRANGER, "ann", "wrong password")

    def never(*arguments):
        raise AssertionError("a password was hashed")

    monkeypatch.setattr(accounts, "_verify", never)
    with pytest.raises(RateLimited):
        accounts.log_in(STRANGER, "ann", PASSWORD)


def test_a_login_gives_the_name_its_tries_back(ann):
    for _ in range(3):
        for _ in range(8):
            with pytest.raises(CredentialsInvalid):
                accounts.log_in(nobody("192.0.2.77"), "ann", "wrong password")
        accounts.log_in(nobody("192.0.2.78"), "ann", PASSWORD)


# ---- sessions


def test_a_session_is_known_by_its_token_which_is_not_kept(ann):
    token, _actor = session_of(ann)

    login = sessions.find(token)
    assert login
    assert login.user == ann
    assert token not in str(column(SessionRow.token_hash))


def test_logging_out_ends_one_session(ann):
    (first, actor), (second, _) = session_of(ann), session_of(ann)

    sessions.end(actor.credential_id)
    sessions.end(actor.credential_id)

    assert sessions.find(first) is None
    assert sessions.find(second)


def test_a_password_change_ends_all_other_sessions(ann):
    (mine, actor), (other, _), (strangers, _) = (
        session_of(ann),
        session_of(ann),
        session_of(accounts.create("b", PASSWORD)),
    )

    accounts.change_password(actor, PASSWORD, "a better password")

    assert sessions.find(mine)
    assert sessions.find(other) is None
    assert sessions.find(strangers)
    assert accounts.log_in(STRANGER, "ann", "a better password") == ann


def test_a_password_is_not_changed_without_the_old_one(ann):
    _token, actor = session_of(ann)

    with pytest.raises(PasswordInvalid):
        accounts.change_password(actor, "wrong password", "a better password")
    with pytest.raises(FieldsInvalid):
        accounts.change_password(actor, PASSWORD, "short")
    assert accounts.log_in(STRANGER, "ann", PASSWORD) == ann


def test_a_session_lasts_as_long_as_it_is_used(ann):
    token, _actor = session_of(ann)
    with transaction() as connection:
        connection.execute(update(SessionRow).values(expires_at=now() + timedelta(days=5)))

    sessions.find(token)

    assert column(SessionRow.expires_at)[0] > now() + timedelta(days=29)


def test_a_session_that_is_used_often_is_not_written_each_time(ann):
    token, _actor = session_of(ann)
    before = column(SessionRow.expires_at)

    sessions.find(token)

    assert column(SessionRow.expires_at) == before


# ---- keys


def test_a_key_is_signed_begins_with_pb_and_only_its_hash_is_kept(ann):
    key = keys.issue(ann, "laptop")

    assert key.secret.startswith("pb_")
    assert secrets.stands(secrets.KEY_PREFIX, key.secret)
    assert not secrets.stands(secrets.SESSION_PREFIX, key.secret)
    kept = str(column(ApiKeyRow.secret_hash))
    assert key.secret not in kept
    assert key.secret.removeprefix("pb_").partition(".")[0] not in kept


def test_the_random_id_of_a_key_has_at_least_128_bits(ann):
    ids = {keys.issue(ann).secret.removeprefix("pb_").rpartition(".")[0] for _ in range(50)}

    assert len(ids) == 50
    assert min(map(len, ids)) * 6 >= 128


def test_a_key_carries_the_first_three_scopes_by_default(ann):
    assert keys.issue(ann).scopes == DEFAULT_SCOPES == {Scope.UPLOAD_FILE, Scope.FILE_READ, Scope.FILE_MODIFY}


def test_staff_scopes_are_only_for_staff_looked_up_again_at_each_use(ann):
    with pytest.raises(FieldsInvalid):
        keys.issue(ann, scopes=[Scope.STAFF_READ_FILES])
    staff = accounts.create("root", PASSWORD, is_staff=True)
    secret = keys.issue(staff, scopes=[Scope.STAFF_READ_FILES]).secret

    assert keys.identify(secret, HERE).may(Scope.STAFF_READ_FILES)
    with transaction() as connection:
        connection.execute(update(UserRow).values(is_staff=False))
    assert not keys.identify(secret, HERE).may(Scope.STAFF_READ_FILES)


def test_a_key_needs_a_scope(ann):
    with pytest.raises(FieldsInvalid):
        keys.issue(ann, scopes=[])


@pytest.mark.parametrize("name", ["x" * 256, "two\nlines", "a\x00", "\ud800"])
def test_a_name_that_cannot_be_read_is_refused(ann, name):
    with pytest.raises(FieldsInvalid):
        keys.issue(ann, name)


def test_keys_are_listed_newest_first_without_the_key(ann):
    made = [keys.issue(ann, name) for name in ("first", "second")]
    keys.issue(accounts.create("bob", PASSWORD), "bobs")

    listed = keys.listing(ann.id)

    assert [key.id for key in listed] == [made[1].id, made[0].id]
    assert {key.secret for key in listed} == {None}


def test_the_last_use_of_a_key_is_seen_at_once_and_written_in_batches(ann):
    key = keys.issue(ann)
    assert keys.listing(ann.id)[0].last_used_at is None

    keys.identify(key.secret, HERE)

    assert keys.listing(ann.id)[0].last_used_at
    assert column(ApiKeyRow.last_used_at) == [None]
    keys.write_uses()
    assert column(ApiKeyRow.last_used_at)[0]


def test_one_key_is_invalidated_at_once_and_no_other(ann):
    first, second = keys.issue(ann), keys.issue(ann)

    keys.invalidate(ann.id, first.id)

    with pytest.raises(KeyInvalid):
        keys.identify(first.secret, HERE)
    assert keys.identify(second.secret, HERE).user == ann
    with pytest.raises(KeyNotFound):
        keys.invalidate(ann.id, first.id)


def test_nobody_invalidates_the_keys_of_others(ann):
    bobs = keys.issue(accounts.create("bob", PASSWORD))

    with pytest.raises(KeyNotFound):
        keys.invalidate(ann.id, bobs.id)
    assert keys.invalidate_all(ann.id) == 0
    assert keys.identify(bobs.secret, HERE)


def test_all_keys_are_invalidated_at_once(ann):
    made = [keys.issue(ann) for _ in range(3)]

    assert keys.invalidate_all(ann.id) == 3
    for key in made:
        with pytest.raises(KeyInvalid):
            keys.identify(key.secret, HERE)


def test_a_key_expires_only_if_it_was_asked_to(ann):
    lasting, expiring = keys.issue(ann), keys.issue(ann, expires_at=now() + timedelta(hours=1))
    assert lasting.expires_at is None
    with transaction() as connection:
        due = update(ApiKeyRow).where(ApiKeyRow.id == expiring.id)
        connection.execute(due.values(expires_at=now() - timedelta(milliseconds=1)))

    with pytest.raises(KeyInvalid):
        keys.identify(expiring.secret, HERE)
    keys.sweep()
    assert [key.id for key in keys.listing(ann.id)] == [lasting.id]


@pytest.mark.parametrize("name", ["nobody", "\ud800"])
def test_somebody_unknown_is_not_found(name):
    with pytest.raises(UserNotFound):
        accounts.find(name)
